import type { ActivationName, Op } from '../../graph/op.ts';
import { activationOf } from '../../maths/activation.ts';
import { type Curve, curveAt, curveOver } from '../curve.ts';
import { type Dual, dualOf } from '../dual.ts';
import { bendOver, difference, differences } from '../dual-over.ts';
import { type Contribution, isScaleFree, scaleGradientOf, total } from '../gradient.ts';
import {
  aligned,
  atZero,
  type Kernel,
  mapKernel,
  multiplyKernels,
  scaleKernel,
  subtractKernels,
  withOrigin,
  zeroEntries,
} from '../kernel.ts';
import { angleOf, magnitudeAfter, magnitudeOf, sizesOf } from '../magnitude.ts';
import { expectation, gaussianMarginal, gridOf, type Marginal, mapMarginal, normalized, once } from '../marginal.ts';
import { multiplyPlaces, type Places, placesTogether, raisePlaces, unevenness } from '../places.ts';
import { gainBySizes } from '../possible-sizes.ts';
import { type Activated, type Magnitude, type Segment, spreadOf } from '../segment.ts';
import type { Transfer } from '../site.ts';
import { noSpread, type Spread } from '../spread.ts';

type Activation = Extract<Op, { kind: 'activation' }>;
type Function = { readonly fn: ActivationName; readonly parameter?: number };

/** An elementwise function: covariances of a Gaussian field pass its dual kernels. */
export const activation: Transfer<Activation> = {
  forward({ op }, [input]) {
    if (input === undefined) return null;
    return { ...input, segments: input.segments.map((segment) => activate(op, segment)) };
  },
  backward({ op }, [input], _output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const below = input.segments.map((segment, i) =>
      (gradient[i] ?? []).length === 0 ? [] : [activationGradient(op, segment, gradient[i] ?? [])],
    );
    return { inputs: [below] };
  },
};

/** What f makes of a segment; the result remembers its Gaussian for a maximum above it. */
function activate(op: Function, segment: Segment): Segment {
  const isGaussian = segment.marginal === undefined;
  return {
    ...applyDual(op, segment).segment,
    ...(isGaussian && monotone.has(op.fn)
      ? { before: { segment, apply: (gaussian: Segment) => applyDual(op, gaussian) } }
      : {}),
  };
}

/** Or nearly: of several elements the largest is hardly ever in the dip of a GELU. */
const monotone: ReadonlySet<ActivationName> = new Set([
  'gelu',
  'geluTanh',
  'silu',
  'mish',
  'hardSwish',
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'elu',
  'selu',
  'celu',
  'softplus',
  'softsign',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'hardTanh',
  'logSigmoid',
  'exp',
]);

function applyDual(op: Function, segment: Segment): Activated {
  const through = throughOf(op, segment);
  const { dual, correlations, rho, variance, mean, value, slopeSecondMoment } = through;
  const both = curveOver(dual.value, correlations);
  const chance = variance === 0 ? 0 : atZero(segment.varying) / variance;
  const { rows, columns, entries } = aligned(
    both,
    bendOver(dual, correlations, both, spreadOf(segment).excess, chance),
    differences(dual, variance, correlations, both, angleOf(segment)),
    sizesOf(segment),
  );
  const [all, bend, apart, sizes] = entries;
  const growth = dual.onScale.value ** 2;
  const total = zeroEntries(all.length);
  const varying = zeroEntries(all.length);
  for (let i = 0; i < all.length; i++) {
    const one = all[i] ?? 0;
    const more = bend[i] ?? 0;
    const own = apart[i] ?? 0;
    total[i] = value.shift + value.factor * (one + more);
    varying[i] = value.factor * (own - (one - own) * Math.expm1(-growth * (sizes[i] ?? 0)) + more);
  }
  if (segment.marginal === undefined && variance > 0 && dual.onScale.valueBend !== 0) {
    // A heavy tail, or places with little: the second moment of f is that over all variances.
    const more = dual.onScale.valueBend * scalesOf(segment);
    total[0] = (total[0] ?? 0) + more;
    varying[0] = (varying[0] ?? 0) + more;
    gainBySizes(segment, dual, total, varying);
  }
  const coherence = rho(segment.coherence);
  const together = curveAt(dual.value, coherence);
  const after = { rows, columns, data: varying };
  return {
    slopeSecondMoment,
    segment: {
      channels: segment.channels,
      mean,
      total: { rows, columns, data: total },
      varying: after,
      places: raisePlaces(segment.places, dual.onScale.value),
      coherence: value.shift + value.factor * together,
      varyingCoherence: value.factor * difference(dual, variance, segment.varyingCoherence, coherence, together),
      spread: segment.spread && spreadAfter(segment, after, through),
      magnitude: once(() => magnitudeThrough(segment, through)),
      ...(op.fn === 'identity'
        ? segment.marginal === undefined
          ? {}
          : { marginal: segment.marginal }
        : { marginal: once(() => mapMarginal(marginalOf(segment), activationOf(op.fn, op.parameter).value)) }),
    },
  };
}

