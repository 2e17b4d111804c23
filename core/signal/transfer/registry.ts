import type { Op, OpKind } from '../../graph/op.ts';
import type { Transfer } from '../site.ts';
import { activation } from './activation.ts';
import { attention, dotProductAttention } from './attention.ts';
import { glu } from './glu.ts';
import { conv, dense } from './linear.ts';
import { matmul } from './matmul.ts';
import { add, concat, multiply, subtract } from './merge.ts';
import { normalization } from './normalization.ts';
import { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool } from './pool.ts';
import { flatten, permute, reshape, roll, select, split } from './rearrange.ts';
import { recurrent } from './recurrent.ts';
import { pad, reduce, upsample } from './resize.ts';
import { affine, dropout, scale } from './scale.ts';
import { softmax } from './softmax.ts';
import { constant, embedding, gathered, input, parameter } from './sources.ts';

/** What nobody knows how to pass, but for elements picked from a table of the model's own. */
const unknown: Transfer<Extract<Op, { kind: 'unknown' }>> = {
  forward: (site, [input]) =>
    input !== undefined && site.op.name === 'index' && site.readsFixed ? gathered(site, input) : null,
  backward: (_site, inputs) => ({ inputs: inputs.map(() => null) }),
};

const transfers: { readonly [K in OpKind]: Transfer<Extract<Op, { kind: K }>> } = {
  input,
  constant,
  parameter,
  dense,
  conv,
  embedding,
  batchNorm: normalization,
  layerNorm: normalization,
  rmsNorm: normalization,
  groupNorm: normalization,
  instanceNorm: normalization,
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
  roll,
  select,
  pad,
  upsample,
  recurrent,
  attention,
  dotProductAttention,
  unknown,
};

/** The rule by which signal and gradient pass an op. */
export function transferOf(kind: OpKind): Transfer {
  // Each rule is only ever given sites of its own kind; the table above checks that they belong together.
  return transfers[kind] as Transfer;
}
