import type { LossKind, ModelGraph } from '../../core/graph/graph.ts';
import { isKnown } from '../../core/graph/shape.ts';
import { defaultOptions } from '../../core/probe/request.ts';
import type { Backend, Tensor } from '../../trainer/backend-ops.ts';
import { createOptimizer } from '../../trainer/optimizer.ts';
import { planTraining } from '../../trainer/plan.ts';
import { seededRandom } from '../../trainer/random.ts';
import { differentiate } from '../../trainer/train-step.ts';
import { logical } from '../../trainer/value.ts';
import type { Truth } from './trainer-truth.ts';

export const losses: Readonly<Record<Truth['loss'], LossKind>> = {
  ce: 'crossEntropy',
  'ce-last': 'crossEntropy',
  'ce-image': 'crossEntropy',
  mse: 'meanSquaredError',
  bce: 'binaryCrossEntropy',
};

export interface Found {
  readonly loss: number;
  /** By parameter name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** With respect to the output, in its logical order; `null` where the loss takes what is before it. */
  readonly outputGradient: Float32Array | null;
  /** Tensors left behind. */
  readonly leaked: number;
}

/** One backward pass of the trainer with the weights and the batch of the truth. Runs in Node and in a browser. */
export async function gradientsOf(backend: Backend, graph: ModelGraph, truth: Truth): Promise<Found> {
  const before = backend.tensorCount();
  const names: string[] = [];
  const tensors = backend.tidy((): Tensor[] => {
    const { loss, gradients, outputGradient, captured } = passOf(backend, graph, truth);
    names.push(...gradients.keys());
    const kept = [loss, ...gradients.values(), ...(outputGradient === null ? [] : [outputGradient])];
    // A captured activation may be what is returned: only the others go.
    backend.dispose(captured.filter((tensor) => !kept.includes(tensor)));
    return kept;
  });
  const [loss = new Float32Array(), ...rest] = await Promise.all(tensors.map((tensor) => copyOf(backend, tensor)));
  backend.dispose(tensors);
  return {
    loss: loss[0] ?? Number.NaN,
    gradients: new Map(names.map((name, index) => [name, rest[index] ?? new Float32Array()])),
    outputGradient: rest[names.length] ?? null,
    leaked: backend.tensorCount() - before,
  };
}

async function copyOf(backend: Backend, tensor: Tensor): Promise<Float32Array> {
  return (await backend.read(tensor)).slice();
}

function passOf(backend: Backend, graph: ModelGraph, truth: Truth) {
  const { ops } = backend;
  const options = { ...defaultOptions, batch: truth.batch, inputShapes: [[...truth.shape]] };
  const plan = planTraining(graph, options);
  const output = graph.layers.find(({ id }) => id === graph.outputs[0]);
  if (output === undefined) throw new Error('the graph has no output');
  const weights = new Map(
    graph.parameters.map(({ id, name, shape }): [number, Tensor] => {
      const values = truth.weights.get(name);
      if (values === undefined) throw new Error(`there are no values for ${name}: ${[...truth.weights.keys()]}`);
      return [id, ops.constant(values, shape.filter(isKnown))];
    }),
  );
  const shape = [truth.batch, ...truth.shape];
  const tokens = plan.inputs[0]?.vocabulary ?? null;
  const input =
    tokens === null ? ops.constant(truth.inputs, shape) : ops.integers(Int32Array.from(truth.inputs), shape);
  const target =
    losses[truth.loss] === 'crossEntropy'
      ? { kind: 'classes' as const, labels: ops.integers(Int32Array.from(truth.target), [truth.target.length]) }
      : { kind: 'values' as const, values: ops.constant(truth.target, truth.outputShape) };
  const classAxis = truth.loss === 'ce-last' || graph.framework !== 'torch' ? truth.outputShape.length - 1 : 1;
  const trainee = { graph, weights, optimizer: createOptimizer(backend, options), random: seededRandom(0) };
  const measured = [{ layer: output, weights: [], units: null, canDie: false, saturatesAt: null }];
  const batch = { inputs: [input], targets: [{ target, classAxis }], size: truth.batch };
  const pass = differentiate(backend, plan, measured, trainee, batch);
  const value = pass.values.get(output.id);
  const gradient = pass.outputGradients.get(output.id) ?? null;
  const nameOf = new Map(graph.parameters.map(({ id, name }) => [id, name]));
  return {
    loss: pass.loss,
    gradients: new Map(
      [...pass.gradients].flatMap(([id, tensor]): [string, Tensor][] =>
        tensor === null ? [] : [[nameOf.get(id) ?? '', tensor]],
      ),
    ),
    outputGradient: gradient === null || value === undefined ? null : logical(ops, { ...value, tensor: gradient }),
    captured: pass.captured,
  };
}

const tolerance = 1e-4;

/** What differs from the truth by more than a part in ten thousand, in words; nothing where all is well. */
export function differences(found: Found, truth: Truth): readonly string[] {
  // What is zero in exact arithmetic (a bias before batch normalization) is rounding noise here and there.
  const floor = 1e-3 * Math.max(...[...truth.gradients.values()].map(norm));
  const expected = new Map(truth.gradients);
  const errors = [...expected].map(([name, values]): [string, number] => [
    name,
    relativeError(found.gradients.get(name), values, floor),
  ]);
  errors.push(['loss', Math.abs(found.loss - truth.value) / Math.abs(truth.value)]);
  if (found.outputGradient !== null)
    errors.push(['output', relativeError(found.outputGradient, truth.outputGradient, 0)]);
  return [
    ...errors.flatMap(([name, error]) => (error <= tolerance ? [] : [`${name}: ${error.toExponential(1)}`])),
    ...(found.leaked === 0 ? [] : [`${found.leaked} tensors left behind`]),
  ];
}

/** ‖a − b‖ / max(‖b‖, floor). */
function relativeError(found: Float32Array | undefined, expected: Float32Array, floor: number): number {
  if (found === undefined || found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return norm(expected.map((x, i) => (found[i] ?? Number.NaN) - x)) / Math.max(norm(expected), floor);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
}
