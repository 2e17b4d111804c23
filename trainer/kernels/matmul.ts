import * as tf from '@tensorflow/tfjs-core';
import { attributesOf, tensorOf } from './memory.ts';

/** The wasm product of transposed matrices is a scalar loop, twenty times slower than transposing them first. */
export function transposedFirst(kernel: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { transposeA, transposeB } = attributesOf<{ transposeA: boolean; transposeB: boolean }>(call);
    if (!transposeA && !transposeB) return kernel(call);
    return tf.tidy(() => {
      const swapped = (x: tf.Tensor) => tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]);
      const a = tensorOf(call, 'a');
      const b = tensorOf(call, 'b');
      return tf.matMul(transposeA ? swapped(a) : a, transposeB ? swapped(b) : b);
    });
  };
}
