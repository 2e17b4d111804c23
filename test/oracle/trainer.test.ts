import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../trainer/backend-ops.ts';
import { startCpu } from '../../trainer/engines/cpu.ts';
import type { StartEngine } from '../../trainer/engines/engine.ts';
import { startTfjsNode } from '../../trainer/engines/tfjs-node.ts';
import { startWasm } from '../../trainer/engines/wasm.ts';
import { selfCheck } from '../../trainer/self-check.ts';
import { differences, gradientsOf } from './trainer-gradients.ts';
import { readGraph, readTruth } from './trainer-truth.ts';
import { unpackTruth } from './trainer-unpack.ts';

/*
 * The trainer against PyTorch: the same source (the analyzer recovers the graph from it), weights and batch; every gradient,
 * element by element, in float32 against float64.
 */

const root = path.resolve(import.meta.dirname, '../..');
const tfjsNode = process.env.INITSCOPE_TFJS_NODE ?? path.join(root, 'out', 'tfjs-node');
const hasTfjsNode = existsSync(path.join(tfjsNode, 'node_modules/@tensorflow/tfjs-node/lib'));
const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const wasmFiles = Object.fromEntries(
  ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'].map((file) => [file, path.join(wasmFolder, 'dist', file)]),
);

const engines: readonly { readonly name: string; readonly start: StartEngine; readonly isThere: boolean }[] = [
  { name: 'wasm', start: startWasm(wasmFiles), isThere: true },
  { name: 'cpu', start: startCpu, isThere: true },
  { name: 'tfjs-node', start: startTfjsNode(tfjsNode), isThere: hasTfjsNode },
];

const truths = readTruth();

for (const { name, start, isThere } of engines) {
  describe.skipIf(!isThere)(`gradients on ${name} are those of PyTorch`, () => {
    let backend: Backend;
    beforeAll(async () => {
      const engine = await start();
      await selfCheck(engine);
      backend = engine.backend;
    });

    it.each(truths.map((truth) => [truth.model, truth] as const))('%s', async (_, packed) => {
      const truth = unpackTruth(packed);
      expect(differences(await gradientsOf(backend, readGraph(packed), truth), truth)).toEqual([]);
    });
  });
}
