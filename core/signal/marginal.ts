import { normalDistribution } from '../maths/gaussian.ts';
import { zeroEntries } from './kernel.ts';

/** Values and how often they occur; the weights sum to 1. */
export interface Points {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/**
 * How one element is distributed where that is far from Gaussian: the points (a rectified Gaussian) plus an independent Gaussian
 * (a residual branch). Without the latter `variance` is 0.
 */
export interface Marginal {
  readonly points: Points;
  readonly mean: number;
  readonly variance: number;
}

/** A marginal on a grid of its own, and where the values of each point end up. */
export interface Grid extends Points {
  /** P(grid cell j | point i), row by row. */
  readonly transition: Float64Array;
}

const cells = 48;
/** Standard deviations of the Gaussian part that the grid reaches beyond the outer points. */
const reach = 4.5;

const grids = new WeakMap<Marginal, Grid>();

/** The grid that a marginal is computed on; asked for forward and backward, so it is kept. */
export function gridOf(marginal: Marginal): Grid {
  const known = grids.get(marginal);
  if (known !== undefined) return known;
  const made = marginal.variance === 0 ? atPoints(marginal) : spread(marginal);
  grids.set(marginal, made);
  return made;
}

/** No Gaussian part: every point is a cell. */
function atPoints({ points, mean }: Marginal): Grid {
  const count = points.values.length;
  const transition = zeroEntries(count * count);
  for (let i = 0; i < count; i++) transition[i * count + i] = 1;
  return { values: mapValues(points.values, (value) => value + mean), weights: points.weights, transition };
}

function spread({ points, mean, variance }: Marginal): Grid {
  const std = Math.sqrt(variance);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < points.values.length; i++) {
    const value = points.values[i] ?? 0;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  low += mean - reach * std;
  high += mean + reach * std;
  const step = (high - low) / cells;
  // Zero, where activations bend, falls on an edge.
  const first = low < 0 && high > 0 ? Math.floor(low / step) * step : low;
  const values = zeroEntries(cells + 1);
  for (let j = 0; j <= cells; j++) values[j] = first + (j + 0.5) * step;
  const weights = zeroEntries(values.length);
  const transition = zeroEntries(points.values.length * values.length);
  for (let i = 0; i < points.values.length; i++) {
    const value = points.values[i] ?? 0;
    const center = value + mean;
    const weight = points.weights[i] ?? 0;
    const start = i * values.length;
    if (i > 0 && value === points.values[i - 1]) {
      // What a ReLU cuts off is one value in many cells.
      for (let j = 0; j < values.length; j++) {
        const share = transition[start - values.length + j] ?? 0;
        transition[start + j] = share;
        weights[j] = (weights[j] ?? 0) + weight * share;
      }
      continue;
    }
    let below = 0;
    for (let j = 0; j < values.length; j++) {
      const above = j === cells ? 1 : distribution((first + (j + 1) * step - center) / std);
      const share = above - below;
      transition[start + j] = share;
      weights[j] = (weights[j] ?? 0) + weight * share;
      below = above;
    }
  }
  return { values, weights, transition };
}

const tableReach = 8;
const tableSteps = 4096;
let table: Float64Array | null = null;

/** The normal distribution function from a table: a marginal asks for thousands of values, within 1e-6. */
function distribution(x: number): number {
  if (x <= -tableReach) return 0;
  if (x >= tableReach) return 1;
  table ??= Float64Array.from({ length: tableSteps + 2 }, (_, i) =>
    normalDistribution((i / tableSteps) * 2 * tableReach - tableReach),
  );
  const position = ((x + tableReach) / (2 * tableReach)) * tableSteps;
  const index = Math.floor(position);
  const low = table[index] ?? 0;
  return low + (position - index) * ((table[index + 1] ?? 1) - low);
}

/** A Gaussian as a marginal. */
export function gaussianMarginal(mean: number, variance: number): Marginal {
  return { points: { values: Float64Array.of(0), weights: Float64Array.of(1) }, mean, variance };
}

/** A function of a marginal's values. The cells stay as they are, so that ratios per cell keep their meaning. */
export function mapMarginal(marginal: Marginal, f: (x: number) => number): Marginal {
  const { values, weights } = gridOf(marginal);
  return { points: { values: mapValues(values, f), weights }, mean: 0, variance: 0 };
}

/** E g(x). */
export function expectation({ values, weights }: Points, g: (x: number, index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (weights[i] ?? 0) * g(values[i] ?? 0, i);
  return sum;
}

/**
 * E[g^2 | value] / E[g^2] of a gradient g, cell by cell of the values' grid: residual branches and rectifiers let more through
 * where the value is large.
 */
export type Profile = Float64Array;

/** The profile of a sum as seen from the points below it: what their values let through on average. */
export function profileBelow(sum: Marginal, profile: Profile): Profile {
  const { transition, values } = gridOf(sum);
  const below = zeroEntries(sum.points.values.length);
  for (let i = 0; i < below.length; i++) {
    let mean = 0;
    for (let j = 0; j < values.length; j++) mean += (transition[i * values.length + j] ?? 0) * (profile[j] ?? 0);
    below[i] = mean;
  }
  return normalized(below, sum.points.weights);
}

/** Scaled to mean 1; all ones where nothing passes. */
export function normalized(profile: Profile, weights: Float64Array): Profile {
  let mean = 0;
  for (let i = 0; i < profile.length; i++) mean += (weights[i] ?? 0) * (profile[i] ?? 0);
  return mean > 0 ? mapValues(profile, (value) => value / mean) : profile.fill(1);
}

/** A typed array's own `map` takes ten times as long. */
function mapValues(values: Float64Array, f: (value: number) => number): Float64Array {
  const mapped = zeroEntries(values.length);
  for (let i = 0; i < values.length; i++) mapped[i] = f(values[i] ?? 0);
  return mapped;
}

/** Evaluated when first called. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
