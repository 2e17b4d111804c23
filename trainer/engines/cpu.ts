import '@tensorflow/tfjs-backend-cpu';
import { tfjsBackend } from '../tfjs/backend.ts';
import type { StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

/** Plain JavaScript: slow, always there. */
export const startCpu: StartEngine = async () => {
  await setBackend('cpu');
  return { name: 'cpu', device: 'plain JavaScript', backend: tfjsBackend('host') };
};
