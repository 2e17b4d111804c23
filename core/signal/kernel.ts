/**
 * A covariance as a function of the offset between two positions, by quadrant: entry (dy, dx) with dy, dx >= 0. The last
 * row and column stand for all larger offsets. A kernel of one entry is the same at every offset.
 */
export interface Kernel {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Offsets kept per axis. */
const maxOffsets = 8;

export type Size = readonly [height: number, width: number];

/** A kernel for a field of this size, by a function of the offset. */
export function kernelOf(size: Size, value: (dy: number, dx: number) => number): Kernel {
  const rows = Math.min(size[0], maxOffsets);
  const columns = Math.min(size[1], maxOffsets);
  const data = zeroEntries(rows * columns);
  for (let dy = 0; dy < rows; dy++) for (let dx = 0; dx < columns; dx++) data[dy * columns + dx] = value(dy, dx);
  return { rows, columns, data };
}

const chunkLength = 16_384;
let chunk = new Float64Array(0);
let taken = 0;

/**
 * Entries for a new kernel. Cut from larger arrays: what V8 has to keep outside of its own heap (all above 64 bytes) takes
 * it several times as long, and longer still to free. Not for what outlives a propagation: the larger array would stay with it.
 */
export function zeroEntries(count: number): Float64Array {
  if (taken + count > chunk.length) {
    chunk = new Float64Array(Math.max(chunkLength, count));
    taken = 0;
  }
  taken += count;
  return chunk.subarray(taken - count, taken);
}

/** The same value at every offset. */
export function constantKernel(value: number): Kernel {
  const data = zeroEntries(1);
  data[0] = value;
  return { rows: 1, columns: 1, data };
}

/** `value` at offset zero, `elsewhere` at all others. */
export function diagonalKernel(size: Size, value: number, elsewhere = 0): Kernel {
  const rows = Math.min(size[0], maxOffsets);
  const columns = Math.min(size[1], maxOffsets);
  const data = zeroEntries(rows * columns).fill(elsewhere);
  data[0] = value;
  return { rows, columns, data };
}

/** The value at offset zero. */
export function atZero(kernel: Kernel): number {
  return kernel.data[0] ?? 0;
}

/** The same kernel with another value at offset zero. */
export function withOrigin({ rows, columns, data }: Kernel, value: number): Kernel {
  const copy = zeroEntries(data.length);
  copy.set(data);
  copy[0] = value;
  return { rows, columns, data: copy };
}

export function isFiniteKernel({ data }: Kernel): boolean {
  // Neither NaN nor infinity gets lost in a sum of absolute values.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i] ?? 0);
  return Number.isFinite(sum);
}

/** The kernel on this quadrant of offsets; its own last row and column go on. */
function expandKernel(kernel: Kernel, rows: number, columns: number): Kernel {
  if (kernel.rows === rows && kernel.columns === columns) return kernel;
  const data = zeroEntries(rows * columns);
  for (let i = 0, dy = 0; dy < rows; dy++) for (let dx = 0; dx < columns; dx++, i++) data[i] = at(kernel, dy, dx);
  return { rows, columns, data };
}

export function at(kernel: Kernel, dy: number, dx: number): number {
  const y = Math.min(dy, kernel.rows - 1);
  const x = Math.min(dx, kernel.columns - 1);
  return kernel.data[y * kernel.columns + x] ?? 0;
}

export function mapKernel({ rows, columns, data }: Kernel, f: (value: number) => number): Kernel {
  // Plain loops here and below: a typed array's own `map` takes ten times as long.
  const mapped = zeroEntries(data.length);
  for (let i = 0; i < data.length; i++) mapped[i] = f(data[i] ?? 0);
  return { rows, columns, data: mapped };
}

/** Entry by entry; the smaller kernel's last row and column go on. */
export function combine(a: Kernel, b: Kernel, f: (a: number, b: number) => number): Kernel {
  if (a.rows === b.rows && a.columns === b.columns) {
    const data = zeroEntries(a.data.length);
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i] ?? 0, b.data[i] ?? 0);
    return { rows: a.rows, columns: a.columns, data };
  }
  const size: Size = [Math.max(a.rows, b.rows), Math.max(a.columns, b.columns)];
  return kernelOf(size, (dy, dx) => f(at(a, dy, dx), at(b, dy, dx)));
}

// The most frequent ones again without a function per entry: twice as fast.

export function scaleKernel({ rows, columns, data }: Kernel, factor: number): Kernel {
  const scaled = zeroEntries(data.length);
  for (let i = 0; i < data.length; i++) scaled[i] = (data[i] ?? 0) * factor;
  return { rows, columns, data: scaled };
}

