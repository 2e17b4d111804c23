import { at, type Kernel, kernelOf, pairCounts, type Size } from './kernel.ts';

/** A sliding window along one axis. */
export interface AxisWindow {
  readonly input: number;
  readonly output: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** How kernels pass a window along one axis: `out[D] = sum over d of matrix[D][d] in[d]`. */
export type AxisMatrix = readonly Float64Array[];

/** Windows along both axes. */
export type Windows = readonly [AxisWindow, AxisWindow];

export function outputSize(windows: Windows): Size {
  return [windows[0].output, windows[1].output];
}

export function inputSize(windows: Windows): Size {
  return [windows[0].input, windows[1].input];
}

/** Applies one matrix per axis; both are linear and independent of each other. */
export function applyAxes(kernel: Kernel, size: Size, y: AxisMatrix, x: AxisMatrix): Kernel {
  return kernelOf(size, (dy, dx) => {
    let sum = 0;
    const rowY = y[dy] ?? [];
    const rowX = x[dx] ?? [];
    for (let i = 0; i < rowY.length; i++) {
      const wy = rowY[i] ?? 0;
      if (wy === 0) continue;
      for (let j = 0; j < rowX.length; j++) {
        const wx = rowX[j] ?? 0;
        if (wx !== 0) sum += wy * wx * at(kernel, i, j);
      }
    }
    return sum;
  });
}

/**
 * Taps with independent weights: only pairs of the same tap count, so `out[D]` needs `in[stride · D]` only, times the share of
 * (position pair, tap) with both ends inside the padding.
 */
export function tapMatrix(window: AxisWindow): AxisMatrix {
  const outputs = offsetsOf(window.output);
  const inputs = offsetsOf(window.input);
  return Array.from({ length: outputs }, (_, offset) => {
    const row = new Float64Array(inputs);
    row[Math.min(window.stride * offset, inputs - 1)] = insideShare(window, offset);
    return row;
  });
}

/** `out[D] = in[stride · D]`. */
export function strideMatrix(window: AxisWindow): AxisMatrix {
  const inputs = offsetsOf(window.input);
  return Array.from({ length: offsetsOf(window.output) }, (_, offset) => {
    const row = new Float64Array(inputs);
    row[Math.min(window.stride * offset, inputs - 1)] = 1;
    return row;
  });
}

/**
 * Backward of `tapMatrix`, for one tap: what pairs of outputs hand to pairs of inputs, divided by the number of input pairs at
 * that offset.
 */
export function tapGradientMatrix(window: AxisWindow): AxisMatrix {
  const outputPairs = pairCounts(window.output);
  const inputPairs = pairCounts(window.input);
  const rows = Array.from(inputPairs, () => new Float64Array(outputPairs.length));
  outputPairs.forEach((pairs, offset) => {
    const target = Math.min(window.stride * offset, inputPairs.length - 1);
    const row = rows[target];
    if (row === undefined) return;
    row[offset] = (insideShare(window, offset) * pairs) / (inputPairs[target] ?? 1);
  });
  return rows;
}

/** All taps with one weight 1/taps: every pair of taps counts (average pooling). */
export function averageMatrix(window: AxisWindow): AxisMatrix {
  const inputs = offsetsOf(window.input);
  return Array.from({ length: offsetsOf(window.output) }, (_, offset) => {
    const row = new Float64Array(inputs);
    forTapPairs(window, offset, (distance) => {
      const d = Math.min(distance, inputs - 1);
      row[d] = (row[d] ?? 0) + 1 / window.taps ** 2;
    });
    return row;
  });
}

export function averageGradientMatrix(window: AxisWindow): AxisMatrix {
  const outputPairs = pairCounts(window.output);
  const inputPairs = pairCounts(window.input);
  const rows = Array.from(inputPairs, () => new Float64Array(outputPairs.length));
  outputPairs.forEach((pairs, offset) => {
    forTapPairs(window, offset, (distance) => {
      const target = Math.min(distance, inputPairs.length - 1);
      const row = rows[target];
      if (row !== undefined) row[offset] = (row[offset] ?? 0) + pairs / window.taps ** 2 / (inputPairs[target] ?? 1);
    });
  });
  return rows;
}

/** Cells that two windows at this offset share. */
export function sharedTaps(window: AxisWindow, offset: number): number {
  return Math.max(window.taps - window.stride * offset, 0);
}

/** Sum of a kernel over pairs of windows, each times the cells they share, over the square of the taps. */
export function meetingMean(kernel: Kernel, [y, x]: Windows): number {
  let sum = 0;
  for (let dy = 0; sharedTaps(y, dy) > 0; dy++) {
    for (let dx = 0; sharedTaps(x, dx) > 0; dx++) {
      const copies = (dy === 0 ? 1 : 2) * (dx === 0 ? 1 : 2);
      sum += copies * sharedTaps(y, dy) * sharedTaps(x, dx) * at(kernel, dy, dx);
    }
  }
  return sum / (y.taps * x.taps) ** 2;
}

/** Share of (pair of output positions at this offset, tap) where both ends read the input and not its padding. */
function insideShare(window: AxisWindow, offset: number): number {
  const pairs = window.output - offset;
  if (pairs <= 0) return 0;
  let inside = 0;
  for (let tap = 0; tap < window.taps; tap++) {
    const shift = window.before - tap * window.dilation;
    const first = Math.max(Math.ceil(shift / window.stride), 0);
    const last = Math.min(Math.floor((window.input - 1 + shift) / window.stride), window.output - 1);
    inside += Math.max(last - offset - first + 1, 0);
  }
  return inside / (pairs * window.taps);
}

function forTapPairs(window: AxisWindow, offset: number, visit: (distance: number) => void): void {
  for (let t = 0; t < window.taps; t++)
    for (let u = 0; u < window.taps; u++) visit(Math.abs(window.stride * offset + (t - u) * window.dilation));
}

function offsetsOf(size: number): number {
  return pairCounts(size).length;
}
