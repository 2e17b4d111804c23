import type { Op, WeightStandardization } from '../../../core/graph/op.ts';
import { isKnown, sizeOf } from '../../../core/graph/shape.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';
import { reshapedFrom } from './views.ts';

/*
 * Weight standardization (Qiao et al. 2019) is written as a normalization of the weight, or with mean and variance; it is recognized
 * step by step, so that the convolution knows what its weight is made of. Steps that are not part of one leave no trace here.
 */
interface Standardized extends WeightStandardization {
  readonly weight: TensorValue;
  readonly gain: TensorValue | null;
}

/** What was made of a weight: a number for each filter, or the weight without its mean. */
interface Part {
  readonly kind: 'mean' | 'variance' | 'deviation' | 'inverse' | 'centred';
  readonly weight: TensorValue;
  /** Of the variance: factor · var + epsilon; of its root and what follows likewise inside of the root. */
  readonly factor: number;
  readonly epsilon: number;
}

const parts = new WeakMap<TensorValue, Part>();
const standardized = new WeakMap<TensorValue, Standardized>();
/** A parameter times a constant. */
const multiples = new WeakMap<TensorValue, { readonly of: TensorValue; readonly factor: number }>();

/** What a tensor is, if it is a weight whose filters have a mean of 0 and a variance of their own. */
export function standardizedWeight(tensor: TensorValue): Standardized | null {
  const found = standardized.get(tensor);
  return found !== undefined && `${tensor.shape}` === `${found.weight.shape}` ? found : null;
}

/** Looks at a step that was made. */
export function watchStandardization(
  { op, inputs, parameters }: Pick<Step, 'op' | 'inputs' | 'parameters'>,
  result: TensorValue,
): void {
  const [first, second] = inputs;
  if (first === undefined) return;
  switch (op.kind) {
    case 'batchNorm':
    case 'instanceNorm':
    case 'layerNorm':
      watchNorm(op, first, parameters ?? {}, result);
      return;
    case 'reshape':
    case 'flatten':
      passOn(first, result);
      return;
    case 'reduce':
      if (op.fn === 'mean') watchStatistic('mean', 1, first, result);
      return;
    case 'affine':
      watchAffine(op, first, result);
      return;
    case 'scale':
      watchGain(first, parameters?.scale ?? undefined, result);
      return;
    case 'subtract':
      if (second !== undefined) watchCentring(first, second, result);
      return;
    case 'multiply':
      if (second !== undefined) {
        watchQuotient(first, second, 'inverse', result);
        watchQuotient(second, first, 'inverse', result);
        watchGain(first, second, result);
        watchGain(second, first, result);
      }
      return;
    case 'unknown':
      if (second !== undefined && op.name === 'divide') watchQuotient(first, second, 'deviation', result);
      watchRoot(op.name, first, result);
  }
}

/** A variance or standard deviation was taken, with n - 1 in the place of n or not. */
export function watchSpread(
  kind: 'variance' | 'deviation',
  unbiased: boolean,
  input: TensorValue,
  result: TensorValue,
) {
  const shape = weightIn(input)?.shape;
  const [filters, size] = [shape?.[0], shape === undefined || shape === null ? null : sizeOf(shape)];
  const count = isKnown(filters) && isKnown(size) ? size / filters : null;
  if (count !== null) watchStatistic(kind, unbiased && count > 1 ? count / (count - 1) : 1, input, result);
}

/** The weight itself in this or another shape, or without its mean. */
function weightIn(tensor: TensorValue): TensorValue | null {
  const part = parts.get(tensor);
  if (part !== undefined) return part.kind === 'centred' ? part.weight : null;
  const base = reshapedFrom(tensor);
  return base.isParameter && base.layer === null && (base.shape?.length ?? 0) > 2 ? base : null;
}

function watchStatistic(kind: Part['kind'], factor: number, input: TensorValue, result: TensorValue): void {
  const before = parts.get(input);
  // A mean over one axis after the other.
  const weight = before?.kind === 'mean' && kind === 'mean' ? before.weight : weightIn(input);
  if (weight !== null) parts.set(result, { kind, weight, factor, epsilon: 0 });
}

