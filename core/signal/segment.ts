import {
  constantKernel,
  diagonalKernel,
  type Kernel,
  mapKernel,
  type Size,
  scaleKernel,
  subtractKernels,
} from './kernel.ts';
import type { Marginal } from './marginal.ts';
import type { Places } from './places.ts';
import { noSpread, type Spread } from './spread.ts';

/**
 * Statistics of a group of channels that are alike, averaged over channels and positions, for standard-normal model input.
 * `total` and `varying` are covariances over offsets; what two different inputs have in common (biases, means, borders) is
 * `total - varying`. The two are kept apart because in deep networks their difference cancels.
 */
export interface Segment {
  /** Number of channels; `null` where not known. */
  readonly channels: number | null;
  /** Mean over everything. */
  readonly mean: number;
  /** E x(p) x(p + d), same input, same channel; not centred. */
  readonly total: Kernel;
  /** `total` less the same for two different inputs. */
  readonly varying: Kernel;
  /** E x_a x_b of two different channels at one position, same input: what makes units alike. */
  readonly coherence: number;
  /** `coherence` less the same for two different inputs. */
  readonly varyingCoherence: number;
  /** Where in the map its second moment is; even where it is not given. */
  readonly places?: Places | undefined;
  /** What chance leaves in its channels; none where it is not given. */
  readonly spread?: Spread | undefined;
  /** How far its size is left to chance; nothing where it is not given. Made when it is asked for. */
  readonly magnitude?: (() => Magnitude) | undefined;
  /** How its elements are distributed, where that is far from Gaussian. Made when it is asked for. */
  readonly marginal?: () => Marginal;
  /** The Gaussian field that this one is a function of; max pooling works on that one. */
  readonly before?: { readonly segment: Segment; readonly apply: (segment: Segment) => Activated };
  /** A recurrent layer's last step, which what is above it may read alone. */
  readonly last?: Segment;
}

/** What an activation makes of a Gaussian segment, and the E f'^2 of it. */
export interface Activated {
  readonly segment: Segment;
  readonly slopeSecondMoment: number;
}

/**
 * How large one input's signal is at a place, as a mean square over channels, is left to chance at finite width: it is a
 * mean over that many units, and every layer multiplies by another one. Its logarithm takes sums, with each layer's own share
 * (Hanin & Nica 2020: relative variance 5/n for ReLU). What differs from input to input no ReLU takes away, so that in deep nets it is all
 * that still depends on the input: for log-normal q, E sqrt(q q') = sqrt(E q E q') · exp(-Var(log q - log q') / 8).
 */
export interface Magnitude {
  /** Covariance of log q at two places of one input, by offset, over networks and inputs. */
  readonly own: Kernel;
  /** `own` less the same for two different inputs. */
  readonly apart: Kernel;
  /** Relative covariances of the squares of one channel, likewise: what a mean over channels inherits. */
  readonly squares: Squares;
  /** Orthogonal weights made it: over all of its Gaussian channels together the squares have no chance of their own. */
  readonly isNormKept: boolean;
}

export interface Squares {
  readonly own: Kernel;
  readonly apart: Kernel;
}

/** Independent standard-normal elements. */
export function normalSegment(channels: number | null, size: Size): Segment {
  return {
    channels,
    mean: 0,
    total: diagonalKernel(size, 1),
    varying: diagonalKernel(size, 1),
    coherence: 0,
    varyingCoherence: 0,
  };
}

/** The same number everywhere. */
export function constantSegment(channels: number | null, value: number): Segment {
  return {
    channels,
    mean: value,
    total: constantKernel(value * value),
    varying: constantKernel(0),
    coherence: value * value,
    varyingCoherence: 0,
  };
}

const sharedKernels = new WeakMap<Segment, Kernel>();

/** Covariances of two different inputs. Asked for forward and backward, so they are kept. */
export function sharedOf(segment: Segment): Kernel {
  const known = sharedKernels.get(segment);
  if (known !== undefined) return known;
  const made = subtractKernels(segment.total, segment.varying);
  sharedKernels.set(segment, made);
  return made;
}

export function spreadOf(segment: Segment): Spread {
  return segment.spread ?? noSpread;
}

/** E x̄² of the mean over `count` channels of like statistics: what weights with a common mean pick up. */
export function meanSquare(second: number, coherence: number, count: number | null): number {
  return count === null ? coherence : second / count + (1 - 1 / count) * coherence;
}

/** The segment times a constant. */
export function scaleSegment(segment: Segment, factor: number): Segment {
  const square = factor * factor;
  return {
    channels: segment.channels,
    mean: segment.mean * factor,
    total: scaleKernel(segment.total, square),
    varying: scaleKernel(segment.varying, square),
    coherence: segment.coherence * square,
    varyingCoherence: segment.varyingCoherence * square,
    places: segment.places,
    spread: segment.spread,
    magnitude: segment.magnitude,
  };
}

/** `f` of every covariance of a segment. */
export function mapCovariances(
  segment: Segment,
  mean: number,
  total: (value: number) => number,
  varying: (value: number) => number,
): Segment {
  return {
    channels: segment.channels,
    mean,
    total: mapKernel(segment.total, total),
    varying: mapKernel(segment.varying, varying),
    coherence: total(segment.coherence),
    varyingCoherence: varying(segment.varyingCoherence),
    places: segment.places,
    spread: segment.spread,
  };
}