/** `factor · (kernel - shift) + offset`. */
export function affineKernel({ rows, columns, data }: Kernel, shift: number, factor: number, offset = 0): Kernel {
  const mapped = zeroEntries(data.length);
  for (let i = 0; i < data.length; i++) mapped[i] = factor * ((data[i] ?? 0) - shift) + offset;
  return { rows, columns, data: mapped };
}

/** Over its value at offset zero. */
export function normalizedKernel(kernel: Kernel): Kernel {
  const origin = atZero(kernel);
  return origin === 0 ? kernel : scaleKernel(kernel, 1 / origin);
}

export function addKernels(a: Kernel, b: Kernel): Kernel {
  if (a.rows !== b.rows || a.columns !== b.columns) return combine(a, b, (x, y) => x + y);
  const data = zeroEntries(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (a.data[i] ?? 0) + (b.data[i] ?? 0);
  return { rows: a.rows, columns: a.columns, data };
}

export function subtractKernels(a: Kernel, b: Kernel): Kernel {
  if (a.rows !== b.rows || a.columns !== b.columns) return combine(a, b, (x, y) => x - y);
  const data = zeroEntries(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (a.data[i] ?? 0) - (b.data[i] ?? 0);
  return { rows: a.rows, columns: a.columns, data };
}

/** The sum of kernels, each times its weight. */
export function weightedSum(kernels: readonly Kernel[], weights: readonly number[]): Kernel {
  const rows = Math.max(1, ...kernels.map((kernel) => kernel.rows));
  const columns = Math.max(1, ...kernels.map((kernel) => kernel.columns));
  const data = zeroEntries(rows * columns);
  kernels.forEach((kernel, k) => {
    const weight = weights[k] ?? 0;
    for (let i = 0, dy = 0; dy < rows; dy++)
      for (let dx = 0; dx < columns; dx++, i++) data[i] = (data[i] ?? 0) + weight * at(kernel, dy, dx);
  });
  return { rows, columns, data };
}

export function multiplyKernels(a: Kernel, b: Kernel): Kernel {
  if (a.rows !== b.rows || a.columns !== b.columns) return combine(a, b, (x, y) => x * y);
  const data = zeroEntries(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (a.data[i] ?? 0) * (b.data[i] ?? 0);
  return { rows: a.rows, columns: a.columns, data };
}

/**
 * Ordered pairs of `n` positions at each kept offset: n at zero, 2(n - d) else; the last entry gathers the rest.
 */
export function pairCounts(n: number): Float64Array {
  const known = counted.get(n);
  if (known !== undefined) return known;
  const made = countPairs(n);
  if (counted.size >= 1024) counted.clear();
  counted.set(n, made);
  return made;
}

const counted = new Map<number, Float64Array>();

function countPairs(n: number): Float64Array {
  const counts = new Float64Array(Math.min(n, maxOffsets));
  let left = n * n;
  for (let d = 0; d < counts.length; d++) {
    const last = d === counts.length - 1;
    counts[d] = last ? left : d === 0 ? n : 2 * (n - d);
    left -= counts[d] ?? 0;
  }
  return counts;
}

/** The entries of kernels, each expanded to the largest quadrant among them. */
export function aligned<K extends readonly Kernel[]>(
  ...kernels: K
): { readonly rows: number; readonly columns: number; readonly entries: { readonly [I in keyof K]: Float64Array } } {
  let [rows, columns] = [1, 1];
  for (const kernel of kernels) {
    rows = Math.max(rows, kernel.rows);
    columns = Math.max(columns, kernel.columns);
  }
  const entries = kernels.map((kernel) => expandKernel(kernel, rows, columns).data);
  return { rows, columns, entries: entries as { readonly [I in keyof K]: Float64Array } };
}

/** Sum over all ordered pairs of positions. */
export function pairSum(kernel: Kernel, size: Size): number {
  const ys = pairCounts(size[0]);
  const xs = pairCounts(size[1]);
  const { data } = expandKernel(kernel, ys.length, xs.length);
  let sum = 0;
  for (let i = 0, dy = 0; dy < ys.length; dy++)
    for (let dx = 0; dx < xs.length; dx++, i++) sum += (ys[dy] ?? 0) * (xs[dx] ?? 0) * (data[i] ?? 0);
  return sum;
}

/** Mean over all ordered pairs of positions, equal ones too. */
export function pairMean(kernel: Kernel, [height, width]: Size): number {
  return pairSum(kernel, [height, width]) / (height * width) ** 2;
}

/** Mean over pairs of different positions. */
export function elsewhereOf(kernel: Kernel, size: Size): number {
  const positions = size[0] * size[1];
  if (positions <= 1) return atZero(kernel);
  return (pairMean(kernel, size) * positions - atZero(kernel)) / (positions - 1);
}
