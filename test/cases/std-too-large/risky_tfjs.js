// Std 1 on 300 inputs.
import * as tf from '@tensorflow/tfjs';

const wide = tf.initializers.randomNormal({ mean: 0, stddev: 1, seed: 7 });
const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [300], units: 300, activation: 'relu', kernelInitializer: wide })); // expect: std-too-large:warning
model.add(tf.layers.dense({ units: 300, activation: 'relu', kernelInitializer: wide })); // expect: std-too-large:warning
model.add(tf.layers.dense({ units: 2 }));
