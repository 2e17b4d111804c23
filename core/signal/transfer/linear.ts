import type { Op } from '../../graph/op.ts';
import { isKnown, type Shape } from '../../graph/shape.ts';
import { convWindow, paddingPair, transposedWindowSize, windowSize } from '../../graph/shapes/window.ts';
import { tapCoherence } from '../depthwise.ts';
import { channelsOf, type Field, flattenPositions, merge, positionsOf, spreadChannels } from '../field.ts';
import { type Contribution, type Gradient, mapContribution, total } from '../gradient.ts';
import {
  addKernels,
  affineKernel,
  atZero,
  diagonalKernel,
  type Kernel,
  mapKernel,
  multiplyKernels,
  normalizedKernel,
  pairSum,
  type Size,
  scaleKernel,
  subtractKernels,
  withOrigin,
} from '../kernel.ts';
import { magnitudeOf, magnitudeOfMix } from '../magnitude.ts';
import { once } from '../marginal.ts';
import { insideFactor, type Places, placesAbove, placesBelow, placesTogether } from '../places.ts';
import { meanSquare, type Segment, sharedOf, spreadOf } from '../segment.ts';
import type { Backward, Moments, Site, Transfer, WeightMoments } from '../site.ts';
import { type Spread, spreadOfMix } from '../spread.ts';
import {
  type AxisMatrix,
  type AxisWindow,
  applyAxes,
  averageGradientMatrix,
  averageMatrix,
  meetingMean,
  paddedAverageMatrix,
  strideMatrix,
  tapGradientMatrix,
  tapMatrix,
  type Windows,
} from '../window.ts';
import { overExperts } from './experts.ts';

type Dense = Extract<Op, { kind: 'dense' }>;
type Conv = Extract<Op, { kind: 'conv' }>;

/** Dense over the last axis: one tap, positions stay as they are. */
export const dense: Transfer<Dense> = {
  forward(site, [input]) {
    const map = denseMap(site, input);
    return map === null || input === undefined ? null : linearForward(site, map, input);
  },
  backward(site, [input], _output, gradient) {
    const map = denseMap(site, input);
    return map === null || input === undefined ? { inputs: [null] } : linearBackward(site, map, input, gradient);
  },
};

/** Convolution: distinct taps have independent weights (Novak et al. 2019; Xiao et al. 2018). */
export const conv: Transfer<Conv> = {
  forward(site, [input]) {
    const map = convMap(site, input);
    return map === null || input === undefined ? null : linearForward(site, map, input);
  },
  backward(site, [input], _output, gradient) {
    const map = convMap(site, input);
    return map === null || input === undefined ? { inputs: [null] } : linearBackward(site, map, input, gradient);
  },
};

/** A linear map with shared weights over positions. */
interface LinearMap {
  readonly outChannels: number | null;
  /** Input channels and output channels that one weight row and column sees, and taps: the fans. */
  readonly inPerGroup: number | null;
  readonly outPerGroup: number | null;
  readonly taps: number;
  readonly groups: number;
  readonly outputSize: Size;
  readonly channelAxis: number;
  /** `null`: every position by itself. */
  readonly axes: {
    readonly forward: Matrices;
    readonly backward: Matrices;
    readonly mean: Matrices;
    readonly meanBack: Matrices;
    /** Without the borders. */
    readonly strided: Matrices;
    readonly windows: Windows;
    readonly isTransposed: boolean;
  } | null;
  /** Over a field whose channels are elsewhere. */
  readonly relayout?: (field: Field) => Field;
}

type Matrices = readonly [y: AxisMatrix, x: AxisMatrix];

function denseMap(site: Site<Dense>, input: Field | undefined): LinearMap | null {
  if (input === undefined) return null;
  const { inFeatures, outFeatures } = site.op;
  const channels = channelsOf(input);
  const rank = site.inputShapes[0]?.length ?? (positionsOf(input) > 1 ? 3 : 2);
  // A row per token keeps its place; of a map that lies in a row, places are channels.
  const isRow = isKnown(inFeatures) && inFeatures === channels;
  const merged = rank === 2 && positionsOf(input) > 1 && !isRow;
  const inPerGroup = isKnown(inFeatures) ? inFeatures : merged ? null : channels;
  return {
    outChannels: isKnown(outFeatures) ? outFeatures : null,
    inPerGroup,
    outPerGroup: isKnown(outFeatures) ? outFeatures : null,
    taps: 1,
    groups: 1,
    outputSize: merged ? [1, 1] : input.size,
    channelAxis: rank - 1,
    axes: null,
    ...(merged ? { relayout: flattenPositions } : {}),
  };
}

