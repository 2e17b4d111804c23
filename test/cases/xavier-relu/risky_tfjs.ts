// Glorot written out in a deep ReLU stack.
import * as tf from '@tensorflow/tfjs';

export function deep(depth = 18): tf.LayersModel {
  const input = tf.input({ shape: [40] });
  let x = input as tf.SymbolicTensor;
  for (let i = 0; i < depth; i++) {
    x = tf.layers.dense({ units: 40, activation: 'relu', kernelInitializer: 'glorotNormal' }).apply(x) as tf.SymbolicTensor; // expect: xavier-relu:warning
  }
  return tf.model({ inputs: input, outputs: tf.layers.dense({ units: 3 }).apply(x) as tf.SymbolicTensor });
}
