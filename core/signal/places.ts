import { type Size, zeroEntries } from './kernel.ts';
import type { AxisWindow, Windows } from './window.ts';

/**
 * The second moment of the rows and of the columns of a field, over its mean: zeros around a map leave its border less, again with
 * every convolution. None where all places are alike.
 */
export interface Places {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/** Larger maps have little border. */
const largest = 64;

/** What windows over these places sum up, place by place. */
export function placesAbove(places: Places | undefined, windows: Windows): Places | undefined {
  const [y, x] = windows;
  if (isLarge(windows)) return undefined;
  return { rows: toMeanOne(sumsAbove(places?.rows, y)), columns: toMeanOne(sumsAbove(places?.columns, x)) };
}

/** What the places below windows gather from them. */
export function placesBelow(places: Places | undefined, windows: Windows): Places | undefined {
  const [y, x] = windows;
  if (isLarge(windows)) return undefined;
  return { rows: toMeanOne(sumsBelow(places?.rows, y)), columns: toMeanOne(sumsBelow(places?.columns, x)) };
}

/** What means or maxima over windows are of: places inside the map. */
export function placesPooled(places: Places | undefined, windows: Windows): Places | undefined {
  const [y, x] = windows;
  if (isLarge(windows) || (y.output === 1 && x.output === 1)) return undefined;
  const mean = (values: Float64Array | undefined, window: AxisWindow) =>
    toMeanOne(quotients(sumsAbove(values, window), sumsAbove(undefined, window)));
  return { rows: mean(places?.rows, y), columns: mean(places?.columns, x) };
}

/** What of each window is shared out among the places that it reads. */
export function placesShared(places: Places | undefined, windows: Windows): Places | undefined {
  const [y, x] = windows;
  if (isLarge(windows)) return undefined;
  const share = (values: Float64Array | undefined, window: AxisWindow) =>
    toMeanOne(sumsBelow(quotients(values, sumsAbove(undefined, window)), window));
  return { rows: share(places?.rows, y), columns: share(places?.columns, x) };
}

/** At another resolution: the nearest place, or the mean of those that come together. */
export function placesResized(places: Places | undefined, [height, width]: Size): Places | undefined {
  if (places === undefined || Math.max(height, width) > largest) return undefined;
  return { rows: toMeanOne(resized(places.rows, height)), columns: toMeanOne(resized(places.columns, width)) };
}

function resized(values: Float64Array, length: number): Float64Array {
  const made = zeroEntries(length);
  const times = Math.max(values.length, length);
  for (let i = 0; i < times; i++) {
    const [from, to] = [Math.floor((i * values.length) / times), Math.floor((i * length) / times)];
    made[to] = (made[to] ?? 0) + (values[from] ?? 0);
  }
  return made;
}

function quotients(values: Float64Array | undefined, by: Float64Array): Float64Array {
  const made = zeroEntries(by.length);
  for (let i = 0; i < made.length; i++) made[i] = by[i] === 0 ? 0 : (values?.[i] ?? 1) / (by[i] ?? 1);
  return made;
}

function isLarge([y, x]: Windows): boolean {
  return Math.max(y.input, x.input, y.output, x.output) > largest;
}

/** By window, the sum over its taps inside the map; every place counts 1 where no values are given. */
function sumsAbove(values: Float64Array | undefined, window: AxisWindow): Float64Array {
  const sums = zeroEntries(window.output);
  for (let output = 0; output < window.output; output++) {
    for (let tap = 0; tap < window.taps; tap++) {
      const input = inputOf(window, output, tap);
      if (input >= 0 && input < window.input) sums[output] = (sums[output] ?? 0) + (values?.[input] ?? 1);
    }
  }
  return sums;
}

/** The same by place, over the windows that read it. */
function sumsBelow(values: Float64Array | undefined, window: AxisWindow): Float64Array {
  const sums = zeroEntries(window.input);
  for (let output = 0; output < window.output; output++) {
    for (let tap = 0; tap < window.taps; tap++) {
      const input = inputOf(window, output, tap);
      if (input >= 0 && input < window.input) sums[input] = (sums[input] ?? 0) + (values?.[output] ?? 1);
    }
  }
  return sums;
}

function inputOf({ stride, before, dilation }: AxisWindow, output: number, tap: number): number {
  return output * stride - before + tap * dilation;
}

/**
 * What border and places make of a sum over all taps of all windows, by the share of it that is inside: over the same with even
 * places. `below` weighs what is read, `above` the windows.
 */
export function insideFactor(below: Places | undefined, above: Places | undefined, windows: Windows): number {
  if (below === undefined && above === undefined) return 1;
  const axis = (window: AxisWindow, name: 'rows' | 'columns') => {
    const even = weightedTotal(undefined, sumsAbove(undefined, window));
    return even === 0 ? 1 : weightedTotal(above?.[name], sumsAbove(below?.[name], window)) / even;
  };
  return axis(windows[0], 'rows') * axis(windows[1], 'columns');
}

function weightedTotal(weights: Float64Array | undefined, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (weights?.[i] ?? 1) * (values[i] ?? 0);
  return sum;
}

/** The mean of the product, over what it is with even places. */
export function placesTogether(a: Places | undefined, b: Places | undefined): number {
  if (a === undefined || b === undefined) return 1;
  return meanProduct(a.rows, b.rows) * meanProduct(a.columns, b.columns);
}

/** Relative variance over places. */
export function unevenness(places: Places | undefined): number {
  return placesTogether(places, places) - 1;
}

export function multiplyPlaces(a: Places | undefined, b: Places | undefined): Places | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const times = (x: Float64Array, y: Float64Array) => {
    const product = zeroEntries(x.length);
    for (let i = 0; i < x.length; i++) product[i] = (x[i] ?? 0) * (y[i] ?? 1);
    return toMeanOne(product);
  };
  return { rows: times(a.rows, b.rows), columns: times(a.columns, b.columns) };
}

export function raisePlaces(places: Places | undefined, exponent: number): Places | undefined {
  if (places === undefined || exponent === 1) return places;
  if (exponent === 0) return undefined;
  const raise = (values: Float64Array) => {
    const raised = zeroEntries(values.length);
    for (let i = 0; i < values.length; i++) raised[i] = Math.max(values[i] ?? 0, 1e-9) ** exponent;
    return toMeanOne(raised);
  };
  return { rows: raise(places.rows), columns: raise(places.columns) };
}

/** Of a sum or union whose parts have these shares of the second moment. */
export function mixPlaces(
  parts: readonly {
    readonly places: Places | undefined;
    readonly share: number;
  }[],
): Places | undefined {
  const like = parts.find(({ places }) => places !== undefined)?.places;
  const whole = parts.reduce((sum, { share }) => sum + share, 0);
  if (like === undefined || whole <= 0) return undefined;
  if (parts.every(({ places }) => places === like)) return like;
  const mix = (axis: 'rows' | 'columns') => {
    const mixed = zeroEntries(like[axis].length);
    for (const { places, share } of parts) {
      for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] ?? 0) + (share / whole) * (places?.[axis][i] ?? 1);
    }
    return mixed;
  };
  return { rows: mix('rows'), columns: mix('columns') };
}

function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 1);
  return sum / Math.max(a.length, 1);
}

function toMeanOne(values: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  const mean = sum / values.length;
  if (mean > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / mean;
  return values;
}
