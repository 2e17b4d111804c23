// A tiny std in a plain stack.
import * as tf from '@tensorflow/tfjs';

export const model = tf.sequential();
for (let i = 0; i < 4; i++) {
  model.add(
    tf.layers.dense({
      ...(i === 0 ? { inputShape: [50] } : {}),
      units: 50,
      activation: 'relu',
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.001 }), // expect: std-too-small:warning
    }),
  );
}
model.add(tf.layers.dense({ units: 2 }));
