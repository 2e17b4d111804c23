import * as tf from '@tensorflow/tfjs-core';
import { attributesOf, floats, inputOf, makeOutput, tensorOf, type WasmCall } from './memory.ts';

/**
 * The filter's gradient is a convolution too: of the input, channels taken as examples, with the output's gradient as the
 * filter, spread by the stride.
 */
export const conv2DBackpropFilter: tf.KernelFunc = (call) => {
  const { strides, pad, dimRoundingMode, filterShape } = attributesOf<tf.Conv2DBackpropFilterAttrs>(call);
  const x = tensorOf(call, 'x') as tf.Tensor4D;
  const dy = tensorOf(call, 'dy') as tf.Tensor4D;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { filterHeight, filterWidth, inChannels, outChannels, padInfo } = info;
  return tf.tidy(() => {
    if (filterHeight === 1 && filterWidth === 1 && info.strideHeight === 1 && info.strideWidth === 1) {
      const rows = (t: tf.Tensor, channels: number) => tf.reshape(t, [-1, channels]) as tf.Tensor2D;
      return tf.reshape(tf.matMul(rows(x, inChannels), rows(dy, outChannels), true, false), filterShape);
    }
    const { top, bottom, left, right } = padInfo;
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const images = tf.transpose(padded, [3, 1, 2, 0]) as tf.Tensor4D;
    const filter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D;
    const result = tf.conv2d(images, filter, 1, 'valid', 'NHWC', [info.strideHeight, info.strideWidth]);
    // Rows and columns at the end that no stride reached give positions beyond the kernel.
    const kept = tf.slice(result, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]);
    return tf.transpose(kept, [1, 2, 0, 3]);
  });
};

/** The input's gradient: the output's, spread by the stride, convolved with the flipped filter. Also a transposed convolution. */
export const conv2DBackpropInput: tf.KernelFunc = (call) => {
  const { strides, pad, dimRoundingMode, inputShape } = attributesOf<tf.Conv2DBackpropInputAttrs>(call);
  const filter = tensorOf(call, 'filter') as tf.Tensor4D;
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  return tf.tidy(() => {
    const spread = spreadForFullConvolution(call, inputOf(call, 'dy'), info) as tf.Tensor4D;
    const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
    return tf.conv2d(spread, flipped, 1, 'valid');
  });
};

/**
 * The output's gradient with stride − 1 zeros between its positions and so many around them that an unpadded convolution with
 * the kernel gives the input's size.
 */
export function spreadForFullConvolution(
  call: WasmCall,
  dy: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
): tf.Tensor {
  const { batchSize, inHeight, inWidth, filterHeight, filterWidth, outHeight, outWidth, padInfo } = info;
  const channels = dy.shape[3] ?? 1;
  const height = inHeight + filterHeight - 1;
  const width = inWidth + filterWidth - 1;
  const output = makeOutput(call, [batchSize, height, width, channels]);
  const [from, to] = [floats(call, dy), floats(call, output)];
  to.fill(0);
  for (let b = 0; b < batchSize; b++) {
    for (let y = 0; y < outHeight; y++) {
      const row = y * info.strideHeight + filterHeight - 1 - padInfo.top;
      if (row < 0 || row >= height) continue;
      for (let x = 0; x < outWidth; x++) {
        const column = x * info.strideWidth + filterWidth - 1 - padInfo.left;
        if (column < 0 || column >= width) continue;
        const source = ((b * outHeight + y) * outWidth + x) * channels;
        to.set(from.subarray(source, source + channels), ((b * height + row) * width + column) * channels);
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(output);
}
