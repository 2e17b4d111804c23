import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Op } from '../../../core/graph/op.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf, numbersOf } from '../../interpreter/read.ts';
import { type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown } from './apply.ts';
import { einsum } from './einsum.ts';
import { numbersIn } from './known-numbers.ts';
import { heldBy, inPlace, isMemory, mapMemory } from './memory.ts';
import { constantTensor } from './moved-numbers.ts';
import type { Operation, Operations } from './op-row.ts';
import { affine, matmul, power, tensorOperator } from './operators.ts';
import { section, unsqueeze } from './rearrange.ts';
import { throughView } from './views.ts';
import { constantIn, onlyNumber, rewrite } from './writes.ts';

/* Arithmetic by name: `torch.add`, `x.mul_(2)`, `torch.matmul`. */

const operators: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  subtract: '-',
  mul: '*',
  multiply: '*',
  div: '/',
  divide: '/',
  true_divide: '/',
  remainder: '%',
  gt: '>',
  lt: '<',
  ge: '>=',
  le: '<=',
  eq: '==',
  ne: '!=',
};

/** `torch.add(x, y, alpha=2)`: y counts alpha times. */
function operation(operator: string): Operation {
  return {
    parameters: 'other, alpha=1, **options',
    run: (input, given, context) => {
      const alpha = given.get('alpha');
      const other = numberOf(alpha) === 1 ? given.get('other') : context.operate('*', given.get('other'), alpha);
      return tensorOperator(operator, [input, other], context) ?? unknown(operator);
    },
  };
}

/** In place: memory changes what it holds; a traced tensor gives a new one, which the code must take over to be followed. */
function inPlaceOperation(name: string, change: (held: Initializer, other: Initializer) => Initializer): Operation {
  const operator = operators[name.slice(0, -1)];
  return {
    parameters: 'other=None, alpha=1, **options',
    run: (input, given, context) => {
      const alpha = given.get('alpha');
      const other = numberOf(alpha) === 1 ? given.get('other') : context.operate('*', given.get('other'), alpha);
      if (input.storage !== null && input.layer === null) {
        rewrite(input, (held) => change(held, heldBy(other)), `.${name}`, context);
        return input;
      }
      if (operator === undefined) return input;
      return tensorOperator(operator, [input, other], context) ?? input;
    },
  };
}

/** Functions of one tensor without an op; their shape is that of the input. */
const elementwise = [
  'sqrt',
  'rsqrt',
  'log',
  'log1p',
  'log2',
  'cos',
  'atan',
  'erf',
  'sign',
  'floor',
  'ceil',
  'round',
  'reciprocal',
  'cumsum',
  'cumprod',
  'flip',
  'tril',
  'triu',
  'nan_to_num',
  'index_add',
  'scatter',
  'bool',
  'logical_not',
  'local_response_norm',
  'one_hot',
  'gumbel_softmax',
  'lerp',
  'erfinv',
];

const gathers = ['index_select', 'masked_select', 'take', 'nonzero'];

