import * as tf from '@tensorflow/tfjs-core';
import { attributesOf, floats, inputOf, makeOutput } from './memory.ts';

/** To the first of the largest in every window, as PyTorch does; the backend's own goes wrong where all are negative. */
export const maxPoolGradient: tf.KernelFunc = (call) => {
  const [dy, input] = [inputOf(call, 'dy'), inputOf(call, 'input')];
  const { filterSize, strides, pad, dimRoundingMode } = attributesOf<tf.MaxPoolGradAttrs>(call);
  const info = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const output = makeOutput(call, input.shape);
  const [gradient, x, dx] = [floats(call, dy), floats(call, input), floats(call, output)];
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels, padInfo } = info;
  dx.fill(0);
  let from = 0;
  for (let b = 0; b < batchSize; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * info.strideHeight - padInfo.top;
      const [yFrom, yTo] = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)];
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * info.strideWidth - padInfo.left;
        const [xFrom, xTo] = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)];
        for (let c = 0; c < inChannels; c++, from++) {
          let best = -1;
          let largest = Number.NEGATIVE_INFINITY;
          for (let y = yFrom; y < yTo; y++) {
            for (let column = xFrom; column < xTo; column++) {
              const at = ((b * inHeight + y) * inWidth + column) * inChannels + c;
              const value = x[at] as number;
              if (value > largest) {
                largest = value;
                best = at;
              }
            }
          }
          if (best >= 0) dx[best] = (dx[best] as number) + (gradient[from] as number);
        }
      }
    }
  }
  return output;
};
