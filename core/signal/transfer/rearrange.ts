import type { Op } from '../../graph/op.ts';
import { type Dim, isKnown, type Shape, sizeOf } from '../../graph/shape.ts';
import { channelsOf, type Field, flattenPositions, mapSegments, merge, positionsOf } from '../field.ts';
import {
  type Contribution,
  type Gradient,
  mapContribution,
  mapGradient,
  scaleContribution,
  total,
} from '../gradient.ts';
import { atZero, constantKernel, diagonalKernel, type Kernel, type Size } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { applyAxes, tapGradientMatrix, tapMatrix } from '../window.ts';
import { axisOf, mapKernels } from './axes.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

export const flatten: Transfer<OpOf<'flatten'>> = {
  forward({ op, inputShapes }, [input]) {
    if (input === undefined) return null;
    const rank = inputShapes[0]?.length ?? input.channelAxis + 1;
    const start = op.startAxis < 0 ? op.startAxis + rank : op.startAxis;
    const end = op.endAxis < 0 ? op.endAxis + rank : op.endAxis;
    const { channelAxis } = input;
    if (channelAxis < start) return input;
    if (channelAxis > end) return { ...input, channelAxis: channelAxis - (end - start) };
    if (holdsChannelsOnly(inputShapes[0]?.slice(start, end + 1), input)) return { ...input, channelAxis: start };
    return start === end ? input : { ...flattenPositions(input), channelAxis: start };
  },
  backward: (_site, [input], output, gradient) => ({
    inputs: [input === undefined ? null : unflatten(input, output, gradient)],
  }),
};

/** Axes that channels are split over, and no positions. */
function holdsChannelsOnly(axes: Shape | undefined, input: Field): boolean {
  const size = axes === undefined ? null : sizeOf(axes);
  const channels = channelsOf(input);
  return size !== null && channels !== null && positionsOf(input) > 1 && channels % size === 0;
}

/** To a matrix: a flatten. Else only the names of the axes change. */
export const reshape: Transfer<OpOf<'reshape'>> = {
  forward({ layer, inputShapes }, [input]) {
    if (input === undefined) return null;
    const shape = layer.outputShape;
    if (shape === null) return input;
    const channels = channelsOf(input);
    if (shape.length <= 2 && (inputShapes[0]?.length ?? 0) > 2) {
      // One row per position (`x.view(-1, width)`): they lie in the batch until they are taken apart again.
      return shape.at(-1) === channels ? { ...input, channelAxis: shape.length - 1 } : flattenPositions(input);
    }
    const carried = carriedAxis(inputShapes[0] ?? null, input.channelAxis, channels, shape);
    if (carried !== null) return { ...input, channelAxis: carried };
    const last = shape.length - 1;
    const axis = shape[last] === channels ? last : shape.indexOf(channels, 1);
    if (axis > 0) return { ...input, channelAxis: axis };
    // Channels in groups of channels: the inner one of the two axes.
    const inner = shape.findIndex((dim, i) => i > 1 && productOf(shape[i - 1], dim) === channels);
    return { ...input, channelAxis: inner > 0 ? inner : last };
  },
  backward(site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const times = copiesOf(site, input, output);
    const below = unflatten(input, output, gradient);
    return { inputs: [times === 1 ? below : mapGradient(below, (one) => scaleContribution(one, times))] };
  },
};

/** How often channels are repeated (a key for several queries): the gradients of the copies, of different heads, add up. */
function copiesOf({ layer, inputShapes }: Site<OpOf<'reshape'>>, input: Field, output: Field): number {
  const [before, after] = [inputShapes[0] ?? null, layer.outputShape];
  if (before === null || after?.length !== before.length || positionsOf(input) !== positionsOf(output)) return 1;
  // Axes that are cut anew repeat nothing.
  if (positionsOf(input) === 1 || after.some((size, axis) => before[axis] !== 1 && before[axis] !== size)) return 1;
  return after.reduce<number>((times, size, axis) => (before[axis] === 1 && isKnown(size) ? times * size : times), 1);
}

