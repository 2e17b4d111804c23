import '@tensorflow/tfjs-backend-webgpu';
import { tfjsBackend } from '../tfjs/backend.ts';
import { EngineUnavailable, type StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

export const startWebgpu: StartEngine = async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new EngineUnavailable('there is no WebGPU adapter here');
  await setBackend('webgpu');
  return { name: 'webgpu', device: adapterName(adapter.info), backend: tfjsBackend('device') };
};

/** Browsers tell little of a GPU, against fingerprinting. */
function adapterName({ vendor, architecture, description }: GPUAdapterInfo): string {
  const name = description || [vendor, architecture].filter((part) => part !== '').join(' ');
  return name === '' ? 'unnamed adapter' : name;
}
