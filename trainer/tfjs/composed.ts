import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../backend-ops.ts';
import { collapsedBinary, collapsedReduce } from './collapse.ts';

const subtract = collapsedBinary((a, b) => tf.sub(a, b));
const multiply = collapsedBinary((a, b) => tf.mul(a, b));
const mean = collapsedReduce((x, axes, keepDims) => tf.mean(x, axes, keepDims));

/**
 * One node on the tape instead of a dozen, with the gradient in closed form (Ioffe & Szegedy 2015, section 3, for fixed gain):
 * dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / σ.
 */
export function normalize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const over = [...axes];
  return tf.customGrad((input, save) => {
    const x = input as Tensor;
    const centred = subtract(x, mean(x, over, true));
    const inverse = tf.rsqrt(tf.add(mean(tf.square(centred), over, true), tf.scalar(epsilon)));
    const value = multiply(centred, inverse);
    (save as tf.GradSaveFunc)([value, inverse]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [normal, scale] = saved as [Tensor, Tensor];
        const along = multiply(normal, mean(multiply(dy, normal), over, true));
        return multiply(subtract(subtract(dy, mean(dy, over, true)), along), scale);
      },
    };
  })(x);
}

/** PyTorch's gradient at the bounds: none. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return tf.customGrad((input, save) => {
    const x = input as Tensor;
    (save as tf.GradSaveFunc)([x]);
    return {
      value: tf.clipByValue(x, low, high),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x] = saved as [Tensor];
        const inside = tf.logicalAnd(tf.greater(x, tf.scalar(low)), tf.less(x, tf.scalar(high)));
        return tf.mul(dy, tf.cast(inside, 'float32'));
      },
    };
  })(x);
}

/** With the gradient y + 1 below zero, which keeps its digits where e^x − 1 lost them. */
export function elu(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const value = tf.elu(input as Tensor);
    (save as tf.GradSaveFunc)([value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y] = saved as [Tensor];
        return tf.mul(dy, tf.add(tf.minimum(y, tf.scalar(0)), tf.scalar(1)));
      },
    };
  })(x);
}
