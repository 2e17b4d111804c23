import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LossKind, ModelGraph } from '../../core/graph/graph.ts';
import { isKnown } from '../../core/graph/shape.ts';
import { defaultOptions } from '../../core/probe/request.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import type { Backend, Tensor } from '../../trainer/backend-ops.ts';
import { startCpu } from '../../trainer/engines/cpu.ts';
import type { StartEngine } from '../../trainer/engines/engine.ts';
import { startTfjsNode } from '../../trainer/engines/tfjs-node.ts';
import { startWasm } from '../../trainer/engines/wasm.ts';
import { createOptimizer } from '../../trainer/optimizer.ts';
import { planTraining } from '../../trainer/plan.ts';
import { seededRandom } from '../../trainer/random.ts';
import { selfCheck } from '../../trainer/self-check.ts';
import { differentiate } from '../../trainer/train-step.ts';
import { modelsFile, readTruth, type Truth } from './trainer-truth.ts';

/*
 * The trainer against PyTorch: the same source (the analyzer recovers the graph from it), weights and batch; every gradient,
 * element by element, in float32 against float64.
 */

const tolerance = 1e-4;
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
const analyzer = createAnalyzer(createDiskWorkspace({ roots: [root], searchPaths: [] }), createFrameworks());

for (const { name, start, isThere } of engines) {
  describe.skipIf(!isThere)(`gradients on ${name} are those of PyTorch`, () => {
    let backend: Backend;
    beforeAll(async () => {
      const engine = await start();
      await selfCheck(engine);
      backend = engine.backend;
    });

    it.each(truths.map((truth) => [truth.model, truth] as const))('%s', (_, truth) => {
      const graph = graphOf(truth);
      const before = backend.tensorCount();
      const found = gradientsOf(backend, graph, truth);
      expect(backend.tensorCount()).toBe(before);
      expect(found.loss).toBeCloseTo(truth.value, 4);
      // What is zero in exact arithmetic (a bias before batch normalization) is rounding noise here and there.
      const floor = 1e-3 * Math.max(...[...truth.gradients.values()].map(norm));
      const wrong = [...truth.gradients].flatMap(([parameter, expected]) => {
        const error = relativeError(found.gradients.get(parameter), expected, floor);
        return error <= tolerance ? [] : [`${parameter}: ${error.toExponential(1)}`];
      });
      expect(wrong).toEqual([]);
      // A sigmoid that belongs to the loss has no gradient of its own.
      if (truth.loss !== 'bce')
        expect(relativeError(found.outputGradient, truth.outputGradient, 0)).toBeLessThanOrEqual(tolerance);
    });
  });
}

const losses: Readonly<Record<Truth['loss'], LossKind>> = {
  ce: 'crossEntropy',
  'ce-last': 'crossEntropy',
  'ce-image': 'crossEntropy',
  mse: 'meanSquaredError',
  bce: 'binaryCrossEntropy',
};

function graphOf(truth: Truth): ModelGraph {
  const inputs = [[truth.batch, ...truth.shape]];
  const { models, notes } = analyzer.analyze(modelsFile, { symbol: truth.model, inputs });
  const [model] = models;
  if (model === undefined)
    throw new Error(`the analyzer finds no ${truth.model}: ${notes.map(({ message }) => message)}`);
  return { ...model.graph, loss: losses[truth.loss] };
}

interface Found {
  readonly loss: number;
  /** By parameter name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly outputGradient: Float32Array | undefined;
}

function gradientsOf(backend: Backend, graph: ModelGraph, truth: Truth): Found {
  const { ops } = backend;
  const options = { ...defaultOptions, batch: truth.batch, inputShapes: [[...truth.shape]] };
  const plan = planTraining(graph, options);
  const outputLayer = graph.layers.find(({ id }) => id === graph.outputs[0]);
  if (outputLayer === undefined) throw new Error('the graph has no output');
  let found: Found | null = null;
  backend.tidy(() => {
    const weights = new Map(
      graph.parameters.map(({ id, name, shape }): [number, Tensor] => {
        const values = truth.weights.get(name);
        if (values === undefined) throw new Error(`PyTorch has no parameter ${name}`);
        return [id, ops.constant(values, shape.filter(isKnown))];
      }),
    );
    const full = [truth.batch, ...truth.shape];
    const tokens = plan.inputs[0]?.vocabulary ?? null;
    const input =
      tokens === null ? ops.constant(truth.inputs, full) : ops.integers(Int32Array.from(truth.inputs), full);
    const isClasses = losses[truth.loss] === 'crossEntropy';
    const target = isClasses
      ? { kind: 'classes' as const, labels: ops.integers(Int32Array.from(truth.target), [truth.target.length]) }
      : { kind: 'values' as const, values: ops.constant(truth.target, truth.outputShape) };
    const classAxis = truth.loss === 'ce-last' ? truth.outputShape.length - 1 : 1;
    const trainee = { graph, weights, optimizer: createOptimizer(backend, options), random: seededRandom(0) };
    const measured = [{ layer: outputLayer, weights: [], units: null, canDie: false, saturatesAt: null }];
    const pass = differentiate(backend, plan, measured, trainee, {
      inputs: [input],
      targets: [{ target, classAxis }],
      size: truth.batch,
    });
    const names = new Map(graph.parameters.map(({ id, name }) => [id, name]));
    const outputGradient = pass.outputGradients.get(outputLayer.id);
    const value = pass.values.get(outputLayer.id);
    found = {
      loss: backend.readNow(pass.loss)[0] ?? Number.NaN,
      gradients: new Map(
        [...pass.gradients].flatMap(([id, gradient]): [string, Float32Array][] =>
          gradient === null ? [] : [[names.get(id) ?? '', backend.readNow(gradient).slice()]],
        ),
      ),
      outputGradient:
        outputGradient === null || outputGradient === undefined
          ? undefined
          : backend
              .readNow(value?.order === 'channelsLast' ? ops.transpose(outputGradient, [0, 3, 1, 2]) : outputGradient)
              .slice(),
    };
    backend.dispose(pass.captured);
    return undefined;
  });
  if (found === null) throw new Error('nothing was computed');
  return found;
}

/** ‖a − b‖ / max(‖b‖, floor). */
function relativeError(found: Float32Array | undefined, expected: Float32Array, floor: number): number {
  if (found === undefined || found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const difference = expected.map((x, i) => (found[i] ?? Number.NaN) - x);
  return norm(difference) / Math.max(norm(expected), floor);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
}
