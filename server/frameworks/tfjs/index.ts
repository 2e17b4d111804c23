import type { NamespaceValue } from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { isModel, stateOf } from '../keras/layer-state.ts';
import { describeModel } from '../keras/names.ts';
import { tensorIndex, tensorOperator } from '../keras/operators.ts';
import { tensorAttribute } from '../keras/tensors.ts';
import { traceModel } from '../keras/trace.ts';
import { unknownCall } from '../keras/unknown-call.ts';
import { tfjsDialect } from './dialect.ts';
import { createNamespace } from './namespaces.ts';

let tf: NamespaceValue | null = null;

function namespace(): NamespaceValue {
  tf ??= createNamespace();
  return tf;
}

/** TensorFlow.js and its layers; all packages share one namespace. */
export const tfjs: Framework = {
  id: 'tfjs',
  module(name) {
    if (
      !/^@tensorflow\/tfjs(?:-node(?:-gpu)?|-layers|-core)?(?:\/|$)/.test(name) &&
      !/cdn.*tensorflow\/tfjs/.test(name)
    )
      return null;
    return namespace().member;
  },
  scriptGlobal: (name) => (name === 'tf' ? namespace() : null),
  isModel: (instance) => isModel(instance, tfjsDialect),
  buildsLate: true,
  describe: (root) => describeModel(root, tfjsDialect),
  trace: (root, inputs, context) => traceModel(root, inputs, tfjsDialect, context),
  tensorAttribute,
  tensorOperator,
  tensorIndex,
  unknownCall,
  loss: (root) => stateOf(root).loss,
};
