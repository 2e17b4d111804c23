import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { channelsOf, type Field, merge } from '../field.ts';
import { mapGradient, scaleContribution } from '../gradient.ts';
import { atZero, mapKernel } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { logSumExp, softmaxSquares } from '../softmax-sums.ts';
import { axisOf } from './axes.ts';

type Softmax = Extract<Op, { kind: 'softmax' }>;

/** Softmax over channels, inside the network; at its end it belongs to the loss. */
export const softmax: Transfer<Softmax> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const { op } = site;
    const count = channelsOf(input);
    if (count === null || !isOverChannels(site, input, count)) return null;
    const segment = merge(input);
    return { ...input, segments: [op.log ? logarithms(segment, count) : shares(segment, count)] };
  },
  backward({ op }, [input], _output, gradient) {
    const count = input === undefined ? null : channelsOf(input);
    if (input === undefined || count === null) return { inputs: [null] };
    const factor = op.log ? 1 - 1 / count : softmaxSquares(count, spreadOf(merge(input))) / count;
    const below = mapGradient(gradient, (one) => scaleContribution(one, factor));
    return { inputs: [input.segments.map((_, i) => below[i] ?? below[0] ?? [])] };
  },
};

/** All channels, and nothing else: of some of them, or of places, the shares are others. */
function isOverChannels(site: Site<Softmax>, input: Field, count: number): boolean {
  const axis = axisOf(site, site.op.axis, input);
  const size = site.inputShapes[0]?.[axis];
  return axis === input.channelAxis && (!isKnown(size) || size === count);
}

/** Variance of one input's scores around their mean over channels. */
function spreadOf(segment: Segment): number {
  return Math.max(atZero(segment.total) - segment.coherence, 0);
}

function shares(segment: Segment, count: number): Segment {
  const spread = spreadOf(segment);
  const squares = softmaxSquares(count, spread);
  const even = 1 / (count * count);
  const excess = squares / count - even;
  const part = (covariance: number) => (spread === 0 ? 0 : (excess * covariance) / spread);
  return {
    channels: count,
    mean: 1 / count,
    total: mapKernel(segment.total, (k) => even + part(k - segment.coherence)),
    varying: mapKernel(segment.varying, (v) => Math.max(part(v - segment.varyingCoherence), 0)),
    coherence: count === 1 ? even : (1 - squares) / (count * (count - 1)),
    varyingCoherence: 0,
  };
}

function logarithms(segment: Segment, count: number): Segment {
  const shift = logSumExp(count, spreadOf(segment));
  return {
    channels: count,
    mean: -shift,
    total: mapKernel(segment.total, (k) => k - segment.coherence + shift * shift),
    varying: mapKernel(segment.varying, (v) => v - segment.varyingCoherence),
    coherence: shift * shift,
    varyingCoherence: 0,
  };
}
