// All weights at one number.
import * as tf from '@tensorflow/tfjs';

const kernelInitializer = tf.initializers.constant({ value: 0.2 });

export const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [6], units: 16, activation: 'tanh', kernelInitializer })); // expect: constant-init:error
model.add(tf.layers.dense({ units: 16, activation: 'tanh', kernelInitializer })); // expect: constant-init:error
model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones' }));
