import * as tf from '@tensorflow/tfjs-core';
import { spreadForFullConvolution } from './convolution-gradients.ts';
import { attributesOf, floats, inputOf, makeOutput, tensorOf } from './memory.ts';

type Shape4D = [number, number, number, number];

/** Every channel's filter meets that channel alone, so this is a loop and no convolution. */
export const depthwiseBackpropFilter: tf.KernelFunc = (call) => {
  const { strides, pad, dimRoundingMode, filterShape } =
    attributesOf<tf.DepthwiseConv2dNativeBackpropFilterAttrs>(call);
  const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as Shape4D,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    true,
  );
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels } =
    info;
  const multiplier = outChannels / inChannels;
  const output = makeOutput(call, filterShape);
  const [input, gradient, sums] = [floats(call, x), floats(call, dy), floats(call, output)];
  const total = new Float64Array(sums.length);
  for (let b = 0; b < batchSize; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const out = ((b * outHeight + oy) * outWidth + ox) * outChannels;
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * info.strideHeight + ky - info.padInfo.top;
          if (y < 0 || y >= inHeight) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const column = ox * info.strideWidth + kx - info.padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            const at = ((b * inHeight + y) * inWidth + column) * inChannels;
            const filter = (ky * filterWidth + kx) * outChannels;
            for (let c = 0; c < outChannels; c++) {
              const value = input[at + Math.floor(c / multiplier)] as number;
              total[filter + c] = (total[filter + c] as number) + value * (gradient[out + c] as number);
            }
          }
        }
      }
    }
  }
  sums.set(total);
  return output;
};

/** A depthwise convolution of the spread gradient with flipped filters; a channel's several outputs are added up. */
export const depthwiseBackpropInput: tf.KernelFunc = (call) => {
  const { strides, pad, dimRoundingMode, inputShape } = attributesOf<tf.DepthwiseConv2dNativeBackpropInputAttrs>(call);
  const filter = tensorOf(call, 'filter') as tf.Tensor4D;
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode, true);
  const { inChannels, outChannels, filterHeight, filterWidth } = info;
  return tf.tidy(() => {
    const spread = spreadForFullConvolution(call, inputOf(call, 'dy'), info) as tf.Tensor4D;
    const flipped = tf.reshape(tf.reverse(filter, [0, 1]), [filterHeight, filterWidth, outChannels, 1]) as tf.Tensor4D;
    const each = tf.depthwiseConv2d(spread, flipped, 1, 'valid');
    if (inChannels === outChannels) return each;
    return tf.reshape(tf.sum(tf.reshape(each, [-1, inChannels, outChannels / inChannels]), 2), inputShape);
  });
};