export const mathOperations: Operations = {
  ...Object.fromEntries(Object.entries(operators).map(([name, operator]) => [name, operation(operator)])),
  ...Object.fromEntries(Object.entries(inPlace).map(([name, change]) => [name, inPlaceOperation(name, change)])),
  ...Object.fromEntries(
    elementwise.map((name) => [
      name,
      {
        parameters: '*args, **kwargs',
        run: (input, _, context) =>
          isMemory(input, context)
            ? mapMemory(name, input, context)
            : applyUnknown(name, [input], input.shape, context),
      } satisfies Operation,
    ]),
  ),
  ...Object.fromEntries(
    gathers.map((name) => [
      name,
      {
        parameters: '*args, **kwargs',
        run: (input, _, context) => applyUnknown(name, [input], null, context),
      } satisfies Operation,
    ]),
  ),
  // input + value · tensor1 · tensor2; the input may be the parameter and a factor the tensor that comes in.
  addcmul: {
    parameters: 'tensor1, tensor2, *, value=1',
    run: (input, given, context) => {
      const product = context.operate('*', given.get('tensor1'), given.get('tensor2'));
      const value = given.get('value');
      return context.operate('+', input, numberOf(value) === 1 ? product : context.operate('*', product, value));
    },
  },
  outer: {
    parameters: 'vec2',
    run: (input, given, context) => {
      const other = given.get('vec2');
      if (other.type !== 'tensor') return unknown('outer product');
      return context.operate('*', unsqueeze(input, 1, context), unsqueeze(other, 0, context));
    },
  },
  // Columns of patches back into maps, added where they overlap.
  fold: {
    parameters: 'output_size, kernel_size, dilation=1, padding=0, stride=1',
    run: (input, given, context) => {
      const [sides, kernel] = ['output_size', 'kernel_size'].map((name) => numbersOf(given.get(name), 2));
      const columns = input.shape?.[1] ?? null;
      const taps = kernel?.reduce((product, side) => product * side, 1);
      const isKnownShape = input.shape?.length === 3 && isKnown(columns) && taps !== undefined && sides != null;
      const shape = isKnownShape ? [input.shape[0] ?? null, columns / taps, ...sides] : null;
      return applyUnknown('fold', [input], shape, context);
    },
  },
  // The windows along an axis, as an axis of their own at the end.
  unfold: {
    parameters: 'dimension, size, step',
    run: (input, given, context) => {
      const [axis, size, step] = ['dimension', 'size', 'step'].map((name) => numberOf(given.get(name)));
      const { shape } = input;
      const length = axis == null ? null : (shape?.at(axis) ?? null);
      const count = isKnown(length) && size != null && step != null ? Math.floor((length - size) / step) + 1 : null;
      const place = axis == null || shape === null ? null : axis < 0 ? axis + shape.length : axis;
      const unfolded = shape?.map((dim, index) => (index === place ? count : dim)) ?? null;
      return applyUnknown('unfold', [input], unfolded === null ? null : [...unfolded, size ?? null], context);
    },
  },
  // A mask that depends on an input is an input of the node; one that the code makes itself is not.
  masked_fill: {
    parameters: 'mask, value',
    run: (input, given, context) => {
      const mask = given.get('mask');
      // It removes nothing: every token is there.
      if (mask.type === 'tensor' && isMemory(mask, context) && isNowhere(mask)) return input;
      const inputs = mask.type === 'tensor' && mask.layer !== null ? [input, mask] : [input];
      return applyUnknown('masked_fill', inputs, input.shape, context);
    },
  },
  // One number or another by a condition that is known in numbers: a mask that is added to scores.
  where: {
    parameters: 'self=None, other=None, *, out=None',
    run: (input, given, context) => {
      const [first, second] = [given.get('self'), given.get('other')].map(scalarOf);
      const chosen =
        first == null || second == null || input.layer !== null
          ? null
          : throughView(input, (condition) => chosenBy(condition, first, second, context));
      return (
        chosen ??
        (isMemory(input, context)
          ? mapMemory('where', input, context)
          : applyUnknown('where', [input], input.shape, context))
      );
    },
  },
  roll: {
    parameters: 'shifts, dims=None',
    run: (input, given, context) => {
      const dims = numbersOf(given.get('dims'), 1);
      const shifts = numbersOf(given.get('shifts'), dims?.length ?? 1);
      if (isMemory(input, context)) return mapMemory('roll', input, context);
      const isKnown = dims !== null && shifts !== null && dims.length === shifts.length;
      return isKnown
        ? apply({ op: { kind: 'roll', shifts, axes: dims }, inputs: [input], name: 'roll' }, context)
        : applyUnknown('roll', [input], input.shape, context);
    },
  },
  // To length 1 along the last axis: x / √(sum of x²), which is √n times smaller than over the root mean square.
  normalize: {
    parameters: 'p=2.0, dim=1, eps=1e-12, out=None',
    run: (input, given, context) => {
      if (isMemory(input, context)) return mapMemory('normalize', input, context);
      const [p, axis, least] = ['p', 'dim', 'eps'].map((name) => numberOf(given.get(name)));
      const rank = input.shape?.length ?? null;
      const width = input.shape?.at(-1) ?? null;
      if (p !== 2 || (axis !== -1 && axis !== (rank ?? 0) - 1) || !isKnown(width) || least == null)
        return applyUnknown('normalize', [input], input.shape, context);
      const op: Op = { kind: 'rmsNorm', epsilon: least ** 2 / width };
      return affine(apply({ op, inputs: [input], name: 'normalize' }, context), 1 / Math.sqrt(width), 0, context);
    },
  },
  neg: { parameters: '', run: (input, _, context) => affineOf(input, -1, context) },
  pow: {
    parameters: 'exponent',
    run: (input, given, context) => {
      const exponent = numberOf(given.get('exponent'));
      if (isMemory(input, context))
        return tensorOperator('**', [input, given.get('exponent')], context) ?? unknown('pow');
      return exponent === null
        ? applyUnknown('pow', [input], input.shape, context)
        : power(input, exponent, false, context);
    },
  },
  ...Object.fromEntries(
    ['matmul', 'bmm', 'mm', 'mv'].map((name) => [
      name,
      {
        parameters: 'other, **options',
        run: (input, given, context) => {
          const other = given.get('other');
          return other.type === 'tensor' ? matmul(input, other, context) : applyUnknown(name, [input], null, context);
        },
      } satisfies Operation,
    ]),
  ),
  addmm: {
    parameters: 'mat1, mat2, *, beta=1, alpha=1',
    run: (input, given, context) => sumOfProduct(input, given.get('mat1'), given.get('mat2'), context),
  },
  baddbmm: {
    parameters: 'batch1, batch2, *, beta=1, alpha=1',
    run: (input, given, context) => sumOfProduct(input, given.get('batch1'), given.get('batch2'), context),
  },
  maximum: {
    parameters: 'other',
    run: (input, given, context) => pairwise('maximum', input, given.get('other'), context),
  },
  minimum: {
    parameters: 'other',
    run: (input, given, context) => pairwise('minimum', input, given.get('other'), context),
  },
  narrow: {
    parameters: 'dim, start, length',
    run: (input, given, context) => {
      const [dim, start, length] = ['dim', 'start', 'length'].map((name) => numberOf(given.get(name)));
      return dim == null || start == null || length == null
        ? applyUnknown('narrow', [input], null, context)
        : section(input, dim, start, length, context);
    },
  },
  dot: {
    parameters: 'other',
    run: (input, given, context) => pairwise('dot', input, given.get('other'), context),
  },
};

