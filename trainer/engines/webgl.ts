import { type GPGPUContext, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsBackend } from '../tfjs/backend.ts';
import type { StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

export const startWebgl: StartEngine = async () => {
  await setBackend('webgl');
  const backend = tf.backend();
  const device = backend instanceof MathBackendWebGL ? rendererName(backend.gpgpu) : 'WebGL';
  return { name: 'webgl', device, backend: tfjsBackend('device') };
};

function rendererName({ gl }: GPGPUContext): string {
  const details = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(details === null ? gl.RENDERER : details.UNMASKED_RENDERER_WEBGL);
  return typeof name === 'string' && name !== '' ? name : 'unnamed renderer';
}