const convMaps = new WeakMap<Conv, { readonly size: Size; readonly map: LinearMap | null }>();

/** Asked for in both directions and with critical weights, so it is kept. */
function convMap({ op, inputShapes }: Site<Conv>, input: Field | undefined): LinearMap | null {
  if (input === undefined) return null;
  const shape = inputShapes[0] ?? null;
  const asMap = shape === null ? null : mapOfVector(op, shape, input);
  const { size } = asMap ?? input;
  const known = convMaps.get(op);
  const isKept = known !== undefined && known.size[0] === size[0] && known.size[1] === size[1];
  const made = isKept ? known.map : makeConvMap(op, size);
  if (!isKept) convMaps.set(op, { size, map: made });
  return made === null || asMap === null ? made : { ...made, relayout: () => asMap };
}

/** A vector that was given the shape of a map (`x[:, None]`, `x.view(-1, 64, 7, 7)`), as the map that it is read as; `null` for others. */
function mapOfVector(op: Conv, shape: Shape, input: Field): Field | null {
  if (op.rank === 3 || op.layout !== 'channelsFirst' || positionsOf(input) > 1) return null;
  const [channels, y = null, x = 1] = shape.slice(1);
  if (!isKnown(channels) || !isKnown(y) || !isKnown(x) || y * x === 1) return null;
  return channelsOf(input) === channels * y * x ? spreadChannels(input, channels, [y, x]) : null;
}

function makeConvMap(op: Conv, size: Size): LinearMap | null {
  const windows = axisWindows(op, size);
  if (windows === null) return null;
  const [y, x] = windows;
  const per = (channels: Conv['inChannels']) => (isKnown(channels) ? channels / op.groups : null);
  const through = windows.every(isPointwise)
    ? null
    : op.transposed
      ? {
          forward: both(windows, tapGradientMatrix),
          backward: both(windows, tapMatrix),
          mean: both(windows, averageGradientMatrix),
          meanBack: both(windows, averageMatrix),
          strided: both(windows, strideMatrix),
          windows,
          isTransposed: op.transposed,
        }
      : {
          forward: both(windows, tapMatrix),
          backward: both(windows, tapGradientMatrix),
          mean: both(windows, averageMatrix),
          meanBack: both(windows, averageGradientMatrix),
          strided: both(windows, strideMatrix),
          windows,
          isTransposed: op.transposed,
        };
  return {
    outChannels: isKnown(op.outChannels) ? op.outChannels : null,
    inPerGroup: per(op.inChannels),
    outPerGroup: per(op.outChannels),
    taps: op.kernel.reduce((product, size) => product * size, 1),
    groups: op.groups,
    outputSize: op.transposed ? [y.input, x.input] : [y.output, x.output],
    channelAxis: op.layout === 'channelsFirst' ? 1 : op.rank + 1,
    axes: through,
  };
}

function isPointwise({ input, output, taps, stride, before }: AxisWindow): boolean {
  return taps === 1 && stride === 1 && before === 0 && input === output;
}

function both([y, x]: readonly [AxisWindow, AxisWindow], make: (window: AxisWindow) => AxisMatrix): Matrices {
  return [make(y), make(x)];
}

/**
 * The windows along the two axes kept (three spatial axes: the last two as one). Of a transposed convolution they
 * run from its output to its input.
 */
function axisWindows(op: Conv, size: Size): readonly [AxisWindow, AxisWindow] | null {
  const y = axisWindow(op, 0, size[0]);
  if (op.rank === 1)
    return y === null ? null : [y, { input: size[1], output: size[1], taps: 1, stride: 1, dilation: 1, before: 0 }];
  const x = axisWindow(op, 1, size[1]);
  if (y === null || x === null) return null;
  const depth = op.rank === 3 ? (op.kernel[2] ?? 1) : 1;
  return [y, { ...x, taps: x.taps * depth }];
}

function axisWindow(op: Conv, axis: number, size: number): AxisWindow | null {
  const window = convWindow(op, axis);
  const { kernel, stride, dilation } = window;
  const output = op.transposed ? transposedWindowSize(size, op, axis) : windowSize(size, window);
  if (!isKnown(output) || output < 1) return null;
  const [before] = paddingPair(op.transposed ? output : size, window);
  const base = { taps: kernel, stride, dilation, before };
  return op.transposed ? { ...base, input: output, output: size } : { ...base, input: size, output };
}

