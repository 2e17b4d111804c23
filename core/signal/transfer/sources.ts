import type { Op } from '../../graph/op.ts';
import { isKnown, type Shape } from '../../graph/shape.ts';
import { type Field, merge } from '../field.ts';
import { total } from '../gradient.ts';
import { atZero, constantKernel, diagonalKernel, pairSum, type Size } from '../kernel.ts';
import { constantSegment, normalSegment, type Segment } from '../segment.ts';
import type { Moments, Site, Transfer } from '../site.ts';
import { tableSegment } from '../table.ts';
import { removed } from '../written-attention.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** Taken for a spatial size or sequence length that is not known; all that depends on it are border and averaging effects. */
const assumedLength = 32;

/** Standard-normal elements (or token ids, of which only the positions matter). */
export const input: Transfer<OpOf<'input'>> = {
  forward(site) {
    const { channels, size, channelAxis } = layoutOf(site.layer.outputShape, site);
    return { size, channelAxis, segments: [normalSegment(channels, size)] };
  },
  backward: () => ({ inputs: [] }),
};

export const constant: Transfer<OpOf<'constant'>> = {
  forward(site) {
    const { value, moments, numbers } = site.op;
    const place = placeOf(site.layer.outputShape);
    // What removes pairs of tokens from an attention is no signal.
    if (Math.min(value ?? 0, ...(numbers ?? [])) < removed) return null;
    if (value !== null) return { ...place, segments: [constantSegment(place.channels, value)] };
    const table = numbers === undefined ? null : tableOf(numbers, place);
    if (table !== null) return { ...place, segments: [table] };
    // Different numbers: how alike neighbours are is not known.
    if (moments !== undefined) return { ...place, segments: [drawnSegment(place.channels, place.size, moments)] };
    return null;
  },
  backward: () => ({ inputs: [] }),
};

/** Positions along one axis, then channels; `null` for tables of other shapes. */
function tableOf(
  numbers: readonly number[],
  { channels, size: [positions] }: ReturnType<typeof placeOf>,
): Segment | null {
  if (channels === null || positions < 2 || numbers.length !== positions * channels) return null;
  return tableSegment(numbers, positions, channels);
}

/** A parameter as a tensor: the same for every input. */
export const parameter: Transfer<OpOf<'parameter'>> = {
  forward(site) {
    const role = Object.keys(site.layer.parameters)[0];
    const moments = role === undefined ? undefined : site.moments(role);
    if (moments === null || moments === undefined) return null;
    const place = placeOf(site.layer.outputShape);
    return { ...place, segments: [drawnSegment(place.channels, place.size, moments)] };
  },
  backward: () => ({ inputs: [] }),
};

/** Random tokens: rows of the table, drawn alike for every position. Positions meet the same rows for every input. */
export const embedding: Transfer<OpOf<'embedding'>> = {
  needsNoInput: true,
  forward(site, [tokens]) {
    const moments = site.moments('weight');
    if (moments === null || moments === undefined) return null;
    const size = tokenSize(site.inputShapes[0] ?? null);
    const width = isKnown(site.op.width) ? site.op.width : null;
    const channelAxis = site.inputShapes[0]?.length ?? 2;
    if (site.readsFixed) {
      const rows = drawnSegment(width, size, moments);
      const isOneRow = tokens !== undefined && isOneToken(tokens);
      return { size, channelAxis, segments: [isOneRow ? { ...rows, total: constantKernel(moments.second) } : rows] };
    }
    if (tokens === undefined) return null;
    const variance = moments.second - moments.mean ** 2;
    // Two positions, or two inputs, meet the same row with probability 1 / vocabulary.
    const common = moments.mean ** 2 + (isKnown(site.op.vocabulary) ? variance / site.op.vocabulary : 0);
    const segment: Segment = {
      channels: width,
      mean: moments.mean,
      total: diagonalKernel(size, moments.second, common),
      varying: diagonalKernel(size, moments.second - common),
      coherence: moments.mean ** 2,
      varyingCoherence: 0,
    };
    return { size, channelAxis, segments: [segment] };
  },
  backward(site, [tokens], output, gradient) {
    const above = total(gradient[0] ?? []);
    const rows = isKnown(site.op.vocabulary) ? site.op.vocabulary : null;
    const positions = output.size[0] * output.size[1];
    // Positions are read once for all inputs, or by each input alike; tokens by chance.
    const readings = site.readsFixed ? (isBatchless(site.inputShapes[0] ?? null) ? 1 : site.batch) : site.batch;
    const together = site.readsFixed ? readings * (readings - 1) * atZero(above.shared) : 0;
    if (rows !== null && site.readsFixed && tokens !== undefined && isOneToken(tokens)) {
      const [total, shared] = [pairSum(above.total, output.size), pairSum(above.shared, output.size)];
      return { inputs: [null], weight: (readings * total + readings * (readings - 1) * shared) / rows };
    }
    const weight = rows === null ? null : (positions * (readings * atZero(above.total) + together)) / rows;
    return { inputs: [tokens === undefined ? null : tokens.segments.map(() => [])], weight };
  },
};