/** The axis with as many elements after it, the inner one of those that the channels are split over. */
function carriedAxis(from: Shape | null, axis: number, channels: number | null, to: Shape): number | null {
  const behind = from === null ? null : sizeOf(from.slice(axis + 1));
  if (behind === null || channels === null) return null;
  for (let i = to.length - 1; i > 0; i--) {
    const size = to[i];
    if (sizeOf(to.slice(i + 1)) === behind && isKnown(size) && size > 1) return channels % size === 0 ? i : null;
  }
  return null;
}

/** Other names for the axes; of channels in groups (a channel shuffle), also another order of the channels. */
export const permute: Transfer<OpOf<'permute'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const groups = shuffledGroups(site, input);
    if (groups !== null) return { ...input, segments: shuffle(input.segments, groups).map(({ segment }) => segment) };
    const channelAxis = orderOf(site).indexOf(input.channelAxis);
    return { ...input, channelAxis: channelAxis < 0 ? input.channelAxis : channelAxis };
  },
  backward(site, [input], _output, gradient) {
    const groups = input === undefined ? null : shuffledGroups(site, input);
    if (input === undefined || groups === null) return { inputs: [gradient] };
    const below: Contribution[][] = input.segments.map(() => []);
    shuffle(input.segments, groups).forEach(({ from, share }, i) => {
      below[from]?.push(...(gradient[i] ?? []).map((one) => scaleContribution(one, share)));
    });
    return { inputs: [below] };
  },
};

/** The same elements elsewhere; that the ends meet is of no account. */
export const roll: Transfer<OpOf<'roll'>> = {
  forward: (_site, [input]) => input ?? null,
  backward: (_site, _inputs, _output, gradient) => ({ inputs: [gradient] }),
};

function orderOf({ op }: Site<OpOf<'permute'>>): readonly number[] {
  return op.order.map((axis) => (axis < 0 ? axis + op.order.length : axis));
}

/** The number of groups where the two axes that channels are split over change places. */
function shuffledGroups(site: Site<OpOf<'permute'>>, input: Field): number | null {
  const inner = input.channelAxis;
  const [shape] = site.inputShapes;
  const order = orderOf(site);
  const channels = channelsOf(input);
  const groups = shape?.[inner - 1];
  if (channels === null || !isKnown(groups) || productOf(groups, shape?.[inner]) !== channels) return null;
  return order[inner] === inner - 1 && order[inner - 1] === inner ? groups : null;
}

function productOf(a: Dim | undefined, b: Dim | undefined): number | null {
  return isKnown(a) && isKnown(b) ? a * b : null;
}

interface Piece {
  readonly segment: Segment;
  readonly from: number;
  /** Of the channels of the segment that it comes from. */
  readonly share: number;
}

/**
 * One channel of each group after the other: any stretch as long as a group holds its share of everything. As the next
 * split is into as many parts, that is what they are listed as.
 */
function shuffle(segments: readonly Segment[], groups: number): readonly Piece[] {
  const part = segments.map(
    (segment, from): Piece => ({
      segment: { ...segment, channels: segment.channels === null ? null : segment.channels / groups },
      from,
      share: 1 / groups,
    }),
  );
  return Array.from({ length: groups }, () => part).flat();
}