function fansOf(map: LinearMap) {
  const times = (channels: number | null) => (channels === null ? null : channels * map.taps);
  return { fanIn: times(map.inPerGroup), fanOut: times(map.outPerGroup) };
}

function linearForward(site: Site, map: LinearMap, field: Field): Field | null {
  const prepared = map.relayout?.(field) ?? field;
  const weight = site.weight('weight', fansOf(map), atZero(merge(prepared).total));
  const bias = site.moments('bias');
  if (weight === null || weight.forward === null || bias === null) return null;
  const { forward } = weight;
  const segments = partsOf(map, prepared).map(({ map: part, input }) =>
    linearSegment(part, input, weight, forward, bias ?? { mean: 0, second: 0 }),
  );
  return { size: map.outputSize, channelAxis: map.channelAxis, segments };
}

interface Part {
  readonly map: LinearMap;
  readonly input: Segment;
}

/** What is mixed with what: everything, or where every output sees one channel only, each segment by itself. */
function partsOf(map: LinearMap, field: Field): readonly Part[] {
  const { inPerGroup, outPerGroup } = map;
  if (inPerGroup !== 1 || outPerGroup === null || channelsOf(field) === null || field.segments.length === 1)
    return [{ map, input: merge(field) }];
  return field.segments.map((input) => ({
    map: { ...map, outChannels: (input.channels ?? 0) * outPerGroup, groups: input.channels ?? 0 },
    input,
  }));
}

function linearSegment(map: LinearMap, input: Segment, weight: WeightMoments, energy: number, bias: Moments): Segment {
  const common = commonPart(map, input, weight.mean);
  const centred = weight.gradientFactor === undefined ? null : windowMean(map, input);
  const inside = insideOf(map, input.places, undefined);
  const through = (kernel: Kernel, without: Kernel | undefined, offset = 0) =>
    affineKernel(applyWithout(map, kernel, without), 0, energy * inside, offset);
  const [total, own] = [through(input.total, centred?.total, bias.second), through(input.varying, centred?.varying)];
  const varying = common === null ? own : addKernels(own, common.varying);
  const segment = {
    channels: map.outChannels,
    mean: bias.mean + weight.mean * (fansOf(map).fanIn ?? 0) * input.mean,
    total: common === null ? total : addKernels(total, common.total),
    varying,
    coherence: (common === null ? 0 : atZero(common.total)) + bias.mean * bias.mean,
    varyingCoherence: common === null ? 0 : atZero(common.varying),
    places: placesAfter(map, input.places),
    spread: mixedSpread(map, input, weight, varying),
  };
  return { ...segment, magnitude: mixedMagnitude(map, input, weight, { ...segment, share: energy * inside }) };
}

function mixedMagnitude(
  map: LinearMap,
  input: Segment,
  weight: WeightMoments,
  above: Segment & { readonly share: number },
): Segment['magnitude'] {
  const { inPerGroup, outPerGroup, axes } = map;
  if (inPerGroup === null) return undefined;
  return once(() => {
    const made = Math.min(atZero(apply(map, input.total)) * above.share, atZero(above.total));
    return magnitudeOfMix(magnitudeOf(input), above, {
      inputs: inPerGroup,
      share: atZero(above.total) === 0 ? 0 : made / atZero(above.total),
      overTaps: (kernel) => (axes === null ? kernel : applyAxes(kernel, ...axes.mean)),
      isNormKept: weight.isOrthogonal === true && outPerGroup !== null && outPerGroup >= inPerGroup * map.taps,
    });
  });
}

/** The windows of a transposed convolution run from its output to its input. */
function placesAfter({ axes }: LinearMap, below: Places | undefined): Places | undefined {
  if (axes === null) return below;
  return axes.isTransposed ? placesBelow(below, axes.windows) : placesAbove(below, axes.windows);
}

function placesBefore({ axes }: LinearMap, above: Places | undefined): Places | undefined {
  if (axes === null) return above;
  return axes.isTransposed ? placesAbove(above, axes.windows) : placesBelow(above, axes.windows);
}

function insideOf({ axes }: LinearMap, below: Places | undefined, above: Places | undefined): number {
  if (axes === null) return placesTogether(below, above);
  return axes.isTransposed ? insideFactor(above, below, axes.windows) : insideFactor(below, above, axes.windows);
}

