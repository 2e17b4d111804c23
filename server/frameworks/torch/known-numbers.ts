import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { TensorValue } from '../../interpreter/values.ts';

/*
 * Small tensors whose very numbers are known (`torch.linspace(0, 0.1, 12)`), in row-major order: code reads rates, widths and
 * depths off them, builds other models for other numbers, and makes tables of angles of them.
 */
interface Known {
  readonly numbers: readonly number[];
  /** Writes to the memory at that time: later ones change the numbers. */
  readonly writes: number;
}

const known = new WeakMap<TensorValue, Known>();

/** More are data: tables of angles for two thousand positions are not yet. */
export const maxNumbers = 131_072;

/** What is read of them is less: more are no part of the graph. */
export const maxNumbersOfNode = 16_384;

/** Remembers the elements. */
export function withNumbers(tensor: TensorValue, numbers: readonly number[]): TensorValue {
  if (numbers.length <= maxNumbers) known.set(tensor, { numbers, writes: tensor.storage?.writes.length ?? 0 });
  return tensor;
}

/** What is known of one tensor is known of another that holds the same. */
export function keepNumbers(from: TensorValue, to: TensorValue): TensorValue {
  const numbers = numbersIn(from);
  return numbers === null ? to : withNumbers(to, numbers);
}

/** None of a parameter: it starts with numbers, and is none of them. */
export function numbersIn(tensor: TensorValue): readonly number[] | null {
  if (tensor.isParameter) return null;
  const found = known.get(tensor);
  return found === undefined || found.writes !== (tensor.storage?.writes.length ?? 0) ? null : found.numbers;
}

/** The same step on every number, or on two tensors element by element, broadcast; what is not known stays so. */
export function mapNumbers(
  result: TensorValue,
  operands: readonly (TensorValue | number)[],
  f: (a: number, b?: number) => number,
): TensorValue {
  const sizes = sizesOf(result.shape);
  if (sizes === null || productOf(sizes) > maxNumbers) return result;
  const rows = operands.map((operand) => (typeof operand === 'number' ? operand : broadcast(operand, sizes)));
  if (!rows.every((row) => row !== null)) return result;
  const [first = [], second] = rows;
  const at = (row: readonly number[] | number, index: number) =>
    typeof row === 'number' ? row : (row[index] ?? Number.NaN);
  const of = (_: unknown, index: number) =>
    second === undefined ? f(at(first, index)) : f(at(first, index), at(second, index));
  return withNumbers(result, Array.from({ length: productOf(sizes) }, of));
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
