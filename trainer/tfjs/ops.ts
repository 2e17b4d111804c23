import * as tf from '@tensorflow/tfjs-core';
import type { Ops, Tensor } from '../backend-ops.ts';
import { collapsedBinary, collapsedReduce } from './collapse.ts';
import { clip, elu, normalize } from './composed.ts';
import { conv2d, conv2dTranspose, depthwiseConv2d } from './convolution.ts';
import { matMul } from './matmul.ts';

/** The operations of `Ops` over TensorFlow.js: its own where they are right on every engine, composed ones elsewhere. */
export const tfjsOps: Ops = {
  add: collapsedBinary((a, b) => tf.add(a, b)),
  subtract: collapsedBinary((a, b) => tf.sub(a, b)),
  multiply: collapsedBinary((a, b) => tf.mul(a, b)),
  divide: collapsedBinary((a, b) => tf.div(a, b)),
  affine(x, factor, offset) {
    const scaled = factor === 1 ? x : tf.mul(x, tf.scalar(factor));
    return offset === 0 ? scaled : tf.add(scaled, tf.scalar(offset));
  },
  exp: (x) => tf.exp(x),
  abs: (x) => tf.abs(x),
  square: (x) => tf.square(x),
  sqrt: (x) => tf.sqrt(x),
  sin: (x) => tf.sin(x),
  erf: (x) => tf.erf(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  softplus: (x) => tf.softplus(x),
  relu: (x) => tf.relu(x),
  elu,
  clip,
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),

  sum: (x, axes, keepDims) => sum(x, [...axes], keepDims),
  mean: (x, axes, keepDims) => mean(x, [...axes], keepDims),
  max: (x, axes, keepDims) => max(x, [...axes], keepDims),
  normalize,
  matMul,

  reshape: (x, shape) => tf.reshape(x, [...shape]),
  transpose: (x, order) => tf.transpose(x, [...order]),
  slice: (x, begin, size) => tf.slice(x, [...begin], [...size]),
  concat: (xs, axis) => (xs.length === 1 ? only(xs) : tf.concat([...xs], axis)),
  pad: (x, padding, value) =>
    tf.pad(
      x,
      padding.map(([before, after]) => [before, after]),
      value,
    ),
  gather: (table, indices) => tf.gather(table, tf.cast(indices, 'int32') as tf.Tensor1D),
  // Asked for floats, wasm writes integers and calls them floats.
  oneHot: (indices, depth) => tf.cast(tf.oneHot(indices as tf.Tensor1D, depth), 'float32'),

  conv2d,
  depthwiseConv2d,
  conv2dTranspose,
  maxPool2d: (x, kernel, stride) => tf.maxPool(x as tf.Tensor4D, [...kernel], [...stride], 'valid'),
  averagePool2d: (x, kernel, stride) => tf.avgPool(x as tf.Tensor4D, [...kernel], [...stride], 'valid'),

  isZero: (x) => tf.cast(tf.equal(x, tf.scalar(0)), 'float32'),
  isGreater: (x, limit) => tf.cast(tf.greater(x, tf.scalar(limit)), 'float32'),

  constant: (values, shape) =>
    tf.tensor(values instanceof Float32Array ? values : Float32Array.from(values), [...shape], 'float32'),
  integers: (values, shape) => tf.tensor(values, [...shape], 'int32'),
};

function only(xs: readonly Tensor[]): Tensor {
  const [x] = xs;
  if (x === undefined) throw new Error('concat of nothing');
  return x;
}

const sum = collapsedReduce((x, axes, keepDims) => tf.sum(x, axes, keepDims));
const mean = collapsedReduce((x, axes, keepDims) => tf.mean(x, axes, keepDims));
const max = collapsedReduce((x, axes, keepDims) => tf.max(x, axes, keepDims));
