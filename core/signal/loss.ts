import type { LossKind } from '../graph/graph.ts';
import { activationOf } from '../maths/activation.ts';
import { gaussianMean } from '../maths/quadrature.ts';
import { curveAt } from './curve.ts';
import { dualOf } from './dual.ts';
import { channelsOf, type Field, merge } from './field.ts';
import type { Contribution, Gradient } from './gradient.ts';
import { atZero, combine, mapKernel, withOrigin } from './kernel.ts';
import { magnitudeOf } from './magnitude.ts';
import type { Segment } from './segment.ts';
import { logSumExp, softmaxProducts, softmaxSquares } from './softmax-sums.ts';
import type { OwnLogit } from './tied-tokens.ts';

/** The loss at initialization and where its gradient starts. */
export interface LossStart {
  readonly gradient: Gradient | null;
  /** The gradient's coefficient on the output's value. */
  readonly along: number;
  /** Added to the mean square of the gradient of the head's weights. */
  readonly weight: number;
  /** Expected probability of the class whose logit is raised; 0 where none is. */
  readonly ownShare: number;
  readonly expected: number | null;
  readonly growth: Growth;
  /** Variance of the logarithm of the output's size, where the gradient is linear in the output; 0 else. */
  readonly sizes: number;
  /** The loss of one who knows nothing: equal probabilities, or the targets' mean. */
  readonly uniformGuess: number | null;
}

/** Factors on the gradient's second moments where the output's is exp of `shift` times as large. */
export interface Growth {
  /** Of one input, and of two different ones. */
  readonly total: (shift: number) => number;
  readonly shared: (shift: number) => number;
}

/**
 * Gradient of the mean loss over a batch with respect to the output: cross-entropy with random labels, binary cross-entropy with
 * random bits, or squared error against standard-normal targets.
 */
export function startOfGradient(kind: LossKind, output: Field, batch: number, own: OwnLogit | null): LossStart {
  const segment = merge(output);
  const channels = channelsOf(output);
  const positions = output.size[0] * output.size[1];
  if (kind === 'crossEntropy') return crossEntropy(segment, output, channels, 1 / (batch * positions), own);
  const each = channels === null ? null : 1 / (batch * positions * channels);
  return kind === 'meanSquaredError' ? squaredError(segment, output, each) : binary(segment, output, each);
}

/** d/d logit = (p - y) / n. With C classes, E p^2 from the spread of the logits around their mean. */
function crossEntropy(
  segment: Segment,
  output: Field,
  classes: number | null,
  each: number,
  own: OwnLogit | null,
): LossStart {
  if (classes === null) return { ...ordinary, expected: null, uniformGuess: null };
  const ownSquare = own === null ? 0 : own.logit ** 2 / classes;
  const spread = Math.max(atZero(segment.total) - ownSquare - segment.coherence, 0);
  const even = 1 / (classes * classes);
  const raised = own === null ? null : withRaisedLogit(classes, spread, own.logit);
  const sizes = possibleSizes(atZero(magnitudeOf(segment).own));
  const average = (f: (size: number) => number) => sizes.reduce((sum, { size, weight }) => sum + weight * f(size), 0);
  const sums = average((size) => softmaxSquares(classes, size * spread));
  const squares = (raised?.squares ?? sums) / classes;
  const whole = squares - 2 * even + 1 / classes;
  const sharedCoherence = segment.coherence - segment.varyingCoherence;
  // E of the sum of p l, l around their mean, is spread · (1 - E of the sum of p^2), by Stein's identity.
  // Of the raised probability two positions have as much in common as chance.
  const others = (1 - (raised?.share ?? 0)) ** 2;
  const alike = (covariance: number) =>
    others * (average((size) => softmaxProducts(classes, size * spread, size * covariance)) / classes - even);
  const along = average((size) => size * (1 - (raised?.squares ?? softmaxSquares(classes, size * spread))));
  const grownTotal = (shift: number) =>
    (average((size) => softmaxSquares(classes, size * Math.exp(shift) * spread)) / classes - 2 * even + 1 / classes) /
    whole;
  const sharedCovariance = atZero(segment.total) - atZero(segment.varying) - sharedCoherence;
  const sharedAt = (grow: number) =>
    average((size) => softmaxProducts(classes, size * grow * spread, size * grow * sharedCovariance)) / classes - even;
  const grownShared = (shift: number) => (sharedCovariance <= 0 ? 1 : sharedAt(Math.exp(shift)) / sharedAt(1));
  const contribution: Contribution = {
    total: withOrigin(
      mapKernel(segment.total, (k) => each * each * alike(k - segment.coherence)),
      each * each * whole,
    ),
    shared: combine(segment.total, segment.varying, (k, v) => each * each * alike(k - v - sharedCoherence)),
    coherence: classes === 1 ? 0 : (-each * each * whole) / (classes - 1),
  };
  return {
    gradient: everySegment(output, contribution),
    along: spread <= 0 ? 0 : (each * spread * along) / (classes * atZero(segment.total)),
    // Every reading of a token adds the same multiple of its row to that row's gradient.
    weight: raised === null || own === null ? 0 : ((raised.share * own.coefficient) / classes) ** 2 * own.second,
    ownShare: raised?.share ?? 0,
    expected: raised?.expected ?? average((size) => logSumExp(classes, size * spread)),
    growth:
      raised !== null || sizes.length === 1 ? unmoved : { total: between(grownTotal), shared: between(grownShared) },
    sizes: 0,
    uniformGuess: Math.log(classes),
  };
}

