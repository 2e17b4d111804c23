import type { Op } from '../../graph/op.ts';
import { type Field, merge } from '../field.ts';
import { type Contribution, clampContribution, total } from '../gradient.ts';
import {
  affineKernel,
  atZero,
  combine,
  constantKernel,
  type Kernel,
  mapKernel,
  multiplyKernels,
  pairMean,
  pairSum,
  type Size,
  scaleKernel,
  subtractKernels,
} from '../kernel.ts';
import { oneSize } from '../magnitude.ts';
import { alongEach, chanceOf, projected } from '../norm-gradient.ts';
import { placesTogether } from '../places.ts';
import { meanSquare, type Segment, sharedOf, spreadOf } from '../segment.ts';
import type { Moments, Site, Transfer } from '../site.ts';
import type { Spread } from '../spread.ts';

type Kinds = 'batchNorm' | 'layerNorm' | 'rmsNorm' | 'groupNorm' | 'instanceNorm';
type Norm = Extract<Op, { kind: Kinds }>;

/**
 * Takes away a mean and divides by a standard deviation, then gain and bias. The five differ in what the mean is over: batch and
 * positions of a channel, the channels of a position, groups of channels with positions, the positions of a channel, nothing.
 */
export const normalization: Transfer<Norm> = {
  forward(site, [input]) {
    const affine = affineOf(site);
    if (input === undefined || affine === null) return null;
    const prepared = prepare(site.op, input);
    return {
      ...prepared,
      segments: prepared.segments.map((segment) => normalize(site, segment, prepared.size, affine)),
    };
  },
  backward(site, [input], _output, gradient) {
    const affine = affineOf(site);
    if (input === undefined || affine === null) return { inputs: [null] };
    const prepared = prepare(site.op, input);
    const backs = prepared.segments.map((segment, i) =>
      normalizationGradient(site, segment, prepared.size, affine, gradient[i] ?? []),
    );
    const [first = []] = backs.map(({ below }) => [below]);
    return {
      inputs: [prepared === input ? backs.map(({ below }) => [below]) : input.segments.map(() => first)],
      weight: site.moments('gain') === undefined ? null : gainGradient(prepared, backs),
    };
  },
};

/** Mean square over all gains; `null` where there are none or one is not known. */
function gainGradient({ segments }: Field, backs: readonly Back[]): number | null {
  let [sum, channels] = [0, 0];
  for (const [i, { gain }] of backs.entries()) {
    const count = segments[i]?.channels ?? (backs.length === 1 ? 1 : null);
    if (gain === null || count === null) return null;
    sum += count * gain;
    channels += count;
  }
  return channels === 0 ? null : sum / channels;
}

/** What goes below, and the mean square of the gain's gradient. */
interface Back {
  readonly below: Contribution;
  readonly gain: number | null;
}

/** Where the mean runs over channels, concatenated segments are normalized together. */
function prepare(op: Norm, input: Field): Field {
  const together = op.kind === 'layerNorm' || op.kind === 'rmsNorm' || op.kind === 'groupNorm';
  return together && input.segments.length > 1 ? { ...input, segments: [merge(input)] } : input;
}

function affineOf(site: Site<Norm>): { gain: Moments; bias: Moments } | null {
  const gain = site.moments('gain');
  const bias = site.moments('bias');
  if (gain === null || bias === null) return null;
  return { gain: gain ?? { mean: 1, second: 1 }, bias: bias ?? { mean: 0, second: 0 } };
}

/** What is taken away, as a part of all covariances of one input, and of the part of them that varies with the input. */
interface Mean {
  readonly total: number;
  readonly varying: number;
  readonly coherence: number;
  readonly varyingCoherence: number;
}

function meanOf(site: Site<Norm>, segment: Segment, size: Size): Mean {
  const { op, batch } = site;
  const shared = sharedOf(segment);
  switch (op.kind) {
    case 'batchNorm': {
      // The same for all inputs of the batch: nothing of what varies is taken away.
      const mean = pairMean(segment.total, size) / batch + (1 - 1 / batch) * pairMean(shared, size);
      return { total: mean, varying: 0, coherence: segment.coherence - segment.varyingCoherence, varyingCoherence: 0 };
    }
    case 'instanceNorm':
    case 'groupNorm':
    case 'layerNorm': {
      const overPositions = op.kind === 'instanceNorm' || op.kind === 'groupNorm' || op.axes > 1;
      const channels = op.kind === 'instanceNorm' ? 1 : groupWidth(op, segment.channels);
      const mean = (kernel: Kernel, coherence: number) => {
        const second = overPositions ? pairMean(kernel, size) : atZero(kernel);
        const common = atZero(kernel) === 0 ? 0 : (coherence * second) / atZero(kernel);
        return meanSquare(second, common, channels);
      };
      const total = mean(segment.total, segment.coherence);
      const varying = mean(segment.varying, segment.varyingCoherence);
      return { total, varying, coherence: total, varyingCoherence: varying };
    }
    case 'rmsNorm':
      return { total: 0, varying: 0, coherence: 0, varyingCoherence: 0 };
    default:
      return op satisfies never;
  }
}