/** One position (or one channel) of many. */
export const select: Transfer<OpOf<'select'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const axis = axisOf(site, site.op.axis, input);
    const channelAxis = axis <= input.channelAxis ? input.channelAxis - 1 : input.channelAxis;
    const kept = selectedChannels(site, axis);
    if (kept !== null) return { ...mapSegments(input, (segment) => ({ ...segment, channels: kept })), channelAxis };
    if (axis === input.channelAxis) return { ...input, channelAxis: 1, segments: [{ ...merge(input), channels: 1 }] };
    // Of more axes than batch, places and channels it is not known what is selected.
    if (site.layout() === null && (site.inputShapes[0]?.length ?? 0) > 4) return null;
    if (site.op.index === 0 && input.lead !== undefined) return { ...input.lead, channelAxis };
    const ending = isLast(site.op.index, site.inputShapes[0]?.[axis], input);
    const one = mapSegments(input, (segment) =>
      ending && segment.last !== undefined
        ? segment.last
        : mapKernels(segment, (kernel) => constantKernel(atZero(kernel))),
    );
    return { ...one, size: [1, 1], channelAxis };
  },
  backward(site, [input], _output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const axis = axisOf(site, site.op.axis, input);
    const kept = selectedChannels(site, axis);
    const channels = channelsOf(input);
    if (kept !== null) {
      const share = channels === null ? 1 : kept / channels;
      return { inputs: [mapGradient(gradient, (one) => scaleContribution(one, share))] };
    }
    const places = axis === input.channelAxis ? (channelsOf(input) ?? 1) : positionsOf(input);
    const alone = (kernel: Kernel) => diagonalKernel(input.size, atZero(kernel) / places);
    const ending = isLast(site.op.index, site.inputShapes[0]?.[axis], input);
    return {
      inputs: [
        input.segments.map((segment, i) => {
          const below = mapContribution(total(gradient[i] ?? gradient[0] ?? []), alone, 1 / places);
          return [ending && segment.last !== undefined ? { ...below, lastOnly: true } : below];
        }),
      ],
    };
  },
};

/** How many channels are left where one part of them is taken (queries, of an axis of three); `null` where it is a position. */
function selectedChannels({ inputShapes, layout }: Site, axis: number): number | null {
  const all = layout();
  const stretches = all?.[axis];
  const size = inputShapes[0]?.[axis];
  if (all === null || stretches === undefined || !isKnown(size)) return null;
  const isOne = stretches.length > 0 && stretches.every(({ of }) => of === 'channel');
  const channels = all.flat().filter(({ of }) => of === 'channel');
  const count = channels.reduce<number | null>(
    (product, { length }) => (product === null || length === null ? null : product * length),
    1,
  );
  return isOne && channels.length > stretches.length && count !== null ? count / size : null;
}

/** A section along channels or positions. */
export const split: Transfer<OpOf<'split'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const axis = axisOf(site, site.op.axis, input);
    const length = isKnown(site.op.length) ? site.op.length : null;
    if (axis !== input.channelAxis && !isOfChannels(site, axis, input)) {
      if (site.op.start === 0 && length === 1 && input.lead !== undefined)
        return { ...input.lead, channelAxis: input.channelAxis };
      const thinning = thinningOf(site, axis, input);
      if (thinning !== null) {
        const thinned = (kernel: Kernel) => applyAxes(kernel, ...thinning.forward);
        return { ...mapSegments(input, (segment) => mapKernels(segment, thinned)), size: thinning.size };
      }
      if (site.op.step !== undefined) return null;
      const size: Size = input.size[1] === 1 ? [length ?? input.size[0], 1] : input.size;
      return { ...input, size, segments: input.segments.map(({ before: _, ...segment }) => segment) };
    }
    const parts = partsOf(site, axis, input);
    const segments = input.segments
      .map((segment, i) => ({ ...segment, channels: parts[i] ?? segment.channels }))
      .filter(({ channels }) => channels !== 0);
    return { ...input, segments };
  },
  backward(site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const axis = axisOf(site, site.op.axis, input);
    if (axis !== input.channelAxis && !isOfChannels(site, axis, input)) {
      const thinning = thinningOf(site, axis, input);
      if (thinning !== null) {
        const spread = (kernel: Kernel) => applyAxes(kernel, ...thinning.backward);
        const kept = positionsOf(output) / positionsOf(input);
        return { inputs: [mapGradient(gradient, (one) => mapContribution(one, spread, kept))] };
      }
      const share = positionsOf(output) / positionsOf(input);
      return { inputs: [mapGradient(gradient, (one) => scaleContribution(one, share))] };
    }
    const parts = partsOf(site, axis, input);
    let next = 0;
    const below = input.segments.map((segment, i): readonly Contribution[] => {
      if (parts[i] === 0) return [];
      const above = gradient[next++] ?? [];
      const share = segment.channels === null || parts[i] === null ? 1 : (parts[i] ?? 0) / segment.channels;
      return above.map((one) => scaleContribution(one, share));
    });
    return { inputs: [below] };
  },
};