const unmoved: Growth = { total: () => 1, shared: () => 1 };

/** What is the same of a loss where nothing is known of its gradient, or nothing out of the ordinary. */
const ordinary = { gradient: null, along: 0, weight: 0, ownShare: 0, growth: unmoved, sizes: 0 };

/** Between whole steps of 1/4, each asked for once. */
function between(f: (x: number) => number): (x: number) => number {
  const known = new Map<number, number>();
  const at = (step: number) => {
    const made = known.get(step) ?? f(step / 4);
    known.set(step, made);
    return made;
  };
  return (x) => {
    const low = Math.floor(4 * x);
    return at(low) + (4 * x - low) * (at(low + 1) - at(low));
  };
}

interface Size {
  readonly size: number;
  readonly weight: number;
}

const oneSize: readonly Size[] = [{ size: 1, weight: 1 }];

/**
 * How many times their expected size the logits of an input may be: a log-normal variable of this variance of its logarithm, by the
 * three points of Gauss-Hermite quadrature.
 */
function possibleSizes(variance: number): readonly Size[] {
  if (variance < 0.01) return oneSize;
  const step = Math.sqrt(3 * variance);
  const points = [-step, 0, step].map((x, i) => ({ size: Math.exp(x), weight: i === 1 ? 2 / 3 : 1 / 6 }));
  const mean = points.reduce((sum, { size, weight }) => sum + weight * size, 0);
  return points.map(({ size, weight }) => ({ size: size / mean, weight }));
}

/** One logit is higher than the others by `logit` on average, and the labels do not know of it. */
function withRaisedLogit(classes: number, spread: number, logit: number) {
  const others = logSumExp(classes - 1, spread);
  const apart = softmaxSquares(classes - 1, spread);
  const std = Math.sqrt(spread);
  const sigmoid = activationOf('sigmoid').value;
  const softplus = activationOf('softplus').value;
  const expected = (f: (above: number) => number) => gaussianMean((z) => f(logit + std * z - others), 240);
  return {
    /** E of the raised class's probability, and of the sum of all squared ones. */
    share: expected(sigmoid),
    squares: expected((above) => sigmoid(above) ** 2 + (1 - sigmoid(above)) ** 2 * apart),
    expected: others + expected(softplus) - logit / classes,
  };
}

function squaredError(segment: Segment, output: Field, each: number | null): LossStart {
  const expected = atZero(segment.total) + 1;
  const growth = {
    total: (shift: number) => 1 + (Math.expm1(shift) * atZero(segment.total)) / expected,
    shared: Math.exp,
  };
  if (each === null) return { ...ordinary, expected, growth, uniformGuess: 1 };
  const square = 4 * each * each;
  const contribution: Contribution = {
    total: withOrigin(
      mapKernel(segment.total, (k) => square * k),
      square * expected,
    ),
    shared: combine(segment.total, segment.varying, (k, v) => square * (k - v)),
    coherence: square * segment.coherence,
  };
  return {
    ...ordinary,
    gradient: everySegment(output, contribution),
    along: 2 * each,
    expected,
    growth,
    sizes: atZero(magnitudeOf(segment).own),
    uniformGuess: 1,
  };
}

function binary(segment: Segment, output: Field, each: number | null): LossStart {
  const mean = segment.mean * segment.mean;
  const variance = Math.max(atZero(segment.total) - mean, 0);
  const rho = (covariance: number) => (variance === 0 ? 1 : (covariance - mean) / variance);
  const softplus = dualOf('softplus', undefined, segment.mean, variance);
  const expected = softplus.mean - segment.mean / 2;
  if (each === null) return { ...ordinary, expected, uniformGuess: Math.LN2 };
  const sigmoid = dualOf('sigmoid', undefined, segment.mean, variance);
  const square = each * each;
  // E (s - 1/2)(s' - 1/2), and 1/4 for the label's own variance.
  const centred = (covariance: number) => square * (curveAt(sigmoid.value, rho(covariance)) - sigmoid.mean + 0.25);
  const contribution: Contribution = {
    total: withOrigin(mapKernel(segment.total, centred), centred(atZero(segment.total)) + square / 4),
    shared: combine(segment.total, segment.varying, (k, v) => centred(k - v)),
    coherence: centred(segment.coherence),
  };
  return {
    ...ordinary,
    gradient: everySegment(output, contribution),
    along: each * sigmoid.slopeMean,
    expected,
    uniformGuess: Math.LN2,
  };
}

function everySegment(output: Field, contribution: Contribution): Gradient {
  return output.segments.map(() => [contribution]);
}
