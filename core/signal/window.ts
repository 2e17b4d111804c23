import { at, type Kernel, pairCounts, type Size, zeroEntries } from './kernel.ts';

/** A sliding window along one axis. */
export interface AxisWindow {
  readonly input: number;
  readonly output: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/**
 * How kernels pass a window along one axis: `out[D] = sum over d of matrix[D][d] in[d]`. Row D has its entries at `starts[D]` to
 * `starts[D + 1]`; most have one.
 */
export interface AxisMatrix {
  readonly inputs: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Windows along both axes. */
export type Windows = readonly [AxisWindow, AxisWindow];

export function outputSize(windows: Windows): Size {
  return [windows[0].output, windows[1].output];
}

export function inputSize(windows: Windows): Size {
  return [windows[0].input, windows[1].input];
}

/** Applies one matrix per axis; both are linear and independent of each other. */
export function applyAxes(kernel: Kernel, y: AxisMatrix, x: AxisMatrix): Kernel {
  const rows = y.starts.length - 1;
  const columns = x.starts.length - 1;
  const across = zeroEntries(y.inputs * columns);
  for (let i = 0; i < y.inputs; i++) {
    const start = Math.min(i, kernel.rows - 1) * kernel.columns;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const end = x.starts[column + 1] ?? 0;
      for (let k = x.starts[column] ?? 0; k < end; k++) {
        const j = Math.min(x.indices[k] ?? 0, kernel.columns - 1);
        sum += (x.weights[k] ?? 0) * (kernel.data[start + j] ?? 0);
      }
      across[i * columns + column] = sum;
    }
  }
  const data = zeroEntries(rows * columns);
  for (let row = 0; row < rows; row++) {
    const end = y.starts[row + 1] ?? 0;
    for (let k = y.starts[row] ?? 0; k < end; k++) {
      const weight = y.weights[k] ?? 0;
      const start = (y.indices[k] ?? 0) * columns;
      for (let column = 0; column < columns; column++) {
        data[row * columns + column] = (data[row * columns + column] ?? 0) + weight * (across[start + column] ?? 0);
      }
    }
  }
  return { rows, columns, data };
}

/** From its rows, all of one length. */
export function axisMatrix(rows: readonly Float64Array[]): AxisMatrix {
  const starts = new Int32Array(rows.length + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  rows.forEach((row, index) => {
    row.forEach((weight, i) => {
      if (weight === 0) return;
      indices.push(i);
      weights.push(weight);
    });
    starts[index + 1] = indices.length;
  });
  return {
    inputs: rows[0]?.length ?? 0,
    starts,
    indices: Int32Array.from(indices),
    weights: Float64Array.from(weights),
  };
}

/** Layers of one network share few windows. */
function perWindow<T>(make: (window: AxisWindow) => T): (window: AxisWindow) => T {
  const made = new Map<string, T>();
  return (window) => {
    const { input, output, taps, stride, dilation, before } = window;
    const key = `${input} ${output} ${taps} ${stride} ${dilation} ${before}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    if (made.size >= 512) made.clear();
    const value = make(window);
    made.set(key, value);
    return value;
  };
}

/**
 * Taps with independent weights: only pairs of the same tap count, so `out[D]` needs `in[stride · D]` only, times the share of
 * (position pair, tap) with both ends inside the padding.
 */
export const tapMatrix = perWindow((window): AxisMatrix => {
  const outputs = offsetsOf(window.output);
  const inputs = offsetsOf(window.input);
  return axisMatrix(
    Array.from({ length: outputs }, (_, offset) => {
      const row = new Float64Array(inputs);
      row[Math.min(window.stride * offset, inputs - 1)] = insideShare(window, offset);
      return row;
    }),
  );
});

/** `out[D] = in[stride · D]`. */
export const strideMatrix = perWindow((window): AxisMatrix => {
  const inputs = offsetsOf(window.input);
  return axisMatrix(
    Array.from({ length: offsetsOf(window.output) }, (_, offset) => {
      const row = new Float64Array(inputs);
      row[Math.min(window.stride * offset, inputs - 1)] = 1;
      return row;
    }),
  );
});

/**
 * Backward of `tapMatrix`, for one tap: what pairs of outputs hand to pairs of inputs, divided by the number of input pairs at
 * that offset.
 */
export const tapGradientMatrix = perWindow((window): AxisMatrix => {
  const outputPairs = pairCounts(window.output);
  const inputPairs = pairCounts(window.input);
  const rows = Array.from(inputPairs, () => new Float64Array(outputPairs.length));
  outputPairs.forEach((pairs, offset) => {
    const target = Math.min(window.stride * offset, inputPairs.length - 1);
    const row = rows[target];
    if (row === undefined) return;
    row[offset] = (insideShare(window, offset) * pairs) / (inputPairs[target] ?? 1);
  });
  return axisMatrix(rows);
});

/** All taps with one weight 1/taps: every pair of taps counts (average pooling). */
export const averageMatrix = perWindow((window): AxisMatrix => {
  const inputs = offsetsOf(window.input);
  return axisMatrix(
    Array.from({ length: offsetsOf(window.output) }, (_, offset) => {
      const row = new Float64Array(inputs);
      forTapDistances(window, offset, (distance, pairs) => {
        const d = Math.min(distance, inputs - 1);
        row[d] = (row[d] ?? 0) + pairs / window.taps ** 2;
      });
      return row;
    }),
  );
});

/** As `averageMatrix`, of windows in which what is padding is zero. */
export const paddedAverageMatrix = perWindow((window): AxisMatrix => {
  const inputs = offsetsOf(window.input);
  return axisMatrix(
    Array.from({ length: offsetsOf(window.output) }, (_, offset) => {
      const row = new Float64Array(inputs);
      for (let k = 1 - window.taps; k < window.taps; k++) {
        const d = Math.min(Math.abs(window.stride * offset + k * window.dilation), inputs - 1);
        row[d] = (row[d] ?? 0) + insideShare(window, offset, k) / window.taps;
      }
      return row;
    }),
  );
});

export const averageGradientMatrix = perWindow((window): AxisMatrix => {
  const outputPairs = pairCounts(window.output);
  const inputPairs = pairCounts(window.input);
  const rows = Array.from(inputPairs, () => new Float64Array(outputPairs.length));
  outputPairs.forEach((pairs, offset) => {
    forTapDistances(window, offset, (distance, tapPairs) => {
      const target = Math.min(distance, inputPairs.length - 1);
      const row = rows[target];
      const share = tapPairs / window.taps ** 2;
      if (row !== undefined) row[offset] = (row[offset] ?? 0) + (share * pairs) / (inputPairs[target] ?? 1);
    });
  });
  return axisMatrix(rows);
});

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

/**
 * Share of (pair of output positions at this offset, tap) where both ends read the input and not its padding, the second one
 * so many taps further on.
 */
function insideShare(window: AxisWindow, offset: number, further = 0): number {
  const pairs = window.output - offset;
  if (pairs <= 0) return 0;
  let inside = 0;
  for (let tap = 0; tap < window.taps; tap++) {
    const other = tap + further;
    if (other < 0 || other >= window.taps) continue;
    const [first, last] = outputsInside(window, tap);
    const [otherFirst, otherLast] = outputsInside(window, other);
    inside += Math.max(Math.min(last, otherLast - offset) - Math.max(first, otherFirst - offset) + 1, 0);
  }
  return inside / (pairs * window.taps);
}

/** The outputs of which a tap reads the input. */
function outputsInside(window: AxisWindow, tap: number): readonly [first: number, last: number] {
  const shift = window.before - tap * window.dilation;
  const first = Math.max(Math.ceil(shift / window.stride), 0);
  return [first, Math.min(Math.floor((window.input - 1 + shift) / window.stride), window.output - 1)];
}

/** How far the cells of two windows at this offset lie apart, and how many pairs of cells lie so. */
function forTapDistances(window: AxisWindow, offset: number, visit: (distance: number, pairs: number) => void): void {
  for (let k = 1 - window.taps; k < window.taps; k++)
    visit(Math.abs(window.stride * offset + k * window.dilation), window.taps - Math.abs(k));
}

function offsetsOf(size: number): number {
  return pairCounts(size).length;
}
