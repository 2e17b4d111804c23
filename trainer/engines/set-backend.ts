import * as tf from '@tensorflow/tfjs-core';
import { EngineUnavailable } from './engine.ts';

/** Sets TensorFlow.js' backend, and makes sure of it: a backend that fails to start falls back to another one silently. */
export async function setBackend(name: string): Promise<void> {
  tf.enableProdMode();
  const isSet = await tf.setBackend(name).catch((error: unknown) => {
    throw new EngineUnavailable(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (isSet) await tf.ready();
  if (!isSet || tf.getBackend() !== name) throw new EngineUnavailable(`${name} does not start here`);
}
