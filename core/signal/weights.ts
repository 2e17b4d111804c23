import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { WeightStandardization } from '../graph/op.ts';
import type { Parameter } from '../graph/parameter.ts';
import { type ActivationUse, activationAfter, normalizationAfter } from '../graph/queries.ts';
import { slopeSecondMoment } from './dual.ts';
import type { Moments, WeightMoments } from './site.ts';

/** Which weights a pass takes: those of the source, or of the same graph at critical initialization. */
export type Mode = 'written' | 'critical';

type Fans = { readonly fanIn: number | null; readonly fanOut: number | null };

/** The layer's parameter of a role of its op. */
export function parameterOf(graph: ModelGraph, layer: Layer, role: string): Parameter | undefined {
  const { parameters } = indexOf(graph);
  const id = layer.parameters[role];
  return id === undefined ? ofAllGates(graph, layer, role) : parameters.get(id);
}

/** Where a recurrent layer has a matrix per gate (`weightGate0`), all of them together, as if they stood side by side. */
function ofAllGates(graph: ModelGraph, layer: Layer, role: string): Parameter | undefined {
  if (layer.op.kind !== 'recurrent') return undefined;
  const { parameters } = indexOf(graph);
  const gates = Object.entries(layer.parameters).flatMap(([own, id]) => {
    const parameter = own.startsWith(`${role}Gate`) ? parameters.get(id) : undefined;
    return parameter === undefined ? [] : [parameter];
  });
  const [first, ...others] = gates;
  if (first === undefined) return undefined;
  const isAlike = others.every(
    ({ initializer, overwrittenByUnknown }) =>
      overwrittenByUnknown !== true &&
      initializer.mean === first.initializer.mean &&
      initializer.std === first.initializer.std,
  );
  return isAlike ? first : { ...first, initializer: pooled(gates) };
}

function pooled(gates: readonly Parameter[]): Parameter['initializer'] {
  const moments = gates.map(momentsOf);
  const known = moments.flatMap((one) => one ?? []);
  const isKnown = known.length === gates.length;
  const average = (of: (one: Moments) => number) => known.reduce((sum, one) => sum + of(one), 0) / known.length;
  const mean = isKnown ? average((one) => one.mean) : null;
  const std = mean === null ? null : Math.sqrt(Math.max(average((one) => one.second) - mean ** 2, 0));
  return { family: 'unknown', scheme: 'other', mean, std, low: null, high: null, scaling: null };
}

/** Mean and second moment as written; `null` where they are not known, `undefined` where there is no parameter. */
export function momentsOf(parameter: Parameter | undefined): Moments | null | undefined {
  if (parameter === undefined) return undefined;
  const { mean, std } = parameter.initializer;
  if (mean === null || std === null || parameter.overwrittenByUnknown === true) return null;
  return { mean, second: mean ** 2 + std ** 2 };
}

/** What the layer multiplies by, as the source draws it. */
export function weightOf(graph: ModelGraph, layer: Layer, role: string, fans: Fans): WeightMoments | null {
  const parameter = parameterOf(graph, layer, role);
  const { op } = layer;
  if (op.kind !== 'conv' || op.standardized === undefined || role !== 'weight') return writtenWeight(parameter, fans);
  const gain = momentsOf(parameterOf(graph, layer, 'weightGain'));
  return standardized(
    op.standardized,
    momentsOf(parameter) ?? null,
    gain === undefined ? 1 : (gain?.second ?? null),
    fans,
  );
}

/**
 * Every filter has mean 0 and the variance of its gain, but for what the epsilon takes, however it was drawn. Of a filter of n weights
 * the gradient loses what is along ones and along the filter itself; the mean of 1 / (sample variance) is κ / n larger than the
 * inverse of the variance.
 */
function standardized(
  { epsilon, factor }: WeightStandardization,
  moments: Moments | null,
  gain: number | null,
  { fanIn, fanOut }: Fans,
): WeightMoments | null {
  if (moments === null || gain === null) return null;
  const raw = Math.max(moments.second - moments.mean * moments.mean, 0);
  const scale = factor * factor * gain;
  const share = fanIn === null || fanIn < 3 ? 0 : 1 / fanIn;
  const variance = raw === 0 ? 0 : (scale * raw) / (raw + epsilon);
  return {
    forward: fanIn === null ? null : (variance * fanIn) / (1 - share),
    backward: fanOut === null ? null : variance * fanOut,
    mean: 0,
    gradientFactor: ((scale / (raw + epsilon)) * (1 + 3 * share) * (1 - 2 * share)) / (1 - share),
  };
}

