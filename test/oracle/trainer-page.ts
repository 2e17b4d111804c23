/** Bundled for a browser by `trainer-browser.test.ts`: the backward passes of the gradient test on the engines that need one. */
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Engine, StartEngine } from '../../trainer/engines/engine.ts';
import { startWasm } from '../../trainer/engines/wasm.ts';
import { startWebgl } from '../../trainer/engines/webgl.ts';
import { startWebgpu } from '../../trainer/engines/webgpu.ts';
import { selfCheck } from '../../trainer/self-check.ts';
import { differences, gradientsOf } from './trainer-gradients.ts';
import type { PackedTruth } from './trainer-truth.ts';
import { unpackTruth } from './trainer-unpack.ts';

/** What the page offers to the test. */
export interface TrainerPage {
  /** Starts an engine and says which device runs. */
  start(engine: keyof typeof engines): Promise<string>;
  /** What differs from the truth. */
  compare(graph: ModelGraph, truth: PackedTruth): Promise<readonly string[]>;
}

const engines = {
  webgpu: startWebgpu,
  webgl: startWebgl,
  wasm: (() => startWasm(wasmFiles())()) as StartEngine,
};

function wasmFiles(): Readonly<Record<string, string>> {
  const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
  return Object.fromEntries(names.map((name) => [name, new URL(name, location.href).href]));
}

let engine: Engine | null = null;

const page: TrainerPage = {
  async start(name) {
    engine = await engines[name]();
    await selfCheck(engine);
    return engine.device;
  },
  async compare(graph, packed) {
    if (engine === null) throw new Error('no engine');
    const truth = unpackTruth(packed);
    return differences(await gradientsOf(engine.backend, graph, truth), truth);
  },
};

(globalThis as unknown as { trainer: TrainerPage }).trainer = page;
