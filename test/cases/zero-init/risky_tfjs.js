// Zeros in hidden layers, as a name and as an initializer.
import * as tf from '@tensorflow/tfjs';

export function makeModel() {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [12], units: 32, activation: 'relu' }));
  model.add(tf.layers.dense({ units: 32, activation: 'relu', kernelInitializer: 'zeros' })); // expect: zero-init:error
  model.add(
    tf.layers.dense({
      units: 32,
      activation: 'relu',
      kernelInitializer: tf.initializers.zeros(), // expect: zero-init:error
    }),
  );
  model.add(tf.layers.dense({ units: 3 }));
  return model;
}
