import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../backend-ops.ts';

/**
 * TensorFlow.js differentiates products of equal batches only, so a matrix against a batch is one long matrix product, and a
 * smaller batch is spread first.
 */
export function matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  if (b.rank === 2 && a.rank > 2 && !transposeA) {
    const lead = a.shape.slice(0, -1);
    const rows = tf.reshape(a, [-1, last(a.shape)]);
    const product = tf.matMul(rows, b, false, transposeB);
    return tf.reshape(product, [...lead, last(product.shape)]);
  }
  const batch = batchOf(a, b);
  if (batch.length === 0) return tf.matMul(a, b, transposeA, transposeB);
  const left = tf.reshape(spread(a, batch), [-1, ...a.shape.slice(-2)]);
  const right = tf.reshape(spread(b, batch), [-1, ...b.shape.slice(-2)]);
  const product = tf.matMul(left, right, transposeA, transposeB);
  return tf.reshape(product, [...batch, ...product.shape.slice(-2)]);
}

function batchOf(a: Tensor, b: Tensor): number[] {
  const [long, short] = a.rank >= b.rank ? [a.shape, b.shape] : [b.shape, a.shape];
  const offset = long.length - short.length;
  return long.slice(0, -2).map((size, axis) => Math.max(size, axis < offset ? 1 : (short[axis - offset] ?? 1)));
}

function spread(x: Tensor, batch: readonly number[]): Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  const isSpread = x.rank === shape.length && x.shape.every((size, axis) => size === shape[axis]);
  return isSpread ? x : tf.broadcastTo(x, shape);
}

function last(shape: readonly number[]): number {
  return shape[shape.length - 1] ?? 1;
}
