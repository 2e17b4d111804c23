import type { Op } from '../../../core/graph/op.ts';
import { sizeOf } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { InstanceValue, TensorValue } from '../../interpreter/values.ts';
import { apply, applyUnknown } from '../torch/apply.ts';
import { attentionOf } from '../torch/attention-pattern.ts';
import { type Equation, implicitOutput, outputShape } from '../torch/equation.ts';
import { isMemory } from '../torch/memory.ts';
import { matmul } from '../torch/operators.ts';
import { permute, reshape } from '../torch/rearrange.ts';

/**
 * `jnp.einsum` of two operands: a dense layer where the second is a parameter that sums over the last axes of the first, else
 * (with one free axis on each side and one that is summed over) a product of two batches of matrices between
 * permutations. Of everything else only the shape is known.
 */
export function einsum(
  equation: string,
  operands: readonly TensorValue[],
  context: NativeContext,
  owner: InstanceValue | null = null,
): TensorValue {
  const parsed = parse(equation, operands);
  const [left, right] = operands;
  const shape = parsed === null ? null : outputShape(parsed, operands);
  if (parsed !== null && left !== undefined && right !== undefined && operands.length === 2) {
    const [a = '', b = ''] = parsed.inputs;
    const made = right.isParameter
      ? asDense(a, b, parsed.output, left, right, context, owner)
      : asProduct(a, b, parsed.output, left, right, context);
    if (made !== null) return made;
  }
  return applyUnknown(`einsum ${equation}`, operands, shape, context, owner);
}

/** Letters only; an ellipsis becomes capital letters of as many axes as the operand has. */
function parse(equation: string, operands: readonly TensorValue[]): Equation | null {
  const [left = '', output] = equation.replace(/\s+/g, '').split('->');
  const spread = 'ZYXWVUTS';
  const widths = left
    .split(',')
    .map((part, index) =>
      part.includes('...') ? (operands[index]?.shape?.length ?? Number.NaN) - (part.length - 3) : 0,
    );
  const width = Math.max(...widths);
  if (!(width >= 0 && width <= spread.length)) return null;
  const expand = (part: string, own: number) => part.replace('...', spread.slice(width - own, width));
  const inputs = left.split(',').map((part, index) => expand(part, widths[index] ?? 0));
  if (![...inputs, output ?? ''].every((part) => /^[a-zA-Z.]*$/.test(part))) return null;
  return { inputs, output: output === undefined ? implicitOutput(inputs) : expand(output, width) };
}

/** `btd,dhk->bthk`: the kernel's first axes are the input's last ones, and its others come last in the result. */
function asDense(
  a: string,
  b: string,
  output: string,
  input: TensorValue,
  weight: TensorValue,
  context: NativeContext,
  owner: InstanceValue | null,
): TensorValue | null {
  const summed = [...a].filter((letter) => b.includes(letter)).join('');
  const made = b.slice(summed.length);
  const { shape } = input;
  if (summed === '' || made === '' || shape === null || weight.shape === null) return null;
  if (!a.endsWith(summed) || !b.startsWith(summed) || output !== a.slice(0, -summed.length) + made) return null;
  const kept = shape.slice(0, shape.length - summed.length);
  const inFeatures = sizeOf(weight.shape.slice(0, summed.length));
  const outputs = weight.shape.slice(summed.length);
  const flat = summed.length === 1 ? input : reshape(input, [...kept, inFeatures], context);
  const op: Op = { kind: 'dense', inFeatures, outFeatures: sizeOf(outputs) };
  const result = apply({ op, inputs: [flat], parameters: { weight }, owner, name: 'einsum' }, context);
  return outputs.length === 1 ? result : reshape(result, [...kept, ...outputs], context);
}

function asProduct(
  a: string,
  b: string,
  output: string,
  left: TensorValue,
  right: TensorValue,
  context: NativeContext,
): TensorValue | null {
  const both = [...a].filter((letter) => b.includes(letter));
  const batch = both.filter((letter) => output.includes(letter)).sort((x, y) => output.indexOf(x) - output.indexOf(y));
  const summed = both.filter((letter) => !output.includes(letter));
  const rows = [...a].filter((letter) => !b.includes(letter));
  const columns = [...b].filter((letter) => !a.includes(letter));
  const [sum, row, column] = [summed[0], rows[0], columns[0]];
  if (sum === undefined || row === undefined || column === undefined) return null;
  if (summed.length > 1 || rows.length > 1 || columns.length > 1 || output.length !== batch.length + 2) return null;
  if (left.shape === null || right.shape === null || isMemory(left, context)) return null;
  const first = ordered(left, a, [...batch, row, sum], context);
  // Attention's weights times its values, or the product of queries and keys.
  const isMix = attentionOf(left) !== null || attentionOf(first) !== null;
  const second = ordered(right, b, isMix ? [...batch, sum, column] : [...batch, column, sum], context);
  const product = isMix
    ? matmul(attentionOf(left) !== null ? left : first, second, context)
    : apply(
        { op: { kind: 'matmul', transposeA: false, transposeB: true }, inputs: [first, second], name: 'matmul' },
        context,
      );
  return ordered(product, [...batch, row, column].join(''), [...output], context);
}

/** The tensor with its axes in another order. */
function ordered(input: TensorValue, letters: string, wanted: readonly string[], context: NativeContext): TensorValue {
  const order = wanted.map((letter) => letters.indexOf(letter));
  return order.every((axis, index) => axis === index) ? input : permute(input, order, context);
}
