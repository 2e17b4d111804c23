import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { TensorValue } from '../../interpreter/values.ts';

/*
 * Small tensors whose very numbers are known (`torch.linspace(0, 0.1, 12)`), in row-major order: code reads rates, widths and
 * depths off them, builds other models for other numbers, and makes tables of angles of them.
 */
interface Known {
  readonly numbers: readonly number[] | null;
  readonly table: Table;
  /** Writes to the memory at that time: later ones change the numbers. */
  readonly writes: number;
}

/** The numbers of a large table (5000 positions of which a few are read), each computed when it is asked for. */
export interface Table {
  readonly length: number;
  /** Steps that a number takes. */
  readonly depth: number;
  readonly at: (index: number) => number;
}

const known = new WeakMap<TensorValue, Known>();

/** More are data: tables of angles for two thousand positions are not yet. */
export const maxNumbers = 131_072;

/** What is read of them is less: more are no part of the graph. */
export const maxNumbersOfNode = 16_384;

const maxTable = 2 ** 24;
const maxDepth = 32;

/** Remembers the elements. */
export function withNumbers(tensor: TensorValue, numbers: readonly number[]): TensorValue {
  const table: Table = { length: numbers.length, depth: 0, at: (index) => numbers[index] ?? Number.NaN };
  if (numbers.length <= maxNumbers) remember(tensor, numbers, table);
  return tensor;
}

/** Computed now if they are few, else when they are asked for. */
export function withTable(tensor: TensorValue, table: Table): TensorValue {
  if (table.length <= maxNumbers)
    return withNumbers(
      tensor,
      Array.from({ length: table.length }, (_, i) => table.at(i)),
    );
  if (table.length <= maxTable && table.depth <= maxDepth) remember(tensor, null, table);
  return tensor;
}

function remember(tensor: TensorValue, numbers: readonly number[] | null, table: Table): void {
  known.set(tensor, { numbers, table, writes: tensor.storage?.writes.length ?? 0 });
}

/** What is known of one tensor is known of another that holds the same. */
export function keepNumbers(from: TensorValue, to: TensorValue): TensorValue {
  const found = knownOf(from);
  if (found !== null) remember(to, found.numbers, found.table);
  return to;
}

/** None of a parameter: it starts with numbers, and is none of them. */
export function numbersIn(tensor: TensorValue): readonly number[] | null {
  return knownOf(tensor)?.numbers ?? null;
}

export function tableIn(tensor: TensorValue): Table | null {
  return knownOf(tensor)?.table ?? null;
}

function knownOf(tensor: TensorValue): Known | null {
  if (tensor.isParameter) return null;
  const found = known.get(tensor);
  return found === undefined || found.writes !== (tensor.storage?.writes.length ?? 0) ? null : found;
}

/** The same step on every number, or on two tensors element by element, broadcast; what is not known stays so. */
export function mapNumbers(
  result: TensorValue,
  operands: readonly (TensorValue | number)[],
  f: (a: number, b?: number) => number,
): TensorValue {
  const sizes = sizesOf(result.shape);
  if (sizes === null) return result;
  if (productOf(sizes) > maxNumbers) return mapTables(result, sizes, operands, f);
  const rows = operands.map((operand) => (typeof operand === 'number' ? operand : broadcast(operand, sizes)));
  if (!rows.every((row) => row !== null)) return result;
  const [first = [], second] = rows;
  const at = (row: readonly number[] | number, index: number) =>
    typeof row === 'number' ? row : (row[index] ?? Number.NaN);
  const of = (_: unknown, index: number) =>
    second === undefined ? f(at(first, index)) : f(at(first, index), at(second, index));
  return withNumbers(result, Array.from({ length: productOf(sizes) }, of));
}

function mapTables(
  result: TensorValue,
  sizes: readonly number[],
  operands: readonly (TensorValue | number)[],
  f: (a: number, b?: number) => number,
): TensorValue {
  const tables = operands.map((operand): Table | null => {
    if (typeof operand === 'number') return { length: 1, depth: 0, at: () => operand };
    const [own, table] = [sizesOf(operand.shape), tableIn(operand)];
    return own === null || table === null ? null : repeatedTable(table, own, sizes);
  });
  const [first, second] = tables;
  if (first == null || second === null) return result;
  return withTable(result, {
    length: productOf(sizes),
    depth: 1 + Math.max(first.depth, second?.depth ?? 0),
    at: second === undefined ? (index) => f(first.at(index)) : (index) => f(first.at(index), second.at(index)),
  });
}

/** A table repeated along its axes until it has another shape; `null` where axes are lost. */
export function repeatedTable(table: Table, from: readonly number[], to: readonly number[]): Table | null {
  const length = productOf(to);
  if (length === table.length) return table;
  if (from.length > to.length) return null;
  const missing = to.length - from.length;
  const source = (place: readonly number[]) =>
    from.reduce((index, size, axis) => index * size + ((place[axis + missing] ?? 0) % size), 0);
  return { length, depth: table.depth + 1, at: (index) => table.at(source(placeOf(index, to))) };
}

/** Where an index of the row-major order stands. */
export function placeOf(index: number, sizes: readonly number[]): readonly number[] {
  const place = sizes.map(() => 0);
  let rest = index;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] ?? 1;
    place[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return place;
}

function broadcast(operand: TensorValue, sizes: readonly number[]): readonly number[] | null {
  const numbers = numbersIn(operand);
  const own = sizesOf(operand.shape);
  return numbers === null || own === null ? null : repeated(numbers, own, sizes);
}

/** Numbers of one shape repeated along its axes until they have another. `null`: they would be too many, or axes are lost. */
export function repeated(
  numbers: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] | null {
  const length = productOf(to);
  if (length === numbers.length) return numbers;
  if (length > maxNumbers || from.length > to.length) return null;
  const missing = to.length - from.length;
  return gathered(to, (place) => {
    let index = 0;
    from.forEach((size, axis) => {
      index = index * size + ((place[axis + missing] ?? 0) % size);
    });
    return index;
  }).map((index) => numbers[index] ?? Number.NaN);
}

/** For every place of a shape, in row-major order, what `index` says of it. */
export function gathered(sizes: readonly number[], index: (place: readonly number[]) => number): readonly number[] {
  const place = sizes.map(() => 0);
  return Array.from({ length: productOf(sizes) }, () => {
    const found = index(place);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      place[axis] = next === sizes[axis] ? 0 : next;
      if (next !== sizes[axis]) break;
    }
    return found;
  });
}

export function sizesOf(shape: Shape | null): readonly number[] | null {
  return shape?.every(isKnown) ? shape : null;
}

export function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