/**
 * The covariances less those of the means, times `factor`, plus `offset` for all of one input. Where every position has a mean of its
 * own, the means of two positions are as alike as their values.
 */
function centred(
  op: Norm,
  segment: Segment,
  mean: Mean,
  factor: number,
  offset = 0,
): { total: Kernel; varying: Kernel } {
  if (op.kind !== 'layerNorm' || op.axes > 1)
    return {
      total: affineKernel(segment.total, mean.total, factor, offset),
      varying: affineKernel(segment.varying, mean.varying, factor),
    };
  const square = segment.mean * segment.mean;
  const [whole, varying] = [atZero(segment.total) - square, atZero(segment.varying)];
  return {
    total: mapKernel(segment.total, (k) => {
      const taken = square + (whole <= 0 ? 0 : ((k - square) / whole) * (mean.total - square));
      return factor * (k - taken) + offset;
    }),
    varying: mapKernel(segment.varying, (v) => factor * (v - (varying <= 0 ? 0 : (v / varying) * mean.varying))),
  };
}

function groupWidth(op: Extract<Norm, { kind: 'groupNorm' | 'layerNorm' }>, channels: number | null): number | null {
  if (channels === null) return null;
  return op.kind === 'groupNorm' ? channels / op.groups : channels;
}

function normalize(
  site: Site<Norm>,
  segment: Segment,
  size: Size,
  { gain, bias }: { gain: Moments; bias: Moments },
): Segment {
  const mean = meanOf(site, segment, size);
  const factor = 1 / (Math.max(atZero(segment.total) - mean.total, 0) + site.op.epsilon);
  const coherent = gain.mean * gain.mean * factor;
  return {
    channels: segment.channels,
    mean: bias.mean + (site.op.kind === 'rmsNorm' ? gain.mean * segment.mean * Math.sqrt(factor) : 0),
    ...centred(site.op, segment, mean, gain.second * factor, bias.second),
    coherence: coherent * (segment.coherence - mean.coherence) + bias.mean * bias.mean,
    varyingCoherence: coherent * (segment.varyingCoherence - mean.varyingCoherence),
    places: segment.places,
    spread: segment.spread && normalizedSpread(site.op, segment.spread),
    ...(isOverChannels(site.op) ? { magnitude: () => oneSize } : {}),
  };
}

/** The gradient loses its mean and its component along the standardized value, over whatever the norm averages. */
function normalizationGradient(
  site: Site<Norm>,
  segment: Segment,
  size: Size,
  { gain }: { gain: Moments },
  contributions: readonly Contribution[],
): Back {
  const above = total(contributions);
  const mean = meanOf(site, segment, size);
  const variance = Math.max(atZero(segment.total) - mean.total, 0);
  // E 1/v over channels of different variance.
  const shrunk = variance / (variance + site.op.epsilon);
  const power = perChannel(site.op) ? spreadOf(segment).power : 0;
  const inflation = 1 / (1 - Math.min(power * shrunk * shrunk, 0.5));
  const factor = (gain.second * inflation) / (variance + site.op.epsilon);
  const apart = overPositionsOf(site.op, segment.channels);
  if (apart !== null) {
    const below = perInputGradient({ segment, size, mean, variance, factor, inflation, apart }, contributions);
    return {
      below: { ...below, inflation, isCentred: apart === 1 },
      gain: gainSquareOf(site, segment, size, contributions),
    };
  }
  if (site.op.kind !== 'batchNorm') {
    const over = segment.channels;
    const whole = atZero(above.total);
    // RMS norm has no mean; what all channels have in common goes with the mean.
    const common = site.op.kind === 'rmsNorm' || whole === 0 ? 0 : meanSquare(1, above.coherence / whole, over);
    const left = Math.max(1 - common - (over === null ? 0 : shrunk / over), 0);
    const below = {
      total: scaleKernel(above.total, factor * left),
      shared: scaleKernel(above.shared, factor * left),
      coherence: whole === 0 ? 0 : factor * (above.coherence - common * whole),
    };
    return { below, gain: gainSquareOf(site, segment, size, contributions) };
  }
  const { batch } = site;
  const standardized = (kernel: Kernel) => affineKernel(kernel, mean.total, variance === 0 ? 0 : 1 / variance);
  const values = { total: standardized(segment.total), shared: standardized(sharedOf(segment)) };
  const average = (all: Kernel, shared: Kernel) =>
    pairMean(all, size) / batch + (1 - 1 / batch) * pairMean(shared, size);
  const gradientMean = average(above.total, above.shared);
  const alongs = alongEach(contributions, values, ({ total, shared }) => {
    const both = average(total, shared) * shrunk;
    return { total: both, shared: both };
  });
  const along = alongs.reduce((sum, { share }) => sum + share.total, 0);
  const clamped = clampContribution({
    total: projected(above.total, alongs, 'total', gradientMean, factor),
    shared: projected(above.shared, alongs, 'shared', gradientMean, factor),
    coherence: above.coherence * factor,
  });
  // The gain's gradient is the sum of g times the standardized value, over whatever shares it.
  const summed = size[0] * size[1] * site.batch;
  const gainSquare =
    Math.max(along, 0) * placesTogether(above.places, segment.places) * summed * summed + (above.scaleGradient ?? 0);
  const { beforeSlope } = above;
  const below: Contribution = {
    ...clamped,
    inflation,
    isCentred: true,
    places: above.places,
    // A larger input is not quite the same output: epsilon is not larger too.
    scaleGradient: (1 - shrunk) ** 2 * gain.second * gainSquare,
    ...(beforeSlope === undefined ? {} : { beforeSlope: { ...beforeSlope, factor: beforeSlope.factor * factor } }),
  };
  return { below, gain: gainSquare };
}

