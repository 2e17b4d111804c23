import type { InstanceValue } from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { isLinenModule } from './linen/scope.ts';
import { flaxModule } from './namespaces.ts';
import { describeNnx, isNnxModule } from './nnx/registry.ts';
import { tensorOperator } from './operators.ts';
import { setTensorAttribute, tensorAttribute, tensorIndex } from './tensors.ts';
import { lastRun, trace, tryRun } from './trace.ts';

/** Containers are models when they stand alone. */
const containers = new Set(['Sequential', 'RNN', 'Bidirectional']);

/** Flax: linen, whose parameters come into being while a model runs, and nnx, whose models hold theirs. */
export const flax: Framework = {
  id: 'flax',
  module: flaxModule,
  isModel: (instance) =>
    (isLinenModule(instance) || isNnxModule(instance)) &&
    (instance.class.native === null || containers.has(instance.class.name)),
  buildsLate: true,
  describe: (root) => (isLinenModule(root) ? describeLinen(root) : describeNnx(root)),
  trace,
  tryRun,
  tensorAttribute,
  setTensorAttribute,
  tensorOperator,
  tensorIndex,
};

/** The modules and variables that the last run met. Before any run a model is all that there is. */
function describeLinen(root: InstanceValue) {
  const run = lastRun(root);
  if (run === null) return { parameters: [], modules: new Map([[root, '']]) };
  const parameters = [...run.variables].map(([name, tensor]) => ({
    name,
    tensor,
    ...(run.normalized.get(name) === 'spectral' ? { spectralNorm: 'estimated' as const } : {}),
  }));
  return { parameters, modules: run.modules };
}
