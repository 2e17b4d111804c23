import type { TensorValue } from '../../interpreter/values.ts';

/*
 * Small tensors whose very numbers are known (`torch.linspace(0, 0.1, 12)`): code reads rates, widths and depths off them,
 * and builds other models for other numbers.
 */
const known = new WeakMap<TensorValue, readonly number[]>();

/** More are data. */
const maxNumbers = 4096;

/** Remembers the elements of a vector or scalar. */
export function withNumbers(tensor: TensorValue, numbers: readonly number[]): TensorValue {
  if (numbers.length <= maxNumbers) known.set(tensor, numbers);
  return tensor;
}

export function numbersIn(tensor: TensorValue): readonly number[] | null {
  return known.get(tensor) ?? null;
}

/** The same step on every number, or on two tensors element by element; what is not known stays so. */
export function mapNumbers(
  result: TensorValue,
  operands: readonly (TensorValue | number)[],
  f: (...numbers: readonly number[]) => number,
): TensorValue {
  const rows = operands.map((operand) => (typeof operand === 'number' ? [operand] : numbersIn(operand)));
  const lengths = rows.map((row) => row?.length ?? 0);
  const length = Math.max(...lengths);
  if (!lengths.every((own) => own === length || own === 1)) return result;
  const numbers = Array.from({ length }, (_, index) =>
    f(...rows.map((row) => row?.[row.length === 1 ? 0 : index] ?? Number.NaN)),
  );
  return withNumbers(result, numbers);
}
