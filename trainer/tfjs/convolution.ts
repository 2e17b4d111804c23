import * as tf from '@tensorflow/tfjs-core';
import type { Pair, Tensor, Window } from '../backend-ops.ts';

export function conv2d(x: Tensor, filter: Tensor, window: Window): Tensor {
  return convolve(x, filter, window, (input, stride, pad) => tf.conv2d(input, filter as tf.Tensor4D, [...stride], pad));
}

export function depthwiseConv2d(x: Tensor, filter: Tensor, window: Window): Tensor {
  return convolve(x, filter, window, (input, stride, pad) => {
    const run = (step: Pair, words: Words) =>
      tf.depthwiseConv2d(input, filter as tf.Tensor4D, [...step], words) as Tensor;
    // libtensorflow takes equal strides only.
    if (stride[0] === stride[1]) return run(stride, pad);
    return everyNth(run([1, 1], 'valid'), stride);
  });
}

/** Unpadded; the caller crops. Its gradients are those of an ordinary convolution, which are right everywhere. */
export function conv2dTranspose(x: Tensor, filter: Tensor, stride: Pair): Tensor {
  const [batch = 1, height = 1, width = 1] = x.shape;
  const [h = 1, w = 1, out = 1] = filter.shape;
  const shape: [number, number, number, number] = [
    batch,
    (height - 1) * stride[0] + h,
    (width - 1) * stride[1] + w,
    out,
  ];
  return tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, shape, [...stride], 'valid');
}

type Words = 'same' | 'valid';
type Convolution = (x: tf.Tensor4D, stride: Pair, pad: Words) => Tensor;

/**
 * Padding in TensorFlow's words where they mean the same (libtensorflow knows no others through TensorFlow.js), else written
 * out. A dilated convolution has no gradient in TensorFlow.js: it becomes a plain one over interleaved images.
 */
function convolve(x: Tensor, filter: Tensor, window: Window, run: Convolution): Tensor {
  const { padding, stride, dilation } = window;
  const kernel: Pair = [filter.shape[0] ?? 1, filter.shape[1] ?? 1];
  if (!isOne(dilation)) {
    const dense = interleaved(padded(x, padding), dilation, (input) => run(input, [1, 1], 'valid'));
    return isOne(stride) ? dense : everyNth(dense, stride);
  }
  const words = wordsFor(x.shape, kernel, window);
  // One of unequal strides is taken from the plain result, which must not have been shifted by 'same'.
  if (words === 'valid' || (words === 'same' && stride[0] === stride[1])) return run(x as tf.Tensor4D, stride, words);
  return run(padded(x, padding), stride, 'valid');
}

function wordsFor(shape: readonly number[], kernel: Pair, { padding, stride }: Window): Words | null {
  if (isZero(padding)) return 'valid';
  const isSame = ([0, 1] as const).every((axis) => {
    const size = shape[axis + 1] ?? 1;
    const needed = Math.max(0, (Math.ceil(size / stride[axis]) - 1) * stride[axis] + kernel[axis] - size);
    return padding[axis][0] === Math.floor(needed / 2) && padding[axis][1] === Math.ceil(needed / 2);
  });
  return isSame ? 'same' : null;
}

function padded(x: Tensor, padding: Window['padding']): tf.Tensor4D {
  if (isZero(padding)) return x as tf.Tensor4D;
  return tf.pad(x as tf.Tensor4D, [[0, 0], [...padding[0]], [...padding[1]], [0, 0]]);
}

/** Pixels `dilation` apart make an image of their own, on which the kernel has no holes (Chen et al. 2018, section 3.1). */
function interleaved(x: tf.Tensor4D, dilation: Pair, run: (x: tf.Tensor4D) => Tensor): Tensor {
  const surplus = ([0, 1] as const).map((axis) => {
    const size = x.shape[axis + 1] ?? 1;
    return [0, Math.ceil(size / dilation[axis]) * dilation[axis] - size];
  });
  const images = tf.spaceToBatchND(x, [...dilation], surplus) as tf.Tensor4D;
  return tf.batchToSpaceND(run(images) as tf.Tensor4D, [...dilation], surplus);
}

/** Rows and columns 0, stride, 2·stride, …: TensorFlow.js' strided slice has no gradient. */
function everyNth(x: Tensor, [down, across]: Pair): Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const rows = Math.ceil(height / down);
  const columns = Math.ceil(width / across);
  const full = tf.pad(x as tf.Tensor4D, [
    [0, 0],
    [0, rows * down - height],
    [0, columns * across - width],
    [0, 0],
  ]);
  const byRow = tf.reshape(full, [batch * rows, down, columns * across * channels]);
  const keptRows = tf.slice(byRow, [0, 0, 0], [-1, 1, -1]);
  const byColumn = tf.reshape(keptRows, [batch * rows * columns, across, channels]);
  return tf.reshape(tf.slice(byColumn, [0, 0, 0], [-1, 1, -1]), [batch, rows, columns, channels]);
}

function isZero(padding: Window['padding']): boolean {
  return padding.every(([before, after]) => before === 0 && after === 0);
}

function isOne(pair: Pair): boolean {
  return pair[0] === 1 && pair[1] === 1;
}
