// Zero biases and a zero head.
import * as tf from '@tensorflow/tfjs';

export function makeModel(units: number = 32): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [8], units, activation: 'relu', biasInitializer: 'zeros', kernelInitializer: 'heNormal' }),
      tf.layers.dense({ units: 4, kernelInitializer: 'zeros' }),
    ],
  });
}
