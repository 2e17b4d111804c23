import type { Tensor } from '../backend-ops.ts';
import type { NodeContext } from './builder.ts';

/** Weights of one layer and direction, as [in, gates · width]. */
export interface CellWeights {
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly inputBias: Tensor | null;
  readonly recurrentBias: Tensor | null;
}

/** PyTorch keeps them as [gates · width, in]; Keras' GRU that resets after the product has both biases in one, [2, …]. */
export function cellWeights(layer: number, isReverse: boolean, context: NodeContext): CellWeights {
  const { ops, framework, parameter, optional } = context;
  const suffix = `${layer === 0 ? '' : layer}${isReverse ? 'Reverse' : ''}`;
  const oriented = (x: Tensor) => (framework === 'torch' ? ops.transpose(x, [1, 0]) : x);
  const bias = optional(`bias${suffix}`);
  const row = (x: Tensor, index: number) => ops.reshape(ops.slice(x, [index, 0], [1, -1]), [-1]);
  const isDouble = bias !== null && bias.shape.length === 2;
  return {
    input: oriented(parameter(`weight${suffix}`)),
    recurrent: oriented(parameter(`recurrentWeight${suffix}`)),
    inputBias: isDouble ? row(bias, 0) : bias,
    recurrentBias: isDouble ? row(bias, 1) : optional(`recurrentBias${suffix}`),
  };
}
