/** Bundled and run by `trainer.bench.ts`: milliseconds per training step of our nets, measured and not. */
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import path from 'node:path';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Start } from '../../core/probe/messages.ts';
import { defaultOptions, protocolVersion } from '../../core/probe/request.ts';
import { graphBuilder } from '../../core/testing/graph-builder.ts';
import { startCpu } from '../../trainer/engines/cpu.ts';
import type { StartEngine } from '../../trainer/engines/engine.ts';
import { startTfjsNode } from '../../trainer/engines/tfjs-node.ts';
import { startWasm } from '../../trainer/engines/wasm.ts';
import { prepareTraining } from '../../trainer/training.ts';

export interface BenchNet {
  readonly name: string;
  readonly graph: ModelGraph;
  readonly batch: number;
}

export const nets: readonly BenchNet[] = [
  { name: 'MLP, 20×256 ReLU, batch 64', graph: mlp(), batch: 64 },
  { name: 'CNN with pooling, batch 8', graph: cnn(), batch: 8 },
  { name: 'transformer, 4 layers, d 128, T 64, batch 8', graph: transformer(), batch: 8 },
];

/** The three engines that run in Node; tfjs-node only where it is installed. */
export function benchEngines(dist: string, tfjsNode: string | null): Readonly<Record<string, StartEngine>> {
  const files = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
  return {
    wasm: startWasm(Object.fromEntries(files.map((file) => [file, path.join(dist, file)]))),
    ...(tfjsNode === null ? {} : { 'tfjs-node': startTfjsNode(tfjsNode) }),
    cpu: startCpu,
  };
}

/** Median milliseconds per step after a warm-up. */
export async function millisecondsPerStep(
  start: StartEngine,
  { graph, batch }: BenchNet,
  { steps, measured }: { readonly steps: number; readonly measured: boolean },
): Promise<number> {
  const { backend } = await start();
  const options = { ...defaultOptions, variants: ['as-written' as const], steps: steps + 1, batch };
  const request: Start = { version: protocolVersion, type: 'start', run: 'bench', engine: 'wasm', graph, options };
  const training = await prepareTraining(request, backend, { measured });
  const [trainee] = training.trainees;
  const times: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const began = performance.now();
    await trainee?.step(step);
    if (step > 0) times.push(performance.now() - began);
  }
  training.dispose();
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function mlp(): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  let x = b.input([null, 256]);
  for (let i = 0; i < 20; i++) x = b.activation(b.dense(x, 256), 'relu');
  return b.build(b.dense(x, 10));
}

function cnn(): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  let x = b.input([null, 3, 32, 32]);
  for (const channels of [32, 64, 128]) {
    x = b.activation(b.batchNorm(b.conv(x, channels, 3)), 'relu');
    x = b.op(
      {
        kind: 'maxPool',
        rank: 2,
        kernel: [2, 2],
        stride: [2, 2],
        padding: [
          [0, 0],
          [0, 0],
        ],
        ceilMode: false,
        layout: 'channelsFirst',
      },
      [x],
    );
  }
  x = b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [x]);
  return b.build(b.dense(x, 10));
}

function transformer(): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  const width = 128;
  let x = b.input([null, 64, width]);
  for (let block = 0; block < 4; block++) {
    const normal = b.layerNorm(x);
    const [query, key, value] = [0, 1, 2].map(() => heads(b.dense(normal, width))) as [number, number, number];
    const mixed = b.op({ kind: 'dotProductAttention', causal: true }, [query, key, value]);
    const back = b.op({ kind: 'permute', order: [0, 2, 1, 3] }, [mixed]);
    x = b.add(x, b.dense(b.op({ kind: 'reshape' }, [back], { shape: [null, 64, width] }), width));
    x = b.add(x, b.dense(b.activation(b.dense(b.layerNorm(x), 4 * width), 'gelu'), width));
  }
  return b.build(b.dense(b.op({ kind: 'reduce', fn: 'mean', axes: [1], keepDims: false }, [x]), 10));

  function heads(from: number): number {
    const split = b.op({ kind: 'reshape' }, [from], { shape: [null, 64, 4, width / 4] });
    return b.op({ kind: 'permute', order: [0, 2, 1, 3] }, [split]);
  }
}
