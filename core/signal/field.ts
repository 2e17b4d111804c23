import {
  atZero,
  constantKernel,
  diagonalKernel,
  type Kernel,
  mapKernel,
  pairMean,
  type Size,
  scaleKernel,
  subtractKernels,
  weightedSum,
} from './kernel.ts';
import { type Magnitude, magnitudeOf, magnitudeOfMeans, magnitudeOfPositions, magnitudeOfUnion } from './magnitude.ts';
import { type Marginal, once } from './marginal.ts';
import { mixPlaces, type Places } from './places.ts';
import { noSpread, type Spread, spreadOfUnion } from './spread.ts';

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

/** A tensor: what was concatenated stays apart. */
export interface Field {
  readonly size: Size;
  /** Index of the channel axis in the tensor's shape, counted from the front. */
  readonly channelAxis: number;
  readonly segments: readonly Segment[];
  /** A first position that is unlike the others (a class token). */
  readonly lead?: Field | undefined;
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

export function channelsOf(field: Field): number | null {
  let sum = 0;
  for (const { channels } of field.segments) {
    if (channels === null) return null;
    sum += channels;
  }
  return sum;
}

export function positionsOf(field: Field): number {
  return field.size[0] * field.size[1];
}

const merged = new WeakMap<Field, Segment>();

/** All segments as one, averaged by their numbers of channels. Asked for many times, so it is kept. */
export function merge(field: Field): Segment {
  const known = merged.get(field);
  if (known !== undefined) return known;
  const segment = mergeSegments(field);
  merged.set(field, segment);
  return segment;
}

function mergeSegments(field: Field): Segment {
  const [first, ...rest] = field.segments;
  if (first === undefined) return constantSegment(0, 0);
  if (rest.length === 0) return first;
  const channels = channelsOf(field);
  const shares = field.segments.map((segment) =>
    channels === null ? 1 / field.segments.length : (segment.channels ?? 0) / channels,
  );
  const average = (pick: (segment: Segment) => number) =>
    field.segments.reduce((sum, segment, i) => sum + (shares[i] ?? 0) * pick(segment), 0);
  const mean = average((segment) => segment.mean);
  // Pairs across segments have only their means in common.
  const within = shares.reduce((sum, share) => sum + share * share, 0);
  const across = mean * mean - field.segments.reduce((sum, s, i) => sum + ((shares[i] ?? 0) * s.mean) ** 2, 0);
  const pairs = (pick: (segment: Segment) => number) =>
    field.segments.reduce((sum, segment, i) => sum + (shares[i] ?? 0) ** 2 * pick(segment), 0);
  return {
    channels,
    mean,
    total: weightedSum(
      field.segments.map((segment) => segment.total),
      shares,
    ),
    varying: weightedSum(
      field.segments.map((segment) => segment.varying),
      shares,
    ),
    coherence: within === 0 ? 0 : pairs((segment) => segment.coherence) + across,
    varyingCoherence: pairs((segment) => segment.varyingCoherence),
    places: mixPlaces(
      field.segments.map(({ places, total }, i) => ({ places, share: (shares[i] ?? 0) * atZero(total) })),
    ),
    spread: spreadOfUnion(field.segments.map((segment, i) => ({ spread: spreadOf(segment), share: shares[i] ?? 0 }))),
    magnitude: field.segments.every((segment) => segment.magnitude === undefined)
      ? undefined
      : once(() => magnitudeOfUnion(field.segments.map((segment, i) => ({ segment, share: shares[i] ?? 0 })))),
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

export function rootMeanSquare(field: Field): number {
  return rootOverPositions(field, ({ total }) => total);
}

export function inputStd(field: Field): number {
  return rootOverPositions(field, ({ varying }) => varying);
}

function rootOverPositions(field: Field, kernel: (segment: Segment) => Kernel): number {
  const others = atZero(kernel(merge(field)));
  const share = field.lead === undefined ? 0 : 1 / positionsOf(field);
  const lead = field.lead === undefined ? 0 : atZero(kernel(merge(field.lead)));
  return Math.sqrt(Math.max((1 - share) * others + share * lead, 0));
}

/** Every segment changed alike. */
export function mapSegments(field: Field, f: (segment: Segment) => Segment): Field {
  return { ...field, segments: field.segments.map(f) };
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

/** The mean over all positions, channel by channel. */
export function averagePositions(segment: Segment, size: Size): Segment {
  const [mean, varyingMean] = [pairMean(segment.total, size), pairMean(segment.varying, size)];
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const averaged = {
    channels: segment.channels,
    mean: segment.mean,
    total: constantKernel(mean),
    varying: constantKernel(varyingMean),
    coherence: segment.coherence * ratio(mean, atZero(segment.total)),
    varyingCoherence: segment.varyingCoherence * ratio(varyingMean, atZero(segment.varying)),
  };
  return {
    ...averaged,
    magnitude: segment.magnitude && once(() => magnitudeOfMeans(magnitudeOf(segment), averaged, meanOver(size))),
  };
}

function meanOver(size: Size): (kernel: Kernel) => Kernel {
  return (kernel) => constantKernel(pairMean(kernel, size));
}

/** Positions become channels: what of two elements is in common is averaged over pairs of both. */
export function flattenPositions(field: Field): Field {
  const positions = positionsOf(field);
  if (positions === 1) return { ...field, size: [1, 1], channelAxis: 1 };
  const segments = field.segments.map((segment): Segment => {
    const averaged = averagePositions(segment, field.size);
    const elements = segment.channels === null ? null : segment.channels * positions;
    const coherenceOf = (second: number, mean: number, coherence: number) => {
      if (elements === null || elements < 2) return coherence;
      const square = meanSquare(mean, coherence, segment.channels);
      return (square - second / elements) / (1 - 1 / elements);
    };
    const [total, varying] = [atZero(segment.total), atZero(segment.varying)];
    return {
      channels: elements,
      mean: segment.mean,
      total: constantKernel(total),
      varying: constantKernel(varying),
      coherence: coherenceOf(total, atZero(averaged.total), averaged.coherence),
      varyingCoherence: coherenceOf(varying, atZero(averaged.varying), averaged.varyingCoherence),
      magnitude:
        segment.magnitude && once(() => magnitudeOfPositions(magnitudeOf(segment), positions, meanOver(field.size))),
    };
  });
  return { size: [1, 1], channelAxis: 1, segments };
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
