import type { ProbeOptions } from '../core/probe/request.ts';
import type { OutputShape } from './data.ts';
import type { InputPlan } from './plan.ts';
import type { Random } from './random.ts';
import { createTeacher, type Teacher } from './teacher.ts';

export type ExampleTarget =
  | { readonly kind: 'classes'; readonly labels: Int32Array }
  | { readonly kind: 'values'; readonly values: Float32Array };

/** One batch in plain arrays: inputs example by example, targets in the order of the output's positions. */
export interface Examples {
  readonly inputs: readonly Float32Array[];
  readonly targets: readonly ExampleTarget[];
}

export interface ExampleSource {
  readonly description: string;
  /** How many batches there are; `null` where as many as wanted can be drawn. */
  readonly batches: number | null;
  next(index: number): Examples;
}

/** Given examples, or a random teacher's: what the graph's inputs and loss ask for. */
export function drawExamples(
  inputs: readonly InputPlan[],
  outputs: readonly OutputShape[],
  options: ProbeOptions,
  random: Random,
): ExampleSource {
  const { data, batch } = options;
  if (data.kind === 'given') return givenExamples(data, inputs, outputs, batch);
  const teachers = outputs.map((output, index) =>
    createTeacher(inputs, output, batch, random.fork(`teacher ${index}`)),
  );
  return {
    description: teachers.map(({ description }) => description).join(', ') || 'no outputs',
    batches: null,
    next(index) {
      const stream = random.fork(`batch ${index}`);
      const drawn = inputs.map((input, k) => drawInput(input, batch, teachers[0] ?? null, stream.fork(`input ${k}`)));
      return {
        inputs: drawn,
        targets: teachers.map((teacher, k) => teacher.answer(drawn, stream.fork(`answer ${k}`))),
      };
    },
  };
}

/** Standard-normal numbers, or tokens in sequences that the teacher makes predictable. */
function drawInput(
  { shape, vocabulary }: InputPlan,
  batch: number,
  teacher: Teacher | null,
  random: Random,
): Float32Array {
  const length = shape.reduce((a, b) => a * b, 1);
  const size = batch * length;
  if (vocabulary === null) return Float32Array.from({ length: size }, () => random.normal());
  const values = new Float32Array(size);
  const successor = teacher?.rule(vocabulary) ?? null;
  for (let i = 0; i < size; i++) {
    const isFirst = i % length === 0;
    values[i] = isFirst || successor === null ? random.integer(vocabulary) : successor(values[i - 1] ?? 0, random);
  }
  return values;
}

type Given = Extract<ProbeOptions['data'], { kind: 'given' }>;

function givenExamples(
  data: Given,
  inputs: readonly InputPlan[],
  outputs: readonly OutputShape[],
  batch: number,
): ExampleSource {
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined || inputs.length > 1 || outputs.length > 1)
    throw new RangeError('given data feeds models with one input and one output');
  const length = input.shape.reduce((a, b) => a * b, 1);
  if (data.inputs.length !== data.count * length)
    throw new RangeError(
      `${data.name} has ${data.inputs.length / data.count} values per example, the model takes ${length}`,
    );
  const wanted = output.shape.reduce((a, b) => a * b, 1) / batch;
  const classes = output.shape[output.classAxis] ?? 1;
  const rows = (index: number) => Array.from({ length: batch }, (_, i) => (index * batch + i) % data.count);
  const target = targetOf(data, output, wanted, classes);
  return {
    description: `${data.name}, ${data.count} examples`,
    batches: Math.ceil(data.count / batch),
    next(index) {
      const chosen = rows(index);
      const values = new Float32Array(batch * length);
      for (const [i, row] of chosen.entries())
        values.set(data.inputs.subarray(row * length, (row + 1) * length), i * length);
      return { inputs: [values], targets: [target(chosen)] };
    },
  };
}

function targetOf(
  data: Given,
  { plan }: OutputShape,
  size: number,
  classes: number,
): (rows: readonly number[]) => ExampleTarget {
  const { labels, targets } = data;
  if (labels !== undefined) {
    if (labels.some((label) => label < 0 || label >= Math.max(2, classes)))
      throw new RangeError(
        `${data.name} has labels outside of 0 … ${classes - 1}, the classes that the model tells apart`,
      );
    if (plan.loss === 'binaryCrossEntropy')
      return (rows) => ({ kind: 'values', values: Float32Array.from(rows, (row) => labels[row] ?? 0) });
    return (rows) => ({ kind: 'classes', labels: Int32Array.from(rows, (row) => labels[row] ?? 0) });
  }
  if (targets === undefined || targets.length !== data.count * size)
    throw new RangeError(`${data.name} has no labels and not ${size} targets per example`);
  return (rows) => {
    const values = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) values.set(targets.subarray(row * size, (row + 1) * size), i * size);
    return { kind: 'values', values };
  };
}