function magnitudeThrough(segment: Segment, { dual, correlations, variance }: Through): Magnitude {
  const step = mapKernel(angleOf(segment), (v) => (variance === 0 ? 0 : v / variance));
  return magnitudeAfter(magnitudeOf(segment), dual, correlations, step);
}

/**
 * Relative variance of the variances that one element has: of places, and what makes its kurtosis. The latter by half, because the
 * first order overshoots for heavy tails (fitted to MobileNetV3 and EfficientNet).
 */
function scalesOf(segment: Segment): number {
  return unevenness(segment.places) + Math.max(atZero(spreadOf(segment).excess), 0) / 3;
}

/** Squares of f have their own dual kernel; common scales pass by what they do to the variance of f. */
function spreadAfter(segment: Segment, after: Kernel, { dual, correlations, variance, value }: Through): Spread {
  const varying = atZero(after);
  const gaussian = curveAt(dual.value, 1) - dual.mean * dual.mean;
  if (varying === 0 || gaussian <= 0 || variance === 0) return noSpread;
  const { excess, scale, crossing } = spreadOf(segment);
  const unit = atZero(segment.varying) / variance;
  const norm = 1 / (gaussian * gaussian);
  const onScale = dual.squaresOnScale * norm * unit * unit;
  const { rows, columns, entries } = aligned(curveOver(dual.squares, correlations), excess, after);
  const [squares, below, above] = entries;
  const data = zeroEntries(squares.length);
  for (let i = 0; i < data.length; i++) {
    const own = (squares[i] ?? 0) * norm + onScale * (below[i] ?? 0);
    const correlation = (above[i] ?? 0) / varying;
    data[i] = own / 2 - correlation * correlation;
  }
  // Different channels are correlated by little: the linear part of f is all that passes.
  const linear = (value.factor * variance * dual.slopeMean ** 2) / varying;
  return {
    excess: { rows, columns, data },
    scale: scaleKernel(scale, onScale / 2),
    // Of a squared correlation nothing is more than 1, however little of the field varies.
    crossing: mapKernel(crossing, (q) => Math.min(linear * linear * q, 1)),
    power: 0,
  };
}

/** `shift + factor · kernel`: what a marginal that is not Gaussian makes of a dual kernel. */
interface Correction {
  readonly shift: number;
  readonly factor: number;
}

interface Through {
  readonly dual: Dual;
  readonly variance: number;
  readonly rho: (covariance: number) => number;
  /** `rho` of the segment's total covariances. */
  readonly correlations: Kernel;
  readonly mean: number;
  readonly slopeSecondMoment: number;
  readonly value: Correction;
  readonly slope: Correction;
}

const throughs = new WeakMap<Segment, { readonly op: Function; readonly through: Through }>();

/** Needed forward and backward, so it is kept. */
function throughOf(op: Function, segment: Segment): Through {
  const known = throughs.get(segment);
  if (known?.op === op) return known.through;
  const through = makeThrough(op, segment);
  throughs.set(segment, { op, through });
  return through;
}

const none: Correction = { shift: 0, factor: 1 };

/**
 * The dual kernels of a segment's Gaussian and, where its elements are distributed otherwise, the moments that they really
 * have: means as they are, covariances scaled as the variance is.
 */