/** The number that a value is, or the only one that a tensor without axes holds. */
function scalarOf(value: Value): number | null {
  if (value.type !== 'tensor') return numberOf(value);
  return value.shape?.length === 0 ? onlyNumber(value) : null;
}

function chosenBy(condition: TensorValue, first: number, second: number, context: NativeContext): TensorValue | null {
  const numbers = numbersIn(condition);
  if (numbers === null || condition.storage === null) return null;
  return constantTensor(
    condition.shape,
    numbers.map((is) => (is === 0 ? second : first)),
    context,
  );
}

function affineOf(input: TensorValue, factor: number, context: NativeContext): Value {
  return isMemory(input, context)
    ? (tensorOperator('-', [input], context) ?? input)
    : affine(input, factor, 0, context);
}

function isNowhere(mask: TensorValue): boolean {
  return constantIn(mask) === 0 || numbersIn(mask)?.every((one) => one === 0) === true;
}

function sumOfProduct(input: TensorValue, left: Value, right: Value, context: NativeContext): Value {
  if (left.type !== 'tensor' || right.type !== 'tensor') return applyUnknown('addmm', [input], null, context);
  return apply({ op: { kind: 'add' }, inputs: [input, matmul(left, right, context)], name: 'add' }, context);
}

function pairwise(name: string, input: TensorValue, other: Value, context: NativeContext): Value {
  if (other.type !== 'tensor' || isNone(other)) return applyUnknown(name, [input], input.shape, context);
  return applyUnknown(name, [input, other], inferShape({ kind: 'add' }, [input.shape, other.shape]), context);
}

/** `torch.einsum(equation, *operands)`. */
export function einsumOf(equation: Value, operands: readonly Value[], context: NativeContext): Value {
  const tensors = operands.filter((operand) => operand.type === 'tensor');
  if (equation.type !== 'string' || tensors.length !== operands.length) return unknown('einsum');
  return einsum(equation.value, tensors, context);
}
