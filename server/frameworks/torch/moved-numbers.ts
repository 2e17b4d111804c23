import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import {
  gathered,
  maxNumbers,
  maxNumbersOfNode,
  numbersIn,
  placeOf,
  productOf,
  repeated,
  repeatedTable,
  sizesOf,
  type Table,
  tableIn,
  withNumbers,
} from './known-numbers.ts';
import { allocate } from './writes.ts';

/* Where the numbers of small tensors go when their elements are moved. Row-major, as `known-numbers.ts` keeps them. */

/** Memory of its own that holds just these numbers. */
export function constantTensor(shape: Shape | null, numbers: readonly number[], context: NativeContext): TensorValue {
  return withNumbers(allocate(shape, unknownInitializer(), context), numbers);
}

/** After an op that only moves elements, to a tensor of this shape; `null` where they are not known. */
export function movedNumbers(op: Op, input: TensorValue, shape: Shape | null): readonly number[] | null {
  const numbers = numbersIn(input);
  const [from, to] = [sizesOf(input.shape), sizesOf(shape)];
  if (from === null || to === null) return null;
  if (numbers === null) {
    const table = movedTable(op, input, shape);
    if (table === null || table.length > maxNumbersOfNode) return null;
    return Array.from({ length: table.length }, (_, index) => table.at(index));
  }
  // Repeating an axis is a reshape to more elements.
  if (op.kind === 'reshape' || op.kind === 'flatten') return repeated(numbers, from, to);
  const source = sourceOf(op, from);
  return source === null ? null : gathered(to, source).map((index) => numbers[index] ?? Number.NaN);
}

/** The same of a table that is too large to be computed whole. */
export function movedTable(op: Op, input: TensorValue, shape: Shape | null): Table | null {
  const table = tableIn(input);
  const [from, to] = [sizesOf(input.shape), sizesOf(shape)];
  if (table === null || from === null || to === null) return null;
  if (op.kind === 'reshape' || op.kind === 'flatten') return repeatedTable(table, from, to);
  const source = sourceOf(op, from);
  if (source === null) return null;
  return { length: productOf(to), depth: table.depth + 1, at: (index) => table.at(source(placeOf(index, to))) };
}

/** For a place after an op that moves elements, the index before it. */
function sourceOf(op: Op, from: readonly number[]): ((place: readonly number[]) => number) | null {
  const axisOf = (axis: number) => (axis + from.length) % from.length;
  const offset = (place: readonly number[]) => from.reduce((index, size, axis) => index * size + (place[axis] ?? 0), 0);
  switch (op.kind) {
    case 'permute': {
      const source = from.map((_, axis) => op.order.findIndex((one) => axisOf(one) === axis));
      return (place) => offset(source.map((axis) => place[axis] ?? 0));
    }
    case 'split': {
      const [split, step] = [axisOf(op.axis), op.step ?? 1];
      return (place) => offset(place.map((one, axis) => (axis === split ? op.start + one * step : one)));
    }
    case 'select': {
      const selected = axisOf(op.axis);
      const index = op.index < 0 ? op.index + (from[selected] ?? 0) : op.index;
      return (place) => offset([...place.slice(0, selected), index, ...place.slice(selected)]);
    }
    default:
      return null;
  }
}

/** Places of an axis in the order in which a tensor of numbers names them; `null` where it, or what it reads, is not known. */
export function gatheredNumbers(
  input: TensorValue,
  axis: number,
  index: TensorValue,
): { readonly shape: readonly number[]; readonly numbers: readonly number[] } | null {
  const [from, places, of] = [sizesOf(input.shape), numbersIn(index), sizesOf(index.shape)];
  const table = places === null ? null : tableIn(input);
  const size = from?.[axis];
  if (from === null || of === null || places === null || table === null || size === undefined) return null;
  const [before, after] = [productOf(from.slice(0, axis)), productOf(from.slice(axis + 1))];
  const isInside = places.every((place) => Number.isInteger(place) && place >= -size && place < size);
  // Of zeros and ones in the input's own shape nothing tells whether they are places or a mask.
  const mayBeMask =
    of.every((length, i) => length === from[axis + i]) && places.every((place) => place === 0 || place === 1);
  if (!isInside || mayBeMask || before * places.length * after > maxNumbers) return null;
  const rows = Array.from({ length: before }, (_, row) => row * size);
  const read = rows.flatMap((row) =>
    places.flatMap((place) => {
      const start = (row + (place < 0 ? place + size : place)) * after;
      return Array.from({ length: after }, (_, nth) => table.at(start + nth));
    }),
  );
  return { shape: [...from.slice(0, axis), ...of, ...from.slice(axis + 1)], numbers: read };
}

