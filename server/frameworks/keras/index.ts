import type { NamespaceValue } from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { kerasDialect } from './dialect-keras.ts';
import { isModel, stateOf } from './layer-state.ts';
import { describeModel } from './names.ts';
import { createNamespaces } from './namespaces.ts';
import { tensorIndex, tensorOperator } from './operators.ts';
import { tensorAttribute } from './tensors.ts';
import { traceModel } from './trace.ts';
import { unknownCall } from './unknown-call.ts';

let namespaces: ReadonlyMap<string, NamespaceValue> | null = null;

/** Keras 2 and 3, alone and inside of TensorFlow. */
export const keras: Framework = {
  id: 'keras',
  module(name) {
    const canonical = canonicalName(name);
    if (canonical === null) return null;
    namespaces ??= createNamespaces();
    return namespaces.get(canonical)?.member ?? null;
  },
  sourceModule(name) {
    const isCollection = /^keras\.applications(?:\.|$)/.test(canonicalName(name) ?? '');
    // TensorFlow brings Keras as a package of its own.
    return isCollection ? name.replace(/^tensorflow\.(?:\w+\.)*keras\b/, 'keras') : null;
  },
  isModel: (instance) => isModel(instance, kerasDialect),
  buildsLate: true,
  describe: (root) => describeModel(root, kerasDialect),
  trace: (root, inputs, context) => traceModel(root, inputs, kerasDialect, context),
  tensorAttribute,
  tensorOperator,
  tensorIndex,
  unknownCall,
  loss: (root) => stateOf(root).loss,
};

/** Keras lives under several names: `tf_keras`, `tensorflow.python.keras`, `tensorflow.compat.v1`, `keras.api`, `keras.src`. */
function canonicalName(name: string): string | null {
  const plain = name
    .replace(/^tf_keras\b/, 'keras')
    .replace(/^tensorflow\.(?:python|compat\.v2|_api\.v2|compat\.v1(?=\.))\b/, 'tensorflow')
    .replace(/^tf_slim\b/, 'tensorflow.contrib.slim')
    .replace(/\bkeras\.(?:api|src|_tf_keras\.keras)\b/, 'keras')
    .replace(/^tensorflow\.keras\b/, 'keras');
  if (!/^(?:keras|tensorflow)(?:\.|$)/.test(plain)) return null;
  // Files of a package: `keras.layers.core`, `keras.models.sequential`.
  return plain.replace(/^(keras\.(?:layers|models|initializers|activations))\..*$/, '$1');
}
