import { atZero, constantKernel, diagonalKernel, type Kernel, pairMean, type Size, weightedSum } from './kernel.ts';
import { magnitudeOf, magnitudeOfMeans, magnitudeOfPositions, magnitudeOfUnion } from './magnitude.ts';
import { once } from './marginal.ts';
import { mixPlaces } from './places.ts';
import { constantSegment, meanSquare, type Segment, spreadOf } from './segment.ts';
import { spreadOfUnion } from './spread.ts';

/** A tensor: what was concatenated stays apart. */
export interface Field {
  readonly size: Size;
  /** Index of the channel axis in the tensor's shape, counted from the front. */
  readonly channelAxis: number;
  readonly segments: readonly Segment[];
  /** A first position that is unlike the others (a class token). */
  readonly lead?: Field | undefined;
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

/** Channels become the channels and positions of a map: as they are all alike, any two places have in common what two channels had. */
export function spreadChannels(field: Field, channels: number, size: Size): Field {
  const { mean, total, varying, coherence, varyingCoherence, magnitude } = merge(field);
  const segment: Segment = {
    channels,
    mean,
    total: diagonalKernel(size, atZero(total), coherence),
    varying: diagonalKernel(size, atZero(varying), varyingCoherence),
    coherence,
    varyingCoherence,
    magnitude,
  };
  return { size, channelAxis: 1, segments: [segment] };
}