/** The outer one of two axes that channels are split over: whole heads are taken. */
function isOfChannels({ layout, inputShapes }: Site<OpOf<'split'>>, axis: number, { channelAxis }: Field): boolean {
  const stretches = layout()?.[axis] ?? [];
  const isOuter = axis === channelAxis - 1 && isKnown(inputShapes[0]?.[channelAxis]);
  return isOuter && stretches.length > 0 && stretches.every(({ of }) => of === 'channel');
}

/** Every so many-th place along one direction of the map: a window of one tap that moves in steps. */
function thinningOf(site: Site<OpOf<'split'>>, axis: number, input: Field) {
  const { start, length, step } = site.op;
  const [stretch, ...others] = site.layout()?.[axis] ?? [];
  if (step === undefined || !isKnown(length) || stretch === undefined || others.length > 0) return null;
  if (stretch.of !== 'y' && stretch.of !== 'x') return null;
  const along = stretch.of === 'y' ? 0 : 1;
  if (stretch.stride !== 1 || stretch.length !== input.size[along]) return null;
  const windows = input.size.map((size, i) => {
    const isThinned = i === along;
    const output = isThinned ? length : size;
    return { input: size, output, taps: 1, stride: isThinned ? step : 1, dilation: 1, before: isThinned ? -start : 0 };
  });
  const [y, x] = windows;
  if (y === undefined || x === undefined) return null;
  const size: Size = [y.output, x.output];
  const forward = [tapMatrix(y), tapMatrix(x)] as const;
  return { size, forward, backward: [tapGradientMatrix(y), tapGradientMatrix(x)] as const };
}

function isLast(index: number, length: Dim | undefined, { size }: Field): boolean {
  return index === -1 || index === (isKnown(length) ? length : size[0] * size[1]) - 1;
}

function unflatten(input: Field, output: Field, gradient: Gradient): Gradient {
  if (positionsOf(output) === positionsOf(input)) return gradient;
  return gradient.map((contributions) => [
    mapContribution(total(contributions), (kernel) => diagonalKernel(input.size, atZero(kernel)), 1),
  ]);
}

/** Channels of each segment that a section takes; `null` where not known. Of every head, where heads are on an axis of their own. */
function partsOf(site: Site<OpOf<'split'>>, axis: number, input: Field): readonly (number | null)[] {
  const length = isKnown(site.op.length) ? site.op.length : null;
  const inner = site.inputShapes[0]?.[input.channelAxis];
  if (axis < input.channelAxis && isKnown(inner))
    return overlaps(input, site.op.start * inner, length === null ? null : length * inner);
  const [whole, channels] = [site.inputShapes[0]?.[axis], channelsOf(input)];
  const isOfHeads = isKnown(whole) && channels !== null && channels > whole && channels % whole === 0;
  if (!isOfHeads || length === null) return overlaps(input, site.op.start, length);
  return input.segments.map((segment) => ((segment.channels ?? 0) * length) / whole);
}

function overlaps(input: Field, start: number, length: number | null): readonly (number | null)[] {
  let from = 0;
  return input.segments.map(({ channels }) => {
    if (channels === null || length === null) return length;
    const begin = Math.max(start, from);
    const end = Math.min(start + length, from + channels);
    from += channels;
    return Math.max(end - begin, 0);
  });
}
