import type { Ops, Tensor } from '../backend-ops.ts';
import { logical, logicalValue } from '../value.ts';
import { BuildError, type Builder, input, type NodeContext } from './builder.ts';

/** Vaswani et al. 2017, section 3.2.2. Self-attention has one input, else query, key and value. */
export const attention: Builder<'attention'> = (op, inputs, context) => {
  const { ops } = context;
  const swap = (x: Tensor) => (op.batchFirst ? x : ops.transpose(x, [1, 0, 2]));
  const query = swap(logical(ops, input(inputs)));
  const key = inputs.length > 1 ? swap(logical(ops, input(inputs, 1))) : query;
  const value = inputs.length > 2 ? swap(logical(ops, input(inputs, 2))) : key;
  const heads = [query, key, value].map((x, index) => splitHeads(ops, project(x, index, context), op.heads));
  const [q, k, v] = heads as [Tensor, Tensor, Tensor];
  const mixed = attend(ops, q, k, v, op.causal, (weights) => dropped(weights, op.dropout, context));
  const [batch = 1, , length = 1, width = 1] = mixed.shape;
  const joined = ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [batch, length, op.heads * width]);
  return logicalValue(swap(linear(joined, context.optional('output'), context.optional('outputBias'), context)));
};

export const dotProductAttention: Builder<'dotProductAttention'> = (op, inputs, { ops }) => {
  const [q, k, v] = [0, 1, 2].map((index) => logical(ops, input(inputs, index))) as [Tensor, Tensor, Tensor];
  return logicalValue(attend(ops, q, k, v, op.causal, (weights) => weights));
};

/** softmax(q kᵀ / √width) v, where a causal query sees no later key. */
function attend(ops: Ops, q: Tensor, k: Tensor, v: Tensor, causal: boolean, drop: (weights: Tensor) => Tensor): Tensor {
  const width = q.shape.at(-1) ?? 1;
  const scores = ops.affine(ops.matMul(q, k, false, true), 1 / Math.sqrt(width), 0);
  const seen = causal ? ops.add(scores, causalMask(ops, scores)) : scores;
  return ops.matMul(drop(ops.softmax(seen)), v, false, false);
}

function causalMask(ops: Ops, scores: Tensor): Tensor {
  const [queries = 1, keys = 1] = scores.shape.slice(-2);
  const mask = Float32Array.from({ length: queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) ? -1e9 : 0));
  return ops.constant(mask, [queries, keys]);
}

const roles = ['query', 'key', 'value'] as const;

/** PyTorch may keep the three projections in one matrix [3 · width, width]. */
function project(x: Tensor, index: number, context: NodeContext): Tensor {
  const { ops, optional } = context;
  const role = roles[index] ?? 'query';
  const packed = optional('inProjection');
  if (packed === null) return linear(x, optional(role), optional(`${role}Bias`), context);
  const width = (packed.shape[0] ?? 3) / 3;
  const bias = optional('inProjectionBias');
  const part = ops.slice(packed, [index * width, 0], [width, -1]);
  return linear(x, part, bias === null ? null : ops.slice(bias, [index * width], [width]), context);
}

/** Keras' kernels have an axis of heads: [in, heads, width] on the way in, [heads, width, out] on the way out. */
function linear(x: Tensor, weight: Tensor | null, bias: Tensor | null, { ops, framework }: NodeContext): Tensor {
  if (weight === null) throw new BuildError('badShape', 'a projection of the attention has no weight');
  const features = x.shape.at(-1) ?? 1;
  const matrix = weight.shape.length === 2 ? weight : ops.reshape(weight, [features, -1]);
  const product = ops.matMul(x, matrix, false, framework === 'torch');
  return bias === null ? product : ops.add(product, ops.reshape(bias, [-1]));
}

function splitHeads(ops: Ops, x: Tensor, heads: number): Tensor {
  const [batch = 1, length = 1, width = 1] = x.shape;
  if (width % heads !== 0) throw new BuildError('badShape', `${width} features do not make ${heads} heads`);
  return ops.transpose(ops.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

function dropped(weights: Tensor, rate: number, { ops, random }: NodeContext): Tensor {
  if (rate === 0) return weights;
  const size = weights.shape.reduce((a, b) => a * b, 1);
  const mask = Float32Array.from({ length: size }, () => (random.uniform() < rate ? 0 : 1 / (1 - rate)));
  return ops.multiply(weights, ops.constant(mask, weights.shape));
}
