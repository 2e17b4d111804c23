// Constants in biases and gains only.
import * as tf from '@tensorflow/tfjs';

const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [10], units: 20, activation: 'relu', biasInitializer: 'ones' }));
model.add(tf.layers.batchNormalization({ gammaInitializer: 'ones' }));
model.add(tf.layers.dense({ units: 2 }));
