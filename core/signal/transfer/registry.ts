import type { Op, OpKind } from '../../graph/op.ts';
import type { Site, Transfer } from '../site.ts';
import { activation } from './activation.ts';
import { attention, dotProductAttention } from './attention.ts';
import { outToExperts, sumOverExperts } from './experts.ts';
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

/** What nobody knows how to pass, but for elements picked from a table of the model's own, and what parts and joins experts' rows. */
const unknown: Transfer<Extract<Op, { kind: 'unknown' }>> = {
  forward(site, inputs) {
    const mixture = ofMixture(site);
    if (mixture !== null) return mixture.forward(site, inputs);
    const [input] = inputs;
    return input !== undefined && site.op.name === 'index' && site.readsFixed ? gathered(site, input) : null;
  },
  backward(site, inputs, output, gradient) {
    return ofMixture(site)?.backward(site, inputs, output, gradient) ?? { inputs: inputs.map(() => null) };
  },
};

function ofMixture({ routed }: Site): Transfer | null {
  return routed === 'out' ? outToExperts : routed === 'sum' ? sumOverExperts : null;
}

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
