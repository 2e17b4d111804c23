// He before tanh in TensorFlow.js.
import * as tf from '@tensorflow/tfjs';

const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [16], units: 16, activation: 'tanh', kernelInitializer: 'heNormal' })); // expect: he-saturating:hint
model.add(tf.layers.dense({ units: 1 }));
