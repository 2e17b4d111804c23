// Thirty ReLU layers under TensorFlow.js's Glorot.
const tf = require('@tensorflow/tfjs');

const model = tf.sequential(); // expect: default-init-deep:warning
model.add(tf.layers.dense({ inputShape: [64], units: 64, activation: 'relu' }));
for (let i = 0; i < 29; i++) model.add(tf.layers.dense({ units: 64, activation: 'relu' }));
model.add(tf.layers.dense({ units: 4 }));
