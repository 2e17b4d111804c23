import type { ProbeOptions } from '../core/probe/request.ts';
import type { Backend, Tensor } from './backend-ops.ts';
import { drawExamples, type Examples } from './examples.ts';
import type { InputPlan, OutputPlan, TrainingPlan } from './plan.ts';
import { seededRandom } from './random.ts';
import type { Batch } from './train-step.ts';

/** What the model really puts out for one batch, axis by axis, and where its classes are. */
export interface OutputShape {
  readonly plan: OutputPlan;
  /** With the batch. */
  readonly shape: readonly number[];
  /** Of `shape`; the last one where there are no classes. */
  readonly classAxis: number;
}

export interface DataSource {
  /** `teacher classification, 10 classes, seed 0` */
  readonly description: string;
  /** The batch of a step, the same for all variants of a seed. */
  batch(step: number, seed: number): Batch;
  dispose(): void;
}

/** Values per seed that are drawn at most: beyond that, fewer batches are used again and again. */
const pool = 4_000_000;

/** Batches on the engine, drawn once per seed (or taken from the given examples) and used in turn. */
export function createData(
  backend: Backend,
  plan: TrainingPlan,
  outputs: readonly OutputShape[],
  options: ProbeOptions,
): DataSource {
  const size = plan.inputs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0) * options.batch;
  const count = Math.max(1, Math.min(options.steps, 8, Math.floor(pool / Math.max(1, size))));
  const made = new Map<number, readonly Batch[]>();
  const batchesOf = (seed: number): readonly Batch[] => {
    const known = made.get(seed);
    if (known !== undefined) return known;
    const random = seededRandom(seed).fork('data');
    const draw = drawExamples(plan.inputs, outputs, options, random);
    const batches = Array.from({ length: draw.batches ?? count }, (_, index) =>
      upload(backend, plan.inputs, outputs, draw.next(index), options.batch),
    );
    made.set(seed, batches);
    return batches;
  };
  const { description } = drawExamples(plan.inputs, outputs, options, seededRandom(0));
  const seeds = options.seeds === 1 ? 'seed 0' : `seeds 0–${options.seeds - 1}`;
  const drawn = options.data.kind === 'teacher' ? `, ${seeds}` : '';
  return {
    description: [`${description}${drawn}`, ...plan.assumptions].join('; '),
    batch(step, seed) {
      const batches = batchesOf(seed);
      const batch = batches[step % batches.length];
      if (batch === undefined) throw new Error('there is no data');
      return batch;
    },
    dispose() {
      for (const batch of [...made.values()].flat()) backend.dispose(tensorsOf(batch));
      made.clear();
    },
  };
}

function upload(
  backend: Backend,
  inputs: readonly InputPlan[],
  outputs: readonly OutputShape[],
  examples: Examples,
  batch: number,
): Batch {
  const { ops } = backend;
  const uploaded = inputs.map(({ shape, batchAxis, vocabulary }, index) => {
    const values = examples.inputs[index] ?? new Float32Array(0);
    const full = [batch, ...shape];
    const tensor = vocabulary === null ? ops.constant(values, full) : ops.integers(Int32Array.from(values), full);
    if (batchAxis === 0) return backend.keep(tensor);
    const moved = backend.keep(ops.transpose(tensor, [1, 0, ...full.slice(2).map((_, axis) => axis + 2)]));
    backend.dispose([tensor]);
    return moved;
  });
  const targets = outputs.map(({ shape, classAxis }, index) => {
    const wanted = examples.targets[index];
    if (wanted === undefined) throw new Error('an output has no target');
    const target =
      wanted.kind === 'classes'
        ? { kind: 'classes' as const, labels: backend.keep(ops.integers(wanted.labels, [wanted.labels.length])) }
        : { kind: 'values' as const, values: backend.keep(ops.constant(wanted.values, shape)) };
    return { target, classAxis };
  });
  return { inputs: uploaded, targets, size: batch };
}

function tensorsOf({ inputs, targets }: Batch): Tensor[] {
  return [...inputs, ...targets.map(({ target }) => (target.kind === 'classes' ? target.labels : target.values))];
}