/** The weight as the source draws it. */
function writtenWeight(parameter: Parameter | undefined, { fanIn, fanOut }: Fans): WeightMoments | null {
  if (parameter === undefined || parameter.overwrittenByUnknown === true) return null;
  if (parameter.spectralNorm !== undefined) return spectral(parameter.spectralNorm, fanIn, fanOut);
  const moments = momentsOf(parameter);
  if (moments === null || moments === undefined) return byScaling(parameter);
  // A diagonal has a mean over its elements, but no common mean that would add up.
  const mean = diagonal.has(parameter.initializer.family) ? 0 : moments.mean;
  const variance = moments.second - mean * mean;
  const times = (fan: number | null) => (fan === null ? (variance === 0 ? 0 : null) : Math.max(variance, 0) * fan);
  const { family } = parameter.initializer;
  const kurtosis = family === 'uniform' ? uniformKurtosis : 3;
  return { forward: times(fanIn), backward: times(fanOut), mean, kurtosis, isOrthogonal: family === 'orthogonal' };
}

/**
 * The largest singular value of a random m × n matrix of variance s² is s(√m + √n) (Marchenko & Pastur 1967); one step of the power
 * iteration from a random vector finds s√(m + n).
 */
function spectral(
  norm: NonNullable<Parameter['spectralNorm']>,
  fanIn: number | null,
  fanOut: number | null,
): WeightMoments | null {
  if (fanIn === null || fanOut === null) return null;
  const variance = 1 / (norm === 'converged' ? (Math.sqrt(fanIn) + Math.sqrt(fanOut)) ** 2 : fanIn + fanOut);
  return { forward: variance * fanIn, backward: variance * fanOut, mean: 0 };
}

const uniformKurtosis = 9 / 5;

const diagonal: ReadonlySet<Parameter['initializer']['family']> = new Set(['identity', 'dirac']);

/** Without a width only the gain is known, and only in the direction that the initializer divides by. */
function byScaling({ initializer }: Parameter): WeightMoments | null {
  const { scaling, mean } = initializer;
  if (scaling === null || mean !== 0) return null;
  return {
    forward: scaling.mode === 'fanIn' ? scaling.scale : null,
    backward: scaling.mode === 'fanOut' ? scaling.scale : null,
    mean: 0,
  };
}

/** What follows each weight layer, as far as its gain is concerned: `null` where a normalization or nothing comes first. */
export function followingActivation(graph: ModelGraph, layer: Layer): ActivationUse | null {
  return normalizationAfter(graph, layer) === null ? activationAfter(graph, layer) : null;
}

/**
 * The weight at critical initialization: its variance is such that, with the slope of the activation that follows, differences
 * and gradients keep their size (Schoenholz et al. 2017: chi = 1). ReLU: He. tanh: a little over 1. Without an
 * activation: 1. Whatever the source says, zero or constant, does not matter here.
 */
export function criticalWeight(
  following: ActivationUse | null,
  { fanIn, fanOut }: Fans,
  second: number,
): WeightMoments {
  const energy = following === null ? 1 : criticalEnergy(following, second);
  const ratio = fanIn === null || fanOut === null ? null : fanOut / fanIn;
  return { forward: energy, backward: ratio === null ? null : energy * ratio, mean: 0 };
}

const energies = new Map<string, number>();

/** Layers behind normalizations ask for the same few again and again: kept by six digits. */
function criticalEnergy({ fn, parameter }: ActivationUse, second: number): number {
  const digits = second.toPrecision(6);
  const key = `${fn} ${parameter} ${digits}`;
  let energy = energies.get(key);
  if (energy === undefined) {
    if (energies.size >= 512) energies.clear();
    energy = solveEnergy((e) => slopeSecondMoment(fn, parameter, 0, e * Number(digits)));
    energies.set(key, energy);
  }
  return energy;
}

const largestEnergy = 1e3;

/**
 * Solves e · slope(e) = 1, slope(e) = E f'(sqrt(e · second) z)^2: it falls no faster than 1 / sqrt(e), so that e = 1 / slope(e)
 * contracts. Two such steps at a time, and from them to where they lead (Aitken's delta-squared, of log e).
 */
function solveEnergy(slope: (energy: number) => number): number {
  const largest = Math.log(largestEnergy);
  const within = (x: number) => Math.min(Math.max(x, -largest), largest);
  const next = (x: number) => within(-Math.log(Math.max(slope(Math.exp(x)), 1e-12)));
  let x = 0;
  for (let i = 0; i < 10; i++) {
    const first = next(x);
    if (Math.abs(first - x) < 1e-5) return Math.exp(first);
    const second = next(first);
    const bend = second - 2 * first + x;
    if (Math.abs(second - first) < 1e-5 || bend === 0) return Math.exp(second);
    x = within(x - (first - x) ** 2 / bend);
  }
  return Math.exp(x);
}