/** What chance the weights leave in the channels, from what varies below and above. */
function mixedSpread(map: LinearMap, input: Segment, weight: WeightMoments, above: Kernel): Spread | undefined {
  const { inPerGroup, outChannels, outPerGroup } = map;
  if (inPerGroup === null || outChannels === null || outPerGroup === null) return undefined;
  const axes = map.axes;
  const through = (matrices: Matrices | undefined) => (kernel: Kernel) =>
    matrices === undefined ? kernel : applyAxes(kernel, ...matrices);
  return spreadOfMix(spreadOf(input), normalizedKernel(input.varying), normalizedKernel(above), {
    inputs: inPerGroup,
    taps: map.taps,
    alike: outChannels > 1 ? (outPerGroup - 1) / (outChannels - 1) : 1,
    weightKurtosis: weight.kurtosis ?? 3,
    overTaps: through(axes?.mean),
    strided: through(axes?.strided),
  });
}

/** What weights of one mean sum up alike for every unit: (mean · fan)^2 times E of the squared mean over what they see. */
function commonPart(map: LinearMap, input: Segment, mean: number): { total: Kernel; varying: Kernel } | null {
  const { fanIn } = fansOf(map);
  if (mean === 0 || fanIn === null) return null;
  const part = (kernel: Kernel, coherence: number) => {
    const overTaps = map.axes === null ? kernel : applyAxes(kernel, ...map.axes.mean);
    const share = atZero(kernel) === 0 ? 0 : meanSquare(1, coherence / atZero(kernel), map.inPerGroup);
    return scaleKernel(overTaps, (mean * fanIn) ** 2 * share);
  };
  return {
    total: part(input.total, input.coherence),
    varying: part(input.varying, input.varyingCoherence),
  };
}

/**
 * Covariances of the means over what a filter sees, which weights that sum to zero take away: what channels have in common is their
 * mean, the same everywhere, and else as alike over positions as the channels are.
 */
function windowMean(map: LinearMap, input: Segment): { total: Kernel; varying: Kernel } {
  const { inPerGroup, axes } = map;
  const own = inPerGroup === null ? 0 : 1 / inPerGroup;
  const shared = sharedOf(input);
  // At finite width the mean of the channels' means is a little smaller than that of one channel.
  const square = Math.min(input.mean * input.mean, Math.max(atZero(shared), 0));
  const share = (coherence: number, kernel: Kernel) => (atZero(kernel) === 0 ? 0 : coherence / atZero(kernel));
  const alike = share(input.varyingCoherence, input.varying);
  const sharedAlike = share(Math.max(input.coherence - input.varyingCoherence - square, 0), shared);
  const overTaps = (kernel: Kernel) =>
    axes === null ? kernel : applyAxes(kernel, ...both(axes.windows, paddedAverageMatrix));
  const varying = overTaps(scaleKernel(input.varying, own + (1 - own) * alike));
  const fixed = overTaps(mapKernel(shared, (s) => own * s + (1 - own) * Math.min(square + sharedAlike * s, s)));
  return { total: addKernels(varying, fixed), varying };
}

function applyWithout(map: LinearMap, kernel: Kernel, without: Kernel | undefined): Kernel {
  const through = apply(map, kernel);
  return without === undefined ? through : subtractKernels(through, without);
}

function apply(map: LinearMap, kernel: Kernel): Kernel {
  return map.axes === null ? kernel : applyAxes(kernel, ...map.axes.forward);
}

function linearBackward(site: Site, map: LinearMap, field: Field, gradient: Gradient): Backward {
  const prepared = map.relayout?.(field) ?? field;
  const weight = site.weight('weight', fansOf(map), atZero(merge(prepared).total));
  const parts = partsOf(map, prepared);
  const above = parts.map((_, i) => total(gradient[i] ?? []));
  const routing = site.routing?.() ?? null;
  // Of the tokens, those that go to one expert.
  const seen =
    routing === null ? above : above.map((one) => overExperts(one, routing, routing.chosen, 1 / routing.experts));
  const squares = site.asksForWeights ? weightSquares(site.batch, map, parts, seen, weight?.gradientFactor) : {};
  if (weight === null || weight.backward === null) return { inputs: [null], ...squares };
  const { backward } = weight;
  const below = above.map((one, i) => {
    const energy = backward / (one.inflation ?? 1);
    const plain = inputGradient(map, weight, energy, one);
    return map.inPerGroup === 1 && map.axes !== null
      ? depthwiseGradient(plain, one, parts[i]?.input, map.axes.windows)
      : plain;
  });
  const [first] = below;
  if (parts.length > 1 || first === undefined) return { inputs: [below.map((one) => [one])], ...squares };
  return { inputs: [spread(field, prepared, first)], ...squares };
}

