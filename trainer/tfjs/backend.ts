import * as tf from '@tensorflow/tfjs-core';
import type { Backend, Tensor } from '../backend-ops.ts';
import { tfjsOps } from './ops.ts';

/** TensorFlow.js on the engine that is set at the moment. */
export function tfjsBackend(
  memory: Backend['memory'],
  readNow: Backend['readNow'] = (x) => x.dataSync() as Float32Array,
): Backend {
  const engine = tf.engine();
  return {
    ops: tfjsOps,
    memory,
    gradients(forward, parameters, activations) {
      // The engine reads the list after `forward`, and has a gradient for every tensor on the tape: those with respect to
      // activations cost nothing.
      const xs = [...parameters];
      const run = (): Tensor => {
        const value = forward();
        xs.push(...activations());
        return value;
      };
      const { value, grads } = engine.gradients(run, xs, undefined, true);
      return { value, gradients: xs.map((_, index) => grads[index] ?? null) };
    },
    tidy: (body) => tf.tidy(body as () => Tensor) as ReturnType<typeof body>,
    keep: (x) => tf.keep(x),
    dispose: (xs) => tf.dispose(xs.filter((x) => x !== null)),
    read: async (x) => (await x.data()) as Float32Array,
    readNow,
    tensorCount: () => engine.memory().numTensors,
  };
}
