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
  const { ops, framework } = context;
  const suffix = `${layer === 0 ? '' : layer}${isReverse ? 'Reverse' : ''}`;
  const oriented = (x: Tensor) => (framework === 'torch' ? ops.transpose(x, [1, 0]) : x);
  const optional = (role: string) => context.optional(role) ?? gatesSideBySide(role, context);
  const parameter = (role: string) => optional(role) ?? context.parameter(role);
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

/** Flax keeps a matrix per gate; gates without a bias of their own have none. */
function gatesSideBySide(role: string, { ops, layer, optional }: NodeContext): Tensor | null {
  const { op } = layer;
  if (op.kind !== 'recurrent') return null;
  const parts = Array.from({ length: gateCount[op.cell] }, (_, gate) => optional(`${role}Gate${gate}`));
  const known = parts.find((part) => part !== null);
  if (known == null) return null;
  const size = known.shape.reduce((product, dim) => product * dim, 1);
  const none = () => ops.constant(new Float32Array(size), [...known.shape]);
  return ops.concat(
    parts.map((part) => part ?? none()),
    known.shape.length - 1,
  );
}

const gateCount = { rnn: 1, lstm: 4, gru: 3 } as const;