/** Every position reads the same row (`torch.zeros` of token types). */
function isOneToken(tokens: Field): boolean {
  const { mean, total } = merge(tokens);
  return Math.abs(atZero(total) - mean ** 2) <= 1e-9 * mean ** 2;
}

/** Elements of a parameter by index (a table of relative positions): which ones does not matter to their moments. */
export function gathered(site: Site, from: Field): Field {
  const { mean, total } = merge(from);
  const place = placeOf(site.layer.outputShape);
  return { ...place, segments: [drawnSegment(place.channels, place.size, { mean, second: atZero(total) })] };
}

function drawnSegment(channels: number | null, size: Size, { mean, second }: Moments): Segment {
  return {
    channels,
    mean,
    total: diagonalKernel(size, second, mean * mean),
    varying: constantKernel(0),
    coherence: mean * mean,
    varyingCoherence: 0,
  };
}

function tokenSize(shape: Shape | null): Size {
  const indices = shape ?? [null, null];
  const own = isBatchless(indices) && indices[0] !== 1 ? indices : indices.slice(1);
  const lengths = own.map((dim) => (isKnown(dim) ? dim : assumedLength));
  return [lengths.reduce((product, length) => product * length, 1), 1];
}

/** Indices that no input has its own of: a single list, or one for a batch of 1. */
function isBatchless(shape: Shape | null): boolean {
  return shape !== null && (shape.length === 1 || shape[0] === 1);
}

/** Of a tensor whose first axis is the batch (or 1) and whose last one are the channels. */
function placeOf(shape: Shape | null): { channels: number | null; size: Size; channelAxis: number } {
  if (shape === null || shape.length === 0) return { channels: 1, size: [1, 1], channelAxis: 0 };
  const last = shape[shape.length - 1];
  const from = shape.length === 2 && isKnown(shape[0]) ? 0 : 1;
  const between = shape.slice(from, -1).map((dim) => (isKnown(dim) ? dim : assumedLength));
  const positions = between.reduce((product, length) => product * length, 1);
  return { channels: isKnown(last) ? last : null, size: [positions, 1], channelAxis: shape.length - 1 };
}

/** The layout that the first reader expects. */
function layoutOf(shape: Shape | null, site: Site): { channels: number | null; size: Size; channelAxis: number } {
  const { spatialAxes, channels, channelsFirst } = site.expectedInput;
  const rank = shape?.length ?? spatialAxes + 2;
  if (rank <= 2) {
    const width = shape?.[rank - 1];
    return { channels: isKnown(width) ? width : channels, size: [1, 1], channelAxis: Math.max(rank - 1, 0) };
  }
  const channelAxis = channelsFirst ? Math.max(rank - spatialAxes - 1, 0) : rank - 1;
  const own = shape?.[channelAxis];
  const lengths = Array.from({ length: rank }, (_, axis) => shape?.[axis])
    .filter((_, axis) => axis !== channelAxis && axis > 0)
    .map((dim) => (isKnown(dim) ? dim : assumedLength));
  const [height = 1, ...rest] = lengths;
  return {
    channels: isKnown(own) ? own : channels,
    size: [height, rest.reduce((product, length) => product * length, 1)],
    channelAxis,
  };
}
