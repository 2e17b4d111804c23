import {
  type Check,
  count,
  dim,
  either,
  fields,
  flag,
  integer,
  isObject,
  listOf,
  nullable,
  number,
  oneOf,
  optional,
  pairOf,
  text,
} from './checks.ts';
import type { ActivationName, Op, OpKind } from './op.ts';

/** Says what is wrong with an op in its JSON form, or `null`. */
export const op: Check = (value) => {
  if (!isObject(value) || typeof value.kind !== 'string') return 'kind: expected a string';
  const check = checks.get(value.kind);
  return check === undefined ? `kind: unknown op ${value.kind}` : check(value);
};

/** All fields of an op but its kind, so that a new field without a check does not compile. */
type Fields<K extends OpKind> = { readonly [F in Exclude<keyof Extract<Op, { kind: K }>, 'kind'>]-?: Check };

const activations: Readonly<Record<ActivationName, true>> = {
  identity: true,
  relu: true,
  relu6: true,
  leakyRelu: true,
  prelu: true,
  elu: true,
  selu: true,
  celu: true,
  gelu: true,
  geluTanh: true,
  silu: true,
  mish: true,
  softplus: true,
  softsign: true,
  tanh: true,
  sigmoid: true,
  hardSigmoid: true,
  hardSwish: true,
  hardTanh: true,
  logSigmoid: true,
  sin: true,
  square: true,
  abs: true,
  exp: true,
};

const activation = oneOf(Object.keys(activations));
const layout = oneOf(['channelsFirst', 'channelsLast']);
const rank = oneOf([1, 2, 3]);
const positive: Check = (value) => (count(value) === null && value !== 0 ? null : 'expected a number of 1 and more');
const sizes = listOf(positive);
const padding = either(oneOf(['same', 'valid']), listOf(pairOf(integer)));
const pool = { rank, kernel: sizes, stride: sizes, padding, ceilMode: flag, layout };
const norm = { epsilon: number, axis: integer };

const opFields: { readonly [K in OpKind]: Fields<K> } = {
  input: {},
  constant: {
    value: nullable(number),
    moments: optional(fields({ mean: number, second: number })),
    numbers: optional(listOf(number)),
  },
  parameter: {},
  dense: { inFeatures: dim, outFeatures: dim },
  conv: {
    rank,
    inChannels: dim,
    outChannels: dim,
    kernel: sizes,
    stride: sizes,
    padding,
    dilation: sizes,
    groups: positive,
    transposed: flag,
    outputPadding: listOf(count),
    layout,
    standardized: optional(fields({ epsilon: number, factor: number })),
  },
  embedding: { vocabulary: dim, width: dim, paddingIndex: nullable(integer) },
  batchNorm: norm,
  layerNorm: { epsilon: number, axes: positive },
  rmsNorm: { epsilon: number },
  groupNorm: { ...norm, groups: positive },
  instanceNorm: norm,
  activation: { fn: activation, parameter: optional(number) },
  softmax: { axis: integer, log: flag },
  glu: { fn: activation, axis: integer },
  dropout: { rate: number, mode: oneOf(['element', 'channel', 'row']) },
  add: {},
  subtract: {},
  multiply: {},
  affine: { factor: number, offset: number },
  scale: {},
  matmul: { transposeA: flag, transposeB: flag },
  concat: { axis: integer },
  split: { axis: integer, start: count, length: dim, step: optional(positive) },
  roll: { shifts: listOf(integer), axes: listOf(integer) },
  maxPool: pool,
  averagePool: { ...pool, countIncludePad: flag },
  adaptiveAveragePool: { output: sizes, layout },
  adaptiveMaxPool: { output: sizes, layout },
  reduce: { fn: oneOf(['mean', 'sum', 'max']), axes: listOf(integer), keepDims: flag },
  flatten: { startAxis: integer, endAxis: integer },
  reshape: {},
  permute: { order: listOf(integer) },
  select: { axis: integer, index: integer },
  pad: { padding: listOf(pairOf(integer)), mode: oneOf(['constant', 'reflect', 'replicate']) },
  upsample: { factor: nullable(listOf(number)), mode: oneOf(['nearest', 'bilinear']), layout },
  recurrent: {
    cell: oneOf(['rnn', 'lstm', 'gru']),
    activation: oneOf(['tanh', 'relu']),
    inputSize: dim,
    hiddenSize: dim,
    layers: positive,
    bidirectional: flag,
    batchFirst: flag,
    returnSequences: flag,
    resetAfter: flag,
  },
  attention: { heads: positive, width: dim, causal: flag, dropout: number, batchFirst: flag },
  dotProductAttention: { causal: flag },
  unknown: { name: text },
};

const checks: ReadonlyMap<string, Check> = new Map(Object.entries(opFields).map(([kind, one]) => [kind, fields(one)]));