function makeThrough(op: Function, segment: Segment): Through {
  const square = segment.mean * segment.mean;
  const variance = Math.max(atZero(segment.total) - square, 0);
  const dual = dualOf(op.fn, op.parameter, segment.mean, variance < 1e-14 * square ? 0 : variance);
  const rho = (covariance: number) => (variance === 0 ? 1 : (covariance - square) / variance);
  const correlations = correlationsOf(segment.total, square, variance);
  const gaussian = { dual, variance, rho, correlations, value: none, slope: none };
  if (segment.marginal === undefined || variance === 0 || op.fn === 'identity')
    return { ...gaussian, mean: dual.mean, slopeSecondMoment: dual.slopeSecondMoment };
  const grid = gridOf(segment.marginal());
  const f = activationOf(op.fn, op.parameter);
  const mean = expectation(grid, f.value);
  const slopeMean = expectation(grid, f.slope);
  const slopeSecondMoment = expectation(grid, (x) => f.slope(x) ** 2);
  const second = expectation(grid, (x) => f.value(x) ** 2);
  return {
    ...gaussian,
    mean,
    slopeSecondMoment,
    value: correction(mean, second, dual.mean, curveAt(dual.value, 1)),
    slope: correction(slopeMean, slopeSecondMoment, dual.slopeMean, dual.slopeSecondMoment),
  };
}

function correlationsOf({ rows, columns, data }: Kernel, square: number, variance: number): Kernel {
  const correlations = zeroEntries(data.length);
  for (let i = 0; i < data.length; i++) correlations[i] = variance === 0 ? 1 : ((data[i] ?? 0) - square) / variance;
  return { rows, columns, data: correlations };
}

function correction(mean: number, second: number, gaussianMean: number, gaussianSecond: number): Correction {
  const gaussianVariance = gaussianSecond - gaussianMean * gaussianMean;
  const factor = gaussianVariance > 0 ? Math.max(second - mean * mean, 0) / gaussianVariance : 1;
  return { shift: mean * mean - factor * gaussianMean * gaussianMean, factor };
}

const gaussians = new WeakMap<Segment, Marginal>();

function marginalOf(segment: Segment): Marginal {
  if (segment.marginal !== undefined) return segment.marginal();
  const known = gaussians.get(segment);
  if (known !== undefined) return known;
  const { mean, total } = segment;
  const made = gaussianMarginal(mean, Math.max(atZero(total) - mean * mean, 0));
  gaussians.set(segment, made);
  return made;
}

function activationGradient(op: Activation, input: Segment, contributions: readonly Contribution[]): Contribution {
  const { dual, rho, correlations, variance, slope } = throughOf(op, input);
  const shared = correlationsOf(subtractKernels(input.total, angleOf(input)), input.mean * input.mean, variance);
  const over = (curve: Curve, { factor, shift } = none) => ({
    total: curveOver(curve, correlations, factor, shift),
    shared: curveOver(curve, shared, factor, shift),
  });
  const slopes = over(dual.slope, slope);
  const isFree = isScaleFree(contributions);
  const slopePlaces = raisePlaces(input.places, dual.onScale.slope);
  const through = contributions.map((one) => atPlaces(throughSlope(op, input, one, slopes), slopePlaces));
  const below = total(through);
  const above = total(contributions);
  const timesValue = () => {
    const products = over(isFree ? dual.scaleFree : dual.slopeTimesValue);
    const times = contributions.map(
      (one) => (isFree ? undefined : keptTimesValue(input, one)) ?? multiplied(one, products),
    );
    return total(times.map((pair) => ({ ...pair, coherence: 0 })));
  };
  return {
    total: below.total,
    shared: below.shared,
    places: below.places,
    coherence: contributions.reduce(
      (sum, { coherence, keep }) => sum + coherence * (keep?.slope ?? curveAt(dual.slope, rho(input.coherence))),
      0,
    ),
    timesValue: once(timesValue),
    ...chosenOnly(contributions),
    beforeSlope: {
      total: above.total,
      factor: 1,
      fn: op.fn,
      parameter: op.parameter,
      slopeOnValue: dual.slopeOnValue,
      mean: input.mean,
      variance: Math.max(atZero(input.total) - input.mean * input.mean, 0),
    },
    // A factor on what a ReLU reads is the same factor on what it writes.
    ...scaleGradientOf(contributions),
    ...profileBelowSlope(op, input, contributions),
  };
}

