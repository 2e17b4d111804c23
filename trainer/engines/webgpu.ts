import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsBackend } from '../tfjs/backend.ts';
import { EngineUnavailable, type StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

/** TensorFlow.js hands 15 at a time to the GPU; small models mostly wait for that (on an H200 64 make a step 5 to 20 % shorter). */
const stepsPerSubmission = 64;

export const startWebgpu: StartEngine = async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new EngineUnavailable('there is no WebGPU adapter here');
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', stepsPerSubmission);
  await setBackend('webgpu');
  return { name: 'webgpu', device: adapterName(adapter.info), backend: tfjsBackend('device') };
};

/** Browsers tell little of a GPU, against fingerprinting. */
function adapterName({ vendor, architecture, description }: GPUAdapterInfo): string {
  const name = description || [vendor, architecture].filter((part) => part !== '').join(' ');
  return name === '' ? 'unnamed adapter' : name;
}
