// He before ReLU, Glorot before softmax.
const tf = require('@tensorflow/tfjs');

const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [30], units: 30, activation: 'relu', kernelInitializer: 'heUniform' }));
model.add(tf.layers.dense({ units: 30, activation: 'relu', kernelInitializer: tf.initializers.heNormal({ seed: 3 }) }));
model.add(tf.layers.dense({ units: 5, activation: 'softmax', kernelInitializer: 'glorotUniform' }));
module.exports = { model };
