import type { FrameworkId } from '../core/graph/graph.ts';
import type { Initializer, Region, Write } from '../core/graph/initializer.ts';
import type { Parameter } from '../core/graph/parameter.ts';
import { isKnown } from '../core/graph/shape.ts';
import { piecesOf } from '../core/initializers/mixture.ts';
import { truncatedMoments } from '../core/initializers/truncated.ts';
import { orthogonalRows } from './orthogonal.ts';
import type { Random } from './random.ts';

/** Draws a parameter's initial values in its framework's layout; the same stream draws the same values. */
export function drawParameter(parameter: Parameter, framework: FrameworkId, random: Random): Float32Array {
  return drawValues(parameter.initializer, parameter, framework, random);
}

function drawValues(
  initializer: Initializer,
  parameter: Parameter,
  framework: FrameworkId,
  random: Random,
): Float32Array {
  const shape = parameter.shape.filter(isKnown);
  const size = shape.reduce((a, b) => a * b, 1);
  switch (initializer.family) {
    case 'zeros':
      return new Float32Array(size);
    case 'ones':
      return new Float32Array(size).fill(1);
    case 'constant':
      return new Float32Array(size).fill(initializer.mean ?? 0);
    case 'uniform':
      return drawUniform(size, initializer, parameter, random);
    case 'normal':
      return draw(size, () => (initializer.mean ?? 0) + (initializer.std ?? fallbackStd(parameter)) * random.normal());
    case 'truncatedNormal':
      return drawTruncated(size, initializer, parameter, random);
    case 'orthogonal':
      return orthogonal(shape, framework, initializer.gain ?? 1, random);
    case 'identity':
      return identity(shape, initializer.gain ?? 1);
    case 'dirac':
      return dirac(shape, framework, initializer.gain ?? 1);
    case 'sparse':
      return sparse(shape, initializer, parameter, random);
    case 'mixture':
      return mixture(shape, parameter, framework, random);
    case 'uninitialized':
    case 'unknown':
      return drawFallback(size, parameter, random);
    default:
      return initializer.family satisfies never;
  }
}

/** Every piece takes what its write draws for the whole tensor: an orthogonal block is then one of a larger matrix. */
function mixture(shape: readonly number[], parameter: Parameter, framework: FrameworkId, random: Random): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const pieces = piecesOf(shape, parameter.writes) ?? [];
  const values = new Float32Array(size);
  const drawn = new Map<Write, Float32Array>();
  for (const { region, write } of pieces) {
    if (write === null) continue;
    const source = drawn.get(write) ?? drawValues(write.initializer, parameter, framework, random);
    drawn.set(write, source);
    for (const at of placesOf(region, shape)) values[at] = source[at] ?? 0;
  }
  return values;
}

/** The flat places of a box, row by row. */
function placesOf(region: Region, shape: readonly number[]): readonly number[] {
  return region.reduce<readonly number[]>(
    (places, [start, stop], axis) =>
      places.flatMap((place) =>
        Array.from({ length: stop - start }, (_, index) => place * (shape[axis] ?? 1) + start + index),
      ),
    [0],
  );
}

/** Families that say nothing: what is drawn in their place stands for a framework's default. */
export function isGuess(initializer: Initializer): boolean {
  return initializer.family === 'uninitialized' || initializer.family === 'unknown';
}

function draw(size: number, next: () => number): Float32Array {
  return Float32Array.from({ length: size }, next);
}

function drawUniform(size: number, initializer: Initializer, parameter: Parameter, random: Random): Float32Array {
  const mean = initializer.mean ?? 0;
  const reach = Math.sqrt(3) * (initializer.std ?? fallbackStd(parameter));
  const low = initializer.low ?? mean - reach;
  const high = initializer.high ?? mean + reach;
  return draw(size, () => low + (high - low) * random.uniform());
}

/** The record's std is that of what is drawn: the normal before truncation is wider. */
function drawTruncated(size: number, initializer: Initializer, parameter: Parameter, random: Random): Float32Array {
  const mean = initializer.mean ?? 0;
  const std = initializer.std ?? fallbackStd(parameter);
  const { low, high } = initializer;
  if (low === null || high === null) {
    // Two standard deviations, as the frameworks cut, leave 0.8796 of the spread.
    const wide = std / 0.87962566103423978;
    return draw(size, () => mean + wide * cut(random, -2, 2));
  }
  const wide = untruncatedStd(std, mean, low, high);
  return draw(size, () => mean + wide * cut(random, (low - mean) / wide, (high - mean) / wide));
}

function cut(random: Random, low: number, high: number): number {
  for (;;) {
    const x = random.normal();
    if (x >= low && x <= high) return x;
  }
}

/** The spread before truncation whose truncated spread is `std`, by bisection. */
function untruncatedStd(std: number, mean: number, low: number, high: number): number {
  let [below, above] = [std, 64 * std];
  for (let i = 0; i < 60; i++) {
    const middle = (below + above) / 2;
    if (truncatedMoments(mean, middle, low, high).std < std) below = middle;
    else above = middle;
  }
  return below;
}

/** PyTorch flattens [out, rest]; the others [rest, out]. */
function orthogonal(shape: readonly number[], framework: FrameworkId, gain: number, random: Random): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = framework === 'torch' ? (shape[0] ?? 1) : size / (shape.at(-1) ?? 1);
  return orthogonalRows(rows, size / Math.max(1, rows), random).map((x) => x * gain);
}

function identity(shape: readonly number[], gain: number): Float32Array {
  const [rows = 1, columns = 1] = shape;
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
  return values;
}

/** Passes channel i on to channel i: a one in the middle of the kernel. */
function dirac(shape: readonly number[], framework: FrameworkId, gain: number): Float32Array {
  const isTorch = framework === 'torch';
  const kernel = isTorch ? shape.slice(2) : shape.slice(0, -2);
  const [out = 1, channels = 1] = isTorch ? shape : shape.slice(-2).toReversed();
  const positions = kernel.reduce((a, b) => a * b, 1);
  const middle = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const values = new Float32Array(out * channels * positions);
  for (let i = 0; i < Math.min(out, channels); i++) {
    values[isTorch ? (i * channels + i) * positions + middle : (middle * channels + i) * out + i] = gain;
  }
  return values;
}

/** PyTorch's `sparse_`. The record keeps the spread of all elements; N(0, 0.01²) is the default of those that are not zero. */
function sparse(
  shape: readonly number[],
  initializer: Initializer,
  parameter: Parameter,
  random: Random,
): Float32Array {
  const [rows = 1, columns = 1] = shape;
  const std = initializer.std ?? fallbackStd(parameter);
  const kept = std <= 0.01 ? (std / 0.01) ** 2 : 0.1;
  return draw(rows * columns, () => (random.uniform() < kept ? (std / Math.sqrt(kept)) * random.normal() : 0));
}

/** Of what is not known: ones for gains, zeros for biases, LeCun's scale for matrices. */
function drawFallback(size: number, parameter: Parameter, random: Random): Float32Array {
  if (parameter.role === 'normGain' || parameter.role === 'scale') return new Float32Array(size).fill(1);
  if (parameter.role === 'bias' || parameter.role === 'normBias') return new Float32Array(size);
  const std = fallbackStd(parameter);
  return draw(size, () => std * random.normal());
}

function fallbackStd({ role, fanIn, shape }: Parameter): number {
  if (role === 'embedding') return 1;
  if (role === 'other' || shape.length < 2) return 0.02;
  return 1 / Math.sqrt(Math.max(1, fanIn ?? 1));
}