/** Of a norm that each input has for itself: the sum of g times the standardized value over positions and inputs. */
function gainSquareOf(site: Site<Norm>, segment: Segment, size: Size, contributions: readonly Contribution[]): number {
  const { batch, op } = site;
  const mean = meanOf(site, segment, size);
  const scale = 1 / (Math.max(atZero(segment.total) - mean.total, 0) + op.epsilon);
  const values = centred(op, segment, mean, scale);
  const shared = subtractKernels(values.total, values.varying);
  return contributions.reduce((sum, one) => {
    // What an activation above says of the value is of the one behind the gain and the bias, which start at 1 and 0.
    const times = one.timesValue?.() ?? {
      total: multiplyKernels(one.total, values.total),
      shared: multiplyKernels(one.shared, shared),
    };
    const pairs = batch * pairSum(times.total, size) + batch * (batch - 1) * pairSum(times.shared, size);
    return sum + Math.max(pairs, 0) * placesTogether(one.places, segment.places);
  }, 0);
}

/** How many channels each input's mean over positions is over; `null` for a norm that is not over the positions of one input. */
function overPositionsOf(op: Norm, channels: number | null): number | null {
  if (op.kind === 'instanceNorm') return 1;
  if (op.kind === 'groupNorm' || (op.kind === 'layerNorm' && op.axes > 1))
    return groupWidth(op, channels) ?? Number.POSITIVE_INFINITY;
  return null;
}

/** Each input loses its own mean, and what is along its own values, over positions and `apart` independent channels. */
function perInputGradient(
  of: { segment: Segment; size: Size; mean: Mean; variance: number; factor: number; inflation: number; apart: number },
  contributions: readonly Contribution[],
): Contribution {
  const { segment, size, mean, variance, factor, inflation, apart } = of;
  const above = total(contributions);
  const standardized = (kernel: Kernel, taken: number) =>
    affineKernel(kernel, taken, variance === 0 ? 0 : 1 / variance);
  const values = {
    total: standardized(segment.total, mean.total),
    shared: standardized(sharedOf(segment), mean.total - mean.varying),
  };
  const alongs = alongEach(contributions, values, (times) => ({
    total: pairMean(times.total, size) / apart,
    shared: pairMean(times.shared, size) / apart,
  }));
  const [own, alike] = [chanceOf(values.total, size, apart), chanceOf(values.shared, size, apart)];
  const project = (kind: 'total' | 'shared', inverse: number): Kernel =>
    projected(
      above[kind],
      alongs,
      kind,
      pairMean(above[kind], size) / apart,
      factor * Math.max(inverse / inflation, 1),
    );
  return clampContribution({
    total: project('total', Math.exp(own)),
    shared: project('shared', Math.exp((3 * own + alike) / 4)),
    coherence: above.coherence * factor,
  });
}

/** Of one position: its size is then the same everywhere. */
function isOverChannels(op: Norm): boolean {
  return op.kind === 'rmsNorm' || (op.kind === 'layerNorm' && op.axes === 1);
}

/** Norms of single channels make them alike, norms over the channels of a place take away what their scales have in common. */
function normalizedSpread(op: Norm, spread: Spread): Spread {
  if (perChannel(op)) return { ...spread, power: 0 };
  if (op.kind === 'groupNorm') return spread;
  return {
    ...spread,
    excess: combine(spread.excess, spread.scale, (z, m) => z - m / 2),
    scale: constantKernel(0),
  };
}

function perChannel({ kind }: Norm): boolean {
  return kind === 'batchNorm' || kind === 'instanceNorm';
}