/** Over all parts, by their share of the weights. */
function weightSquares(
  batch: number,
  map: LinearMap,
  parts: readonly Part[],
  above: readonly Contribution[],
  factor: number | undefined,
) {
  let [within, across] = [0, 0];
  above.forEach((one, i) => {
    const part = parts[i];
    if (part === undefined) return;
    const square = weightGradient(batch, part.map, part.input, one, factor !== undefined);
    const share = shareOf(part.map, map);
    within += square.within * share;
    across += square.across * share;
  });
  const times = factor ?? 1;
  const squares = { weight: times * (within + across), weightAcross: times * across };
  return factor === undefined ? squares : { ...squares, isAcrossWeights: true };
}

function shareOf(part: LinearMap, whole: LinearMap): number {
  return part === whole ? 1 : (part.outChannels ?? 0) / (whole.outChannels ?? 1);
}

/** One channel to one channel: where a norm of single channels follows, scale and gradient hang together. */
function depthwiseGradient(
  plain: Contribution,
  above: Contribution,
  input: Segment | undefined,
  windows: Windows,
): Contribution {
  if (above.isCentred !== true) return plain;
  const bound = { ...plain, isScaleFree: true, scaleGradient: above.scaleGradient ?? 0 };
  const { beforeSlope } = above;
  if (beforeSlope === undefined || input?.marginal === undefined) return bound;
  const { total: kernel, factor } = beforeSlope;
  const taps = windows[0].taps * windows[1].taps;
  const { growth, profile } = tapCoherence({
    activation: beforeSlope,
    taps,
    gradient: atZero(above.total),
    beforeSlope: factor * atZero(kernel),
    windows: factor * meetingMean(kernel, windows),
    marginal: input.marginal(),
  });
  return { ...bound, total: withOrigin(plain.total, atZero(plain.total) * growth), profile };
}

/** The same gradient for every segment; of a flattened field only offset zero is known. */
function spread(field: Field, prepared: Field, below: Contribution): Gradient {
  if (prepared === field) return field.segments.map(() => [below]);
  return field.segments.map(({ total: like }) => [
    {
      total: diagonalKernel([like.rows, like.columns], atZero(below.total)),
      shared: diagonalKernel([like.rows, like.columns], atZero(below.shared)),
      coherence: below.coherence,
    },
  ]);
}

function inputGradient(map: LinearMap, weight: WeightMoments, energy: number, above: Contribution): Contribution {
  const inside = insideOf(map, undefined, above.places);
  const places = placesBefore(map, above.places);
  const independent = mapContribution(
    above,
    (kernel) => scaleKernel(map.axes === null ? kernel : applyAxes(kernel, ...map.axes.backward), energy * inside),
    0,
  );
  const { fanOut } = fansOf(map);
  if (weight.mean === 0 || fanOut === null) return { ...independent, places };
  const whole = atZero(above.total);
  const share = whole === 0 ? 0 : meanSquare(1, above.coherence / whole, map.outPerGroup);
  const factor = (weight.mean * fanOut) ** 2 * Math.max(share, 0);
  const common = mapContribution(
    above,
    (kernel) => scaleKernel(map.axes === null ? kernel : applyAxes(kernel, ...map.axes.meanBack), factor),
    0,
  );
  return {
    total: addKernels(independent.total, common.total),
    shared: addKernels(independent.shared, common.shared),
    coherence: atZero(common.total),
  };
}

/**
 * Second moment of one weight's gradient: sums over pairs of positions, within an input and across the batch.
 */
function weightGradient(batch: number, map: LinearMap, input: Segment, above: Contribution, isCentred: boolean) {
  const without = isCentred ? windowMean(map, input) : undefined;
  const withoutShared = without === undefined ? undefined : subtractKernels(without.total, without.varying);
  const total = applyWithout(map, input.total, without?.total);
  const shared = applyWithout(map, sharedOf(input), withoutShared);
  const within = pairSum(multiplyKernels(above.total, total), map.outputSize);
  const across = pairSum(multiplyKernels(above.shared, shared), map.outputSize);
  const inside = insideOf(map, input.places, above.places);
  const sum = { within: batch * within * inside, across: batch * (batch - 1) * across * inside };
  return sum.within + sum.across < 0 ? { within: 0, across: 0 } : sum;
}