function watchNorm(
  op: Extract<Op, { kind: 'batchNorm' | 'instanceNorm' | 'layerNorm' }>,
  input: TensorValue,
  { gain = null, bias = null }: NonNullable<Step['parameters']>,
  result: TensorValue,
): void {
  const weight = weightIn(input);
  const filters = weight?.shape?.[0];
  const { shape } = input;
  if (weight === null || shape === null || bias !== null || filters === undefined) return;
  const isEach =
    op.kind === 'layerNorm'
      ? gain === null && op.axes === shape.length - 1 && shape[0] === filters
      : op.axis === 1 && shape[0] === 1 && shape[1] === filters;
  if (!isEach) return;
  const times = gain === null ? undefined : multipleOf(gain);
  const { epsilon } = op;
  standardized.set(result, { weight, epsilon, gain: times?.of ?? null, factor: times?.factor ?? 1 });
}

function passOn(from: TensorValue, to: TensorValue): void {
  const [part, whole, multiple] = [parts.get(from), standardized.get(from), multiples.get(from)];
  if (part !== undefined) parts.set(to, part);
  if (whole !== undefined) standardized.set(to, whole);
  if (multiple !== undefined) multiples.set(to, multiple);
}

function watchAffine({ factor, offset }: { factor: number; offset: number }, input: TensorValue, result: TensorValue) {
  const [part, whole, multiple] = [parts.get(input), standardized.get(input), multipleOf(input)];
  if (whole !== undefined && offset === 0) standardized.set(result, { ...whole, factor: whole.factor * factor });
  if (multiple !== undefined && offset === 0) multiples.set(result, { ...multiple, factor: multiple.factor * factor });
  if (part?.kind === 'variance')
    parts.set(result, { ...part, factor: part.factor * factor, epsilon: part.epsilon * factor + offset });
  // Added to the root it acts as its square would below it, wherever it is small.
  if (part?.kind === 'deviation' && factor === 1) parts.set(result, { ...part, epsilon: part.epsilon + offset ** 2 });
}

/** A parameter with a number for each filter, and what it is multiplied by. */
function multipleOf(tensor: TensorValue): { readonly of: TensorValue; readonly factor: number } | undefined {
  const of = reshapedFrom(tensor);
  return multiples.get(tensor) ?? (of.isParameter && of.layer === null ? { of, factor: 1 } : undefined);
}

function watchGain(input: TensorValue, gain: TensorValue | undefined, result: TensorValue): void {
  const whole = standardized.get(input);
  const times = gain === undefined ? undefined : multipleOf(gain);
  if (whole === undefined || times === undefined || whole.gain !== null || !isEachFilter(times.of, whole.weight))
    return;
  standardized.set(result, { ...whole, gain: times.of, factor: whole.factor * times.factor });
}

function watchCentring(input: TensorValue, mean: TensorValue, result: TensorValue): void {
  const part = parts.get(mean);
  if (part?.kind !== 'mean' || weightIn(input) !== part.weight || !isEachFilter(mean, part.weight)) return;
  parts.set(result, { ...part, kind: 'centred' });
}

function watchRoot(name: string, input: TensorValue, result: TensorValue): void {
  const part = parts.get(input);
  if (part?.kind === 'variance' && name === 'sqrt') parts.set(result, { ...part, kind: 'deviation' });
  if (part?.kind === 'variance' && name === 'rsqrt') parts.set(result, { ...part, kind: 'inverse' });
  if (part?.kind === 'deviation' && name === 'reciprocal') parts.set(result, { ...part, kind: 'inverse' });
}

function watchQuotient(
  input: TensorValue,
  spread: TensorValue,
  kind: 'deviation' | 'inverse',
  result: TensorValue,
): void {
  const [centred, part] = [parts.get(input), parts.get(spread)];
  if (centred?.kind !== 'centred' || part?.kind !== kind || part.weight !== centred.weight) return;
  const { weight, factor, epsilon } = part;
  if (factor <= 0 || !isEachFilter(spread, weight)) return;
  standardized.set(result, { weight, gain: null, factor: 1 / Math.sqrt(factor), epsilon: epsilon / factor });
}

/** One number for each filter, or that repeated. */
function isEachFilter({ shape }: TensorValue, weight: TensorValue): boolean {
  if (shape === null || weight.shape === null) return false;
  if (`${shape}` === `${weight.shape}`) return true;
  return shape[0] === weight.shape[0] && shape.slice(1).every((dim) => dim === 1);
}
