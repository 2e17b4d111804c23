import type { Layout, Op, PoolOp } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { paddingPair, poolWindow, windowSize } from '../../graph/shapes/window.ts';
import { type Field, mapSegments } from '../field.ts';
import { type Gradient, isScaleFree, mapContribution, mapGradient, scaleGradientOf, total } from '../gradient.ts';
import { at, atZero, type Kernel, kernelOf, type Size, withOrigin } from '../kernel.ts';
import { magnitudeOf, magnitudeOfMeans } from '../magnitude.ts';
import { once } from '../marginal.ts';
import { maximumCovariance, maximumMoments } from '../order-statistics.ts';
import { placesPooled, placesShared } from '../places.ts';
import type { Segment } from '../segment.ts';
import type { Transfer } from '../site.ts';
import {
  type AxisWindow,
  applyAxes,
  averageGradientMatrix,
  averageMatrix,
  inputSize,
  outputSize,
  sharedTaps,
  type Windows,
} from '../window.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

export const averagePool: Transfer<OpOf<'averagePool'>> = poolBy<OpOf<'averagePool'>>(
  poolWindows,
  averaged,
  averageBack,
);
export const maxPool: Transfer<OpOf<'maxPool'>> = poolBy<OpOf<'maxPool'>>(poolWindows, maximum, maximumBack);
export const adaptiveAveragePool: Transfer<OpOf<'adaptiveAveragePool'>> = poolBy<OpOf<'adaptiveAveragePool'>>(
  adaptiveWindows,
  averaged,
  averageBack,
);
export const adaptiveMaxPool: Transfer<OpOf<'adaptiveMaxPool'>> = poolBy<OpOf<'adaptiveMaxPool'>>(
  adaptiveWindows,
  maximum,
  maximumBack,
);

type WindowsOf<O> = (op: O, size: Size) => Windows | null;

function poolBy<O extends Op & { layout: Layout }>(
  windowsOf: WindowsOf<O>,
  forward: (segment: Segment, windows: Windows) => Segment,
  backward: (gradient: Gradient, input: Field, windows: Windows) => Gradient,
): Transfer<O> {
  return {
    forward({ op }, [input]) {
      const windows = input === undefined ? null : windowsOf(op, input.size);
      if (input === undefined || windows === null) return null;
      return { ...mapSegments(input, (segment) => forward(segment, windows)), size: outputSize(windows) };
    },
    backward({ op }, [input], _output, gradient) {
      const windows = input === undefined ? null : windowsOf(op, input.size);
      return { inputs: [input === undefined || windows === null ? null : backward(gradient, input, windows)] };
    },
  };
}

function poolWindows(op: PoolOp, size: Size): Windows | null {
  const axis = (index: 0 | 1): AxisWindow | null => {
    if (index >= op.rank) return identityWindow(size[index]);
    const window = poolWindow(op, index);
    const output = windowSize(size[index], window);
    if (!isKnown(output) || output < 1) return null;
    const [before] = paddingPair(size[index], window);
    return { input: size[index], output, taps: window.kernel, stride: window.stride, dilation: 1, before };
  };
  const [y, x] = [axis(0), axis(1)];
  return y === null || x === null ? null : [y, x];
}

/** Windows of nearly equal length that cover the input. */
function adaptiveWindows(op: { output: readonly number[] }, size: Size): Windows | null {
  const axis = (input: number, output: number | undefined): AxisWindow => {
    if (output === undefined) return identityWindow(input);
    const taps = Math.ceil(input / output);
    return { input, output, taps, stride: Math.max(Math.floor(input / output), 1), dilation: 1, before: 0 };
  };
  const [first, second] = op.output;
  // A map whose places follow each other along one axis (tokens): all of it, or in an order that is not known.
  const isRow = op.output.length === 1 && size[1] > 1;
  if (isRow && first !== 1) return null;
  return [axis(size[0], first), axis(size[1], isRow ? 1 : second)];
}

function identityWindow(size: number): AxisWindow {
  return { input: size, output: size, taps: 1, stride: 1, dilation: 1, before: 0 };
}

function averaged(segment: Segment, windows: Windows): Segment {
  const average = (kernel: Kernel) => averageOver(kernel, windows);
  const [all, varying] = [average(segment.total), average(segment.varying)];
  const ratio = (after: Kernel, before: Kernel) => (atZero(before) === 0 ? 0 : atZero(after) / atZero(before));
  const means = {
    channels: segment.channels,
    mean: segment.mean,
    total: all,
    varying,
    coherence: segment.coherence * ratio(all, segment.total),
    varyingCoherence: segment.varyingCoherence * ratio(varying, segment.varying),
    places: placesPooled(segment.places, windows),
  };
  return { ...means, magnitude: pooledMagnitude(segment, means, average) };
}

function pooledMagnitude(segment: Segment, pooled: Segment, average: (kernel: Kernel) => Kernel): Segment['magnitude'] {
  return segment.magnitude && once(() => magnitudeOfMeans(magnitudeOf(segment), pooled, average));
}

function averageBack(gradient: Gradient, _input: Field, windows: Windows): Gradient {
  const [y, x] = [averageGradientMatrix(windows[0]), averageGradientMatrix(windows[1])];
  const share = 1 / (windows[0].taps * windows[1].taps) ** 2;
  return mapGradient(gradient, (one) => ({
    ...mapContribution(one, (kernel) => applyAxes(kernel, y, x), share),
    places: placesShared(one.places, windows),
  }));
}

