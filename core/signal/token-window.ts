import { type Kernel, kernelOf, pairCounts, type Size } from './kernel.ts';
import { type AxisMatrix, applyAxes, axisMatrix } from './window.ts';
import type { TokenWindow } from './written-attention.ts';

/*
 * Attention within windows: how kernels over a whole map and over the places of one window follow from each other.
 */

export interface Windowing {
  /** Tokens of one window. */
  readonly size: Size;
  /** Of the kernel over the map, that between the tokens of one window. */
  readonly within: (kernel: Kernel) => Kernel;
  /** Over offsets of the map: the share of pairs of places that lie in one window. */
  readonly together: Kernel;
  /** Over offsets of the map: the mean of a kernel over the tokens of both windows, times the share of pairs in two windows. */
  readonly across: (kernel: Kernel) => Kernel;
}

/** `null` where the windows do not divide the map, or are all of it. */
export function windowing(map: Size, { length, stride }: TokenWindow): Windowing | null {
  if (length[0] >= map[0] && length[1] >= map[1]) return null;
  const [y, x] = [0, 1].map((axis) => alongAxis(map[axis] ?? 1, length[axis] ?? 1, stride[axis] ?? 1));
  if (y === undefined || x === undefined || y === null || x === null) return null;
  return {
    size: length,
    within: (kernel) =>
      kernelOf(length, (dy, dx) => {
        const [row, column] = [Math.min(dy * stride[0], kernel.rows - 1), Math.min(dx * stride[1], kernel.columns - 1)];
        return kernel.data[row * kernel.columns + column] ?? 0;
      }),
    together: kernelOf(map, (dy, dx) => (y.together[dy] ?? 0) * (x.together[dx] ?? 0)),
    across: (kernel) => {
      const [all, same] = [applyAxes(kernel, y.all, x.all), applyAxes(kernel, y.same, x.same)];
      return { ...all, data: all.data.map((value, i) => value - (same.data[i] ?? 0)) };
    },
  };
}

interface AlongAxis {
  /** By offset, the share of pairs in one window. */
  readonly together: Float64Array;
  /** By offset, how far the tokens of one place's window lie from those of the other's; `same`: only where it is one window. */
  readonly all: AxisMatrix;
  readonly same: AxisMatrix;
}

const made = new Map<string, AlongAxis | null>();

function alongAxis(places: number, length: number, stride: number): AlongAxis | null {
  const key = `${places} ${length} ${stride}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  if (made.size >= 256) made.clear();
  const value = count(places, length, stride);
  made.set(key, value);
  return value;
}

/** Longer axes are counted on their beginning. */
const countedPlaces = 128;

function count(places: number, length: number, stride: number): AlongAxis | null {
  const block = length * stride;
  if (places % block !== 0) return null;
  const counted = Math.max(block * Math.floor(Math.min(places, countedPlaces) / block), block);
  const offsets = pairCounts(places).length;
  const windowOf = (place: number) => Math.floor(place / block) * stride + (place % stride);
  const firstOf = (place: number) => Math.floor(place / block) * block + (place % stride);
  const pairs = new Float64Array(offsets);
  const joint = new Float64Array(offsets);
  const rows = Array.from({ length: offsets }, () => new Float64Array(offsets));
  const sameRows = Array.from({ length: offsets }, () => new Float64Array(offsets));
  const weights = Array.from({ length: 2 * length - 1 }, (_, i) => (length - Math.abs(i - length + 1)) / length ** 2);
  for (let a = 0; a < counted; a++) {
    for (let b = a; b < counted; b++) {
      const offset = Math.min(b - a, offsets - 1);
      pairs[offset] = (pairs[offset] ?? 0) + 1;
      const isSame = windowOf(a) === windowOf(b);
      if (isSame) joint[offset] = (joint[offset] ?? 0) + 1;
      const apart = firstOf(b) - firstOf(a);
      weights.forEach((weight, i) => {
        const far = Math.min(Math.abs(apart + (i - length + 1) * stride), offsets - 1);
        for (const row of isSame ? [rows[offset], sameRows[offset]] : [rows[offset]])
          if (row !== undefined) row[far] = (row[far] ?? 0) + weight;
      });
    }
  }
  const shares = (row: Float64Array, offset: number) => row.map((sum) => sum / Math.max(pairs[offset] ?? 1, 1));
  return {
    together: shares(joint, 0).map((_, offset) => (joint[offset] ?? 0) / Math.max(pairs[offset] ?? 1, 1)),
    all: axisMatrix(rows.map(shares)),
    same: axisMatrix(sameRows.map(shares)),
  };
}

/** So many tokens that look at each other, and the share of all tokens that are among such. */
export interface Group {
  readonly tokens: number;
  readonly share: number;
}

/**
 * Where the map was rolled before it was cut, its ends meet in the last window of each axis; a mask parts them again. `null`
 * where nothing was rolled.
 */
export function partedWindows(map: Size, { length, stride, rolled }: TokenWindow): readonly Group[] | null {
  if (rolled.every((shift, axis) => shift === 0 || stride[axis] !== 1)) return null;
  const [ys, xs] = [0, 1].map((axis) => {
    const [all, own, shift] = [map[axis] ?? 1, length[axis] ?? 1, Math.abs(rolled[axis] ?? 0) % (length[axis] ?? 1)];
    const last = own / all;
    const parts = shift === 0 ? [] : [shift, own - shift].map((tokens) => ({ tokens, share: (last * tokens) / own }));
    return shift === 0 ? [{ tokens: own, share: 1 }] : [{ tokens: own, share: 1 - last }, ...parts];
  });
  return (ys ?? []).flatMap((y) => (xs ?? []).map((x) => ({ tokens: y.tokens * x.tokens, share: y.share * x.share })));
}
