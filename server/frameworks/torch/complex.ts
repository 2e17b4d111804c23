import type { NativeContext } from '../../interpreter/native.ts';
import { tensor } from '../../interpreter/table.ts';
import { type TensorValue, unknown, type Value } from '../../interpreter/values.ts';

/*
 * Complex tensors are two tensors of real numbers: `torch.polar(…)` makes them, positions turn queries by them. None of them is
 * a node of its own.
 */
interface Parts {
  readonly real: TensorValue;
  readonly imaginary: TensorValue;
}

const parts = new WeakMap<TensorValue, Parts>();

export function partsOf(value: TensorValue): Parts | null {
  return parts.get(value) ?? null;
}

export function complexOf(real: Value, imaginary: Value): Value {
  return real.type === 'tensor' && imaginary.type === 'tensor' ? join(real, imaginary) : unknown('a complex tensor');
}

function join(real: TensorValue, imaginary: TensorValue): TensorValue {
  const made = tensor({ shape: real.shape });
  parts.set(made, { real, imaginary });
  return made;
}

/** The same step on both parts; `null` for what is not complex. */
export function onParts(value: TensorValue, step: (part: TensorValue) => TensorValue): TensorValue | null {
  const found = partsOf(value);
  return found === null ? null : join(step(found.real), step(found.imaginary));
}

/** `(a + bi)(c + di)`, or a sum; a real operand has no imaginary part. `null` where none is complex. */
export function complexOperator(
  operator: string,
  left: TensorValue,
  right: TensorValue,
  context: NativeContext,
): Value | null {
  const [one, other] = [partsOf(left), partsOf(right)];
  if (one === null && other === null) return null;
  const on = (a: Value, b: Value, sign = operator) => context.operate(sign, a, b);
  if (one !== null && other !== null) {
    if (operator === '+' || operator === '-')
      return complexOf(on(one.real, other.real), on(one.imaginary, other.imaginary));
    if (operator !== '*') return null;
    const real = on(on(one.real, other.real), on(one.imaginary, other.imaginary), '-');
    return complexOf(real, on(on(one.real, other.imaginary), on(one.imaginary, other.real), '+'));
  }
  if (operator !== '*') return null;
  if (one !== null) return complexOf(on(one.real, right), on(one.imaginary, right));
  return other === null ? null : complexOf(on(left, other.real), on(left, other.imaginary));
}
