import type { Op, OpKind } from '../../core/graph/op.ts';
import type { Value } from '../value.ts';
import { activation, dropout, glu, softmax } from './activation.ts';
import { add, affine, concat, matmul, multiply, reduce, scale, subtract } from './arithmetic.ts';
import { attention, dotProductAttention } from './attention.ts';
import { BuildError, type Builder, type NodeContext } from './builder.ts';
import { conv } from './convolution.ts';
import { dense, embedding } from './dense.ts';
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from './normalization.ts';
import { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool } from './pooling.ts';
import { flatten, pad, permute, reshape, roll, select, split } from './rearrange.ts';
import { recurrent } from './recurrent.ts';
import { upsample } from './resample.ts';
import { constant, parameter } from './sources.ts';

/** How every kind of node is computed; the inputs are given, not computed. */
const builders: { readonly [K in Exclude<OpKind, 'input'>]: Builder<K> } = {
  constant,
  parameter,
  dense,
  conv,
  embedding,
  batchNorm,
  layerNorm,
  rmsNorm,
  groupNorm,
  instanceNorm,
  activation,
  softmax,
  glu,
  dropout,
  add,
  subtract,
  multiply,
  affine,
  scale,
  matmul,
  concat,
  split,
  maxPool,
  averagePool,
  adaptiveAveragePool,
  adaptiveMaxPool,
  reduce,
  flatten,
  reshape,
  permute,
  select,
  pad,
  roll,
  upsample,
  recurrent,
  attention,
  dotProductAttention,
  unknown: (op) => {
    throw new BuildError('unsupportedOp', `${op.name} is not known, so it cannot be rebuilt`);
  },
};

/** Computes a node from its inputs; throws `BuildError` where it cannot be. */
export function compute(op: Exclude<Op, { kind: 'input' }>, inputs: readonly Value[], context: NodeContext): Value {
  // The registry pairs every kind with its builder, which an index by a union cannot say.
  const builder = builders[op.kind] as (op: Op, inputs: readonly Value[], context: NodeContext) => Value;
  return builder(op, inputs, context);
}
