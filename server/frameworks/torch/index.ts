import type { Framework } from '../framework.ts';
import { einopsModule } from './einops.ts';
import { helperModule } from './helper-libraries.ts';
import { setTensorIndex, tensorIndex } from './indexing.ts';
import { lossOf } from './losses.ts';
import { torchModule } from './namespaces.ts';
import { tensorOperator } from './operators.ts';
import { spectralNormOf } from './parametrizations.ts';
import { isModule, namedModules, parametersIn } from './registry.ts';
import { setTensorAttribute, tensorAttribute } from './tensor-attributes.ts';
import { trace } from './trace.ts';
import { unknownCall } from './unknown-call.ts';
import { onlyNumber } from './writes.ts';

/** Containers are models when they stand alone. */
const containers = new Set(['Sequential', 'ModuleList', 'ModuleDict', 'Transformer']);

/** PyTorch. */
export const torch: Framework = {
  id: 'torch',
  module: (name) => torchModule(name) ?? einopsModule(name),
  missingModule: helperModule,
  isModel: (instance) => isModule(instance) && (instance.class.native === null || containers.has(instance.class.name)),
  describe(root) {
    const modules = namedModules(root);
    return {
      parameters: parametersIn(modules).map(([name, tensor]) => {
        const spectralNorm = spectralNormOf(tensor);
        return { name, tensor, ...(spectralNorm === undefined ? {} : { spectralNorm }) };
      }),
      modules: new Map(modules.map(([name, module]) => [module, name])),
    };
  },
  trace,
  tensorAttribute,
  onlyNumber,
  setTensorAttribute,
  tensorOperator,
  tensorIndex,
  setTensorIndex,
  unknownCall,
  loss: lossOf,
};
