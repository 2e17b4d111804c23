import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsBackend } from '../tfjs/backend.ts';
import { EngineUnavailable, type StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

/**
 * libtensorflow in this process. `directory` has the `node_modules` that the installation made; without it the package is
 * looked for as any other. Its TensorFlow.js and ours share one engine and one registry of kernels, by their global names.
 */
export function startTfjsNode(directory: string | null): StartEngine {
  return async () => {
    // What Node 23 took away and tfjs-node 4.22 still calls.
    const old = util as unknown as Record<string, unknown>;
    old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    old.isArray = Array.isArray;
    // It registers the cpu backend a second time, with a warning per kernel.
    tf.enableProdMode();
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
    const load = createRequire(directory === null ? import.meta.url : path.join(directory, 'package.json'));
    const name = '@tensorflow/tfjs-node';
    let versions: { readonly version?: Readonly<Record<string, string>> };
    try {
      versions = load(name) as typeof versions;
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
      throw new EngineUnavailable(`tfjs-node is not installed: ${reason}`, 'npm run engine:tfjs-node installs it');
    }
    await setBackend('tensorflow');
    return {
      name: 'tfjs-node',
      device: `libtensorflow on the CPU (tfjs-node ${versions.version?.['tfjs-node'] ?? ''})`,
      backend: tfjsBackend('host'),
    };
  };
}
