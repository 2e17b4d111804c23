import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import { apply, applyUnknown } from './apply.ts';
import { type Equation, implicitOutput, outputShape } from './equation.ts';
import { isMemory } from './memory.ts';
import { dense, matmul, tensorOperator } from './operators.ts';
import { unsqueeze } from './rearrange.ts';

/**
 * `torch.einsum`. Products of two batches of matrices become a matmul, `…i,oi->…o` with a parameter a dense layer; of
 * everything else only the shape is known.
 */
export function einsum(equation: string, operands: readonly TensorValue[], context: NativeContext): TensorValue {
  const parsed = parse(equation);
  const [left, right] = operands;
  const shape = parsed === null ? null : outputShape(parsed, operands);
  if (parsed !== null && left !== undefined && right !== undefined && operands.length === 2) {
    const [a = '', b = ''] = parsed.inputs;
    if (
      right.isParameter &&
      b.length === 2 &&
      a.endsWith(b.charAt(1)) &&
      parsed.output === a.slice(0, -1) + b.charAt(0)
    ) {
      return dense(left, right, null, context);
    }
    if (isOuter(a, b, parsed.output) && isMemory(left, context) && isMemory(right, context)) {
      const column = [...b].reduce((tensor) => unsqueeze(tensor, -1, context), left);
      const product = tensorOperator('*', [column, right], context);
      if (product?.type === 'tensor') return product;
    }
    const product = asMatmul(a, b, parsed.output);
    if (product !== null && !product.transposeA && !product.transposeB) return matmul(left, right, context);
    if (product !== null)
      return apply({ op: { kind: 'matmul', ...product }, inputs: [left, right], name: 'einsum', shape }, context);
  }
  return applyUnknown(`einsum ${equation}`, operands, shape, context);
}

/** Every element of one by every element of the other: `i,j->ij`. */
function isOuter(a: string, b: string, output: string): boolean {
  return output === a + b && new Set(output).size === output.length;
}

/** Letters only; an ellipsis is not followed. */
function parse(equation: string): Equation | null {
  const [left = '', output] = equation.replace(/\s+/g, '').split('->');
  const inputs = left.split(',');
  if (![...inputs, output ?? ''].every((part) => /^[a-zA-Z]*$/.test(part))) return null;
  return { inputs, output: output ?? implicitOutput(inputs) };
}

/** Same batch letters in front, one shared letter summed over, the free ones in order: `bij,bjk->bik`, `bid,bjd->bij`. */
function asMatmul(a: string, b: string, output: string) {
  const batch = a.slice(0, -2);
  if (a.length < 3 || a.length !== b.length || b.slice(0, -2) !== batch || output.slice(0, -2) !== batch) return null;
  const rows = a.slice(-2);
  const columns = b.slice(-2);
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const [i, sumA] = transposeA ? [rows[1], rows[0]] : [rows[0], rows[1]];
      const [sumB, k] = transposeB ? [columns[1], columns[0]] : [columns[0], columns[1]];
      if (sumA === sumB && i !== k && output.slice(-2) === `${i}${k}`) return { transposeA, transposeB };
    }
  }
  return null;
}
