import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { apply } from '../torch/apply.ts';
import { matmul as plainMatmul, tensorOperator as plainOperator } from '../torch/operators.ts';
import { transposedOf } from '../torch/views.ts';
import { isOurs, markOurs } from './ours.ts';

/** Operators on JAX's arrays; `null` for tensors of other frameworks. */
export function tensorOperator(operator: string, operands: readonly Value[], context: NativeContext): Value | null {
  if (!operands.some((operand) => operand.type === 'tensor' && isOurs(operand))) return null;
  const [left, right] = operands;
  if (operator === '@' && left?.type === 'tensor' && right?.type === 'tensor') return matmul(left, right, context);
  const result = plainOperator(operator, operands, context);
  return result === null ? null : markOurs(result);
}

/** `a @ b`; by a parameter with two axes, [in, out], it is a dense layer without a bias. */
export function matmul(left: TensorValue, right: TensorValue, context: NativeContext): TensorValue {
  if (right.isParameter && right.shape?.length === 2 && !left.isParameter) {
    const [inFeatures = null, outFeatures = null] = right.shape;
    const op = { kind: 'dense', inFeatures, outFeatures } as const;
    return apply({ op, inputs: [left], parameters: { weight: right }, name: 'matmul' }, context);
  }
  const table = transposedOf(right);
  if (table?.isParameter === true && !left.isParameter) {
    const shape = left.shape === null ? null : [...left.shape.slice(0, -1), table.shape?.[0] ?? null];
    const op = { kind: 'matmul', transposeA: false, transposeB: true } as const;
    return apply({ op, inputs: [left, table], name: 'matmul', shape }, context);
  }
  return markOurs(plainMatmul(left, right, context));
}