/** The maximum of a function that never falls is the function of the maximum: pooled before it, then applied. */
function maximum(segment: Segment, windows: Windows): Segment {
  const { before } = segment;
  if (before === undefined) return gaussianMaximum(segment, windows);
  const pooled = gaussianMaximum(before.segment, windows);
  return { ...before.apply(pooled).segment, before: { segment: pooled, apply: before.apply } };
}

/** The cells of windows, as if they had one part in common and the rest independent. */
interface Cells {
  /** Mean covariance of a cell of one window and another cell of the other, by the windows' offset. */
  readonly total: Kernel;
  readonly varying: Kernel;
  /** Variance of a cell's own part, and its correlation between two inputs: zeros around a map make places unlike for all of them. */
  readonly own: number;
  readonly alike: number;
}

function cellsOf(segment: Segment, windows: Windows): Cells {
  const pairs = cellCount(windows) ** 2;
  const different = (kernel: Kernel) => {
    const average = averageOver(kernel, windows);
    return kernelOf(outputSize(windows), (dy, dx) => {
      const common = sharedCells(windows, dy, dx);
      return common >= pairs ? 0 : (pairs * at(average, dy, dx) - common * atZero(kernel)) / (pairs - common);
    });
  };
  const [total, varying] = [different(segment.total), different(segment.varying)];
  const own = Math.max(atZero(segment.total) - atZero(total), 0);
  const ownVarying = Math.min(Math.max(atZero(segment.varying) - atZero(varying), 0), own);
  return { total, varying, own, alike: own === 0 ? 1 : 1 - ownVarying / own };
}

function cellCount(windows: Windows): number {
  return windows[0].taps * windows[1].taps;
}

/** By two windows at this offset. */
function sharedCells(windows: Windows, dy: number, dx: number): number {
  return Math.min(sharedTaps(windows[0], dy) * sharedTaps(windows[1], dx), cellCount(windows));
}

function averageOver(kernel: Kernel, windows: Windows): Kernel {
  return applyAxes(kernel, averageMatrix(windows[0]), averageMatrix(windows[1]));
}

/** Maximum over windows of a Gaussian field. */
function gaussianMaximum(segment: Segment, windows: Windows): Segment {
  const cells = cellCount(windows);
  const size = outputSize(windows);
  if (cells === 1) return segment;
  const { total, varying, own, alike } = cellsOf(segment, windows);
  const moments = maximumMoments(cells);
  const std = Math.sqrt(own);
  const lift = 2 * segment.mean * std * moments.mean + own * moments.mean ** 2;
  const covariance = (dy: number, dx: number, correlation: number) =>
    own * maximumCovariance(cells, sharedCells(windows, dy, dx), correlation).value;
  const mean = segment.mean + std * moments.mean;
  const maxima = {
    channels: segment.channels,
    mean,
    total: kernelOf(size, (dy, dx) => at(total, dy, dx) + lift + covariance(dy, dx, 1)),
    varying: kernelOf(size, (dy, dx) => at(varying, dy, dx) + covariance(dy, dx, 1) - covariance(dy, dx, alike)),
    coherence: segment.coherence - segment.mean ** 2 + mean ** 2,
    varyingCoherence: segment.varyingCoherence,
    places: placesPooled(segment.places, windows),
  };
  return { ...maxima, magnitude: pooledMagnitude(segment, maxima, (kernel) => averageOver(kernel, windows)) };
}

/** The gradient goes to the cell that was largest. */
function maximumBack(gradient: Gradient, input: Field, windows: Windows): Gradient {
  const cells = cellCount(windows);
  const [inputs, outputs] = [inputSize(windows), outputSize(windows)];
  const [y, x] = [averageGradientMatrix(windows[0]), averageGradientMatrix(windows[1])];
  const perCell = (outputs[0] * outputs[1]) / (inputs[0] * inputs[1]);
  /** Two windows choose the same cell, or any two of theirs. */
  const spread = (kernel: Kernel, alike: number): Kernel => {
    let meeting = 0;
    const apart = kernelOf(outputs, (dy, dx) => {
      const common = sharedCells(windows, dy, dx);
      const same = maximumCovariance(cells, common, alike).slope;
      meeting += (dy === 0 ? 1 : 2) * (dx === 0 ? 1 : 2) * at(kernel, dy, dx) * same;
      return at(kernel, dy, dx) * (cells === 1 ? 1 : (1 - same) / (1 - common / cells ** 2));
    });
    return withOrigin(applyAxes(apart, y, x), perCell * meeting);
  };
  return gradient.map((contributions, i) => {
    const above = total(contributions);
    const segment = input.segments[i];
    const before = segment?.before;
    const chosen = before?.segment ?? segment;
    const alike = chosen === undefined ? 0 : cellsOf(chosen, windows).alike;
    const pooled = before && gaussianMaximum(before.segment, windows);
    const keep = before &&
      pooled && {
        slope: before.apply(pooled).slopeSecondMoment,
        mean: pooled.mean,
        second: atZero(pooled.total),
        alike,
      };
    return [
      {
        total: spread(above.total, 1),
        shared: spread(above.shared, alike),
        coherence: above.coherence * perCell * (1 / cells),
        places: placesShared(above.places, windows),
        ...(keep === undefined ? {} : { keep }),
        ...(isScaleFree(contributions) ? { isScaleFree: true, ...scaleGradientOf(contributions) } : {}),
      },
    ];
  });
}
