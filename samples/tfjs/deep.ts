// Glorot before ReLU, twelve layers deep and without normalization.
import * as tf from '@tensorflow/tfjs';

interface Config {
  width: number;
  depth: number;
}

export function deepModel(config: Config = { width: 96, depth: 12 }): tf.LayersModel {
  const input = tf.input({ shape: [48] });
  let x = input as tf.SymbolicTensor;
  for (let i = 0; i < config.depth; i++) {
    x = tf.layers
      .dense({ units: config.width, activation: 'relu', kernelInitializer: 'glorotUniform' })
      .apply(x) as tf.SymbolicTensor;
  }
  const output = tf.layers.dense({ units: 5 }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output });
}