/** A stretch of every axis of a memory: first place, step and number of places. */
export type Stretch = readonly [start: number, step: number, length: number];

/** A table after numbers were written to some stretches of its axes. */
export function writtenTable(
  before: Table,
  sizes: readonly number[],
  stretches: readonly Stretch[],
  written: Table,
): Table {
  const at = (index: number) => {
    let inside = 0;
    const place = placeOf(index, sizes);
    for (let axis = 0; axis < sizes.length; axis++) {
      const [start, step, length] = stretches[axis] ?? [0, 1, sizes[axis] ?? 1];
      const nth = ((place[axis] ?? 0) - start) / step;
      if (!Number.isInteger(nth) || nth < 0 || nth >= length) return before.at(index);
      inside = inside * length + nth;
    }
    return written.at(inside);
  };
  return { length: before.length, depth: 1 + Math.max(before.depth, written.depth), at };
}

/** Of tensors side by side along an axis. */
export function joinedNumbers(inputs: readonly TensorValue[], axis: number): readonly number[] | null {
  const parts = inputs.map((input) => ({ numbers: numbersIn(input), sizes: sizesOf(input.shape) }));
  const rank = parts[0]?.sizes?.length ?? 0;
  const rows = parts.map(({ numbers, sizes }) => {
    if (numbers === null || sizes === null || sizes.length !== rank) return null;
    return { numbers, length: productOf(sizes.slice((axis + rank) % rank)) };
  });
  if (rank === 0 || !rows.every((row) => row !== null)) return null;
  const count = Math.min(...rows.map(({ numbers, length }) => numbers.length / length));
  return Array.from({ length: count }, (_, row) =>
    rows.flatMap(({ numbers, length }) => numbers.slice(row * length, (row + 1) * length)),
  ).flat();
}

/** The same of tables that are too large to be computed whole. */
export function joinedTable(inputs: readonly TensorValue[], axis: number): Table | null {
  const parts = inputs.flatMap((input) => {
    const [sizes, table] = [sizesOf(input.shape), tableIn(input)];
    return sizes === null || table === null ? [] : [{ sizes, table }];
  });
  const [first] = parts;
  if (first === undefined || parts.length < inputs.length) return null;
  const along = axis < 0 ? axis + first.sizes.length : axis;
  const whole = parts.reduce((sum, { sizes }) => sum + (sizes[along] ?? 0), 0);
  const to = first.sizes.with(along, whole);
  const at = (index: number) => {
    const place = [...placeOf(index, to)];
    for (const { sizes, table } of parts) {
      const length = sizes[along] ?? 0;
      const nth = place[along] ?? 0;
      if (nth < length) return table.at(sizes.reduce((inside, size, i) => inside * size + (place[i] ?? 0), 0));
      place[along] = nth - length;
    }
    return Number.NaN;
  };
  return { length: productOf(to), depth: 1 + Math.max(...parts.map(({ table }) => table.depth)), at };
}

/** Of a product of two matrices, or of as many as stand in both batches. */
export function matrixProduct(left: TensorValue, right: TensorValue, shape: Shape | null): readonly number[] | null {
  const [a, b, to] = [numbersIn(left), numbersIn(right), sizesOf(shape)];
  const [rows, columns] = [to?.at(-2), to?.at(-1)];
  const inner = left.shape?.at(-1);
  if (a === null || b === null || to === null || rows === undefined || columns === undefined) return null;
  if (typeof inner !== 'number' || left.shape?.length !== to.length || right.shape?.length !== to.length) return null;
  const batches = productOf(to.slice(0, -2));
  if (a.length !== batches * rows * inner || b.length !== batches * inner * columns) return null;
  return Array.from({ length: productOf(to) }, (_, index) => {
    const [batch, row, column] = [
      Math.floor(index / (rows * columns)),
      Math.floor(index / columns) % rows,
      index % columns,
    ];
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += (a[(batch * rows + row) * inner + k] ?? 0) * (b[(batch * inner + k) * columns + column] ?? 0);
    return sum;
  });
}