function chosenOnly(contributions: readonly Contribution[]): Pick<Contribution, 'chosenAlike'> {
  const [first] = contributions;
  const isChosen = first?.keep !== undefined && contributions.every(({ keep }) => keep !== undefined);
  return isChosen ? { chosenAlike: first.keep.alike } : {};
}

interface Pair {
  readonly total: Kernel;
  readonly shared: Kernel;
}

function multiplied(one: Pair, by: Pair): Pair {
  return { total: multiplyKernels(one.total, by.total), shared: multiplyKernels(one.shared, by.shared) };
}

/** Where a maximum chose the elements, they are large all: the gradient goes with their mean wherever it meets another one. */
function keptTimesValue({ mean, total }: Segment, { keep, ...one }: Contribution): Pair | undefined {
  const variance = atZero(total) - mean * mean;
  if (keep === undefined || variance <= 0) return undefined;
  const second = (keep.second - 2 * mean * keep.mean + mean * mean) / variance;
  const alike = ((keep.mean - mean) ** 2 / variance) * keep.slope;
  return {
    total: withOrigin(scaleKernel(one.total, alike), atZero(one.total) * keep.slope * second),
    shared: scaleKernel(one.shared, alike),
  };
}

/** f' is larger in some places, and so is the gradient. */
function atPlaces(one: Contribution, slopes: Places | undefined): Contribution {
  const together = placesTogether(one.places, slopes);
  const total = together === 1 ? one.total : withOrigin(one.total, atZero(one.total) * together);
  return { ...one, total, places: multiplyPlaces(one.places, slopes) };
}

function throughSlope(op: Activation, input: Segment, one: Contribution, slopes: Pair): Contribution {
  if (one.keep !== undefined) return scaled(one, one.keep.slope, one.keep.slope);
  const { profile } = one;
  const plain = {
    total: multiplyKernels(one.total, slopes.total),
    shared: multiplyKernels(one.shared, slopes.shared),
    coherence: one.coherence,
    places: one.places,
  };
  if (profile === undefined) return plain;
  const grid = gridOf(marginalOf(input));
  const { slope } = activationOf(op.fn, op.parameter);
  const own = expectation(grid, (x, j) => slope(x) ** 2 * (profile[j] ?? 0));
  const mean = expectation(grid, slope);
  const apart = mean === 0 ? 1 : (expectation(grid, (x, j) => slope(x) * Math.sqrt(profile[j] ?? 0)) / mean) ** 2;
  const { total: wide, ...rest } = scaled(plain, 1, apart);
  return { ...rest, total: withOrigin(scaleKernel(wide, apart), atZero(one.total) * own) };
}

function scaled(contribution: Contribution, own: number, shared: number): Contribution {
  return {
    total: own === 1 ? contribution.total : scaleKernel(contribution.total, own),
    shared: scaleKernel(contribution.shared, shared),
    coherence: contribution.coherence * shared,
    places: contribution.places,
  };
}

/** Where the values below are not Gaussian (a residual sum), what comes back depends on them: by f'^2 and by what came. */
function profileBelowSlope(
  op: Activation,
  input: Segment,
  contributions: readonly Contribution[],
): Pick<Contribution, 'profile'> {
  if (input.marginal === undefined) return {};
  const grid = gridOf(input.marginal());
  const { slope } = activationOf(op.fn, op.parameter);
  const profile = zeroEntries(grid.values.length);
  for (const { total, profile: own } of contributions) {
    for (let j = 0; j < profile.length; j++) profile[j] = (profile[j] ?? 0) + atZero(total) * (own?.[j] ?? 1);
  }
  for (let j = 0; j < profile.length; j++) profile[j] = (profile[j] ?? 0) * slope(grid.values[j] ?? 0) ** 2;
  return { profile: normalized(profile, grid.weights) };
}
