import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Op } from '../../../core/graph/op.ts';
import { constant, scaled, unknownInitializer } from '../../../core/initializers/make.ts';
import { productOf, sumOf } from '../../../core/initializers/transform.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { numberOf } from '../../interpreter/read.ts';
import { tensor } from '../../interpreter/table.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { apply, applyUnknown, isTracing } from './apply.ts';
import { attentionOf } from './attention-pattern.ts';
import { complexOperator } from './complex.ts';
import { mapNumbers, numbersIn, tableIn } from './known-numbers.ts';
import { matchesOf } from './matches.ts';
import { divided, heldBy, isMemory, mapMemory } from './memory.ts';
import { constantTensor, matrixProduct } from './moved-numbers.ts';
import { normOf } from './norm-pattern.ts';
import { isView, transposedOf } from './views.ts';
import { allocate, constantIn, contentsOf, derived } from './writes.ts';

/** `+ - * / ** @`, comparisons and the unary minus on tensors and numbers. */
export function tensorOperator(operator: string, operands: readonly Value[], context: NativeContext): Value | null {
  const [left, right] = operands;
  if (left === undefined) return null;
  if (right === undefined) return left.type === 'tensor' ? unary(operator, left, context) : null;
  if (operator === '@') return left.type === 'tensor' && right.type === 'tensor' ? matmul(left, right, context) : null;
  if (left.type === 'tensor' && right.type === 'tensor') return ofTwo(operator, left, right, context);
  if (left.type === 'tensor') return withNumber(operator, left, right, false, context);
  return right.type === 'tensor' ? withNumber(operator, right, left, true, context) : null;
}

function unary(operator: string, input: TensorValue, context: NativeContext): Value {
  if (operator === '~' && isMemory(input, context) && isCondition(input))
    return mapMemory('logical_not', input, context);
  if (operator !== '-') return tensor({ shape: input.shape });
  if (isMemory(input, context)) return derived(input, context, (held) => scaled(held, -1));
  return affine(input, -1, 0, context);
}

/** Of nothing but zeros and ones. */
function isCondition(input: TensorValue): boolean {
  const [only, numbers] = [constantIn(input), numbersIn(input)];
  return only === 0 || only === 1 || numbers?.every((one) => one === 0 || one === 1) === true;
}

export function affine(input: TensorValue, factor: number, offset: number, context: NativeContext): TensorValue {
  return apply({ op: { kind: 'affine', factor, offset }, inputs: [input], name: 'affine' }, context);
}

const arithmetic: Readonly<Record<string, (left: Initializer, right: Initializer) => Initializer>> = {
  '+': sumOf,
  '-': (left, right) => sumOf(left, scaled(right, -1)),
  '*': productOf,
  '/': divided,
};

function ofTwo(operator: string, left: TensorValue, right: TensorValue, context: NativeContext): Value {
  const complex = complexOperator(operator, left, right, context);
  if (complex !== null) return complex;
  const shape = inferShape({ kind: 'add' }, [left.shape, right.shape]);
  const alike = onConstants(operator, left, right);
  if (alike !== null) return allocate(shape, constant(alike), context);
  if (isMemory(left, context) && isMemory(right, context)) {
    const combine = arithmetic[operator];
    const f = onNumbers[operator];
    if (combine === undefined && f === undefined) return tensor({ shape });
    const isKnown = tableIn(left) !== null || tableIn(right) !== null;
    if (!isKnown && isComparison(operator)) return tensor({ shape });
    const held = combine === undefined ? unknownInitializer() : combine(heldBy(left), heldBy(right));
    const made = allocate(shape, held, context);
    if (f === undefined || !isKnown) return made;
    return mapNumbers(
      made,
      [left, right].map((one) => (tableIn(one) === null ? (constantIn(one) ?? one) : one)),
      f,
    );
  }
  // A tensor that holds one constant acts as that number.
  for (const [other, constant, swapped] of [
    [left, right, false],
    [right, left, true],
  ] as const) {
    const value = isMemory(constant, context) ? constantIn(constant) : null;
    if (value === null || !keepsShape(other, constant)) continue;
    return withNumber(operator, other, { type: 'number', value, isFloat: true }, swapped, context);
  }
  switch (operator) {
    case '+':
      return apply({ op: { kind: 'add' }, inputs: [left, right], name: 'add' }, context);
    case '-':
      return apply({ op: { kind: 'subtract' }, inputs: [left, right], name: 'subtract' }, context);
    case '*':
      return (
        masked(left, right, context) ??
        masked(right, left, context) ??
        normalized('*', left, right, context) ??
        normalized('*', right, left, context) ??
        multiply(left, right, context)
      );
    case '/':
      return normalized('/', left, right, context) ?? applyUnknown('divide', [left, right], shape, context);
    case '**':
    case '//':
    case '%':
      return applyUnknown(operator, [left, right], shape, context);
    default:
      return tensor({ shape });
  }
}

/** Of two tensors that each hold one number everywhere, views of memory too; `null` where one of them does not. */
function onConstants(operator: string, ...operands: readonly TensorValue[]): number | null {
  const [a, b] = operands.map((one) => (one.layer === null && !one.isParameter ? constantIn(one) : null));
  return a == null || b == null ? null : (onNumbers[operator]?.(a, b) ?? null);
}

/** Broadcasting the other operand does not make the tensor larger. */
function keepsShape(input: TensorValue, other: TensorValue): boolean {
  if (other.shape?.every((dim) => dim === 1) && other.shape.length <= (input.shape?.length ?? 0)) return true;
  const shape = inferShape({ kind: 'add' }, [input.shape, other.shape]);
  return (
    shape !== null &&
    input.shape !== null &&
    shape.length === input.shape.length &&
    shape.every((dim, i) => dim === input.shape?.[i])
  );
}

/** Times zeros and equal numbers drawn on the way (`torch.empty(…).bernoulli_(p).div_(p)`): dropout, written out. */
function masked(input: TensorValue, mask: TensorValue, context: NativeContext): TensorValue | null {
  if (!isMemory(mask, context) || isMemory(input, context) || mask.storage === null) return null;
  const { mean, std, low, high } = contentsOf(mask.storage);
  if (mean === null || std === null || low !== 0 || high === null || std === 0) return null;
  // Only two values make the variance as large as that.
  if (Math.abs(std * std - mean * (high - mean)) > 1e-6 * std * std) return null;
  const mode = maskMode(input, mask);
  if (mode === null) return null;
  const kept = apply(
    { op: { kind: 'dropout', rate: 1 - mean / high, mode }, inputs: [input], name: 'dropout' },
    context,
  );
  return Math.abs(mean - 1) < 1e-6 ? kept : affine(kept, mean, 0, context);
}

/** What a mask has elements of its own for. */
function maskMode({ shape: whole }: TensorValue, { shape }: TensorValue): 'element' | 'channel' | 'row' | null {
  if (shape === null || whole === null || shape.length !== whole.length || shape[0] === 1) return null;
  const single = shape.map((dim) => dim === 1);
  if (single.slice(1).every(Boolean)) return 'row';
  if (single.slice(2).every(Boolean) && shape[1] === whole[1] && shape.length > 2) return 'channel';
  return shape.every((dim, axis) => dim === whole[axis]) ? 'element' : null;
}

/** Over its own root mean square, or what is left of it without its mean over that: a normalization, written out. */
function normalized(
  operator: '*' | '/',
  input: TensorValue,
  factor: TensorValue,
  context: NativeContext,
): TensorValue | null {
  const found = normOf(operator, input, factor);
  return found === null ? null : apply({ op: found.op, inputs: [found.of], name: 'norm' }, context);
}

/** Times a parameter as it stands: a learned factor. */
function multiply(left: TensorValue, right: TensorValue, context: NativeContext): TensorValue {
  const shape = inferShape({ kind: 'multiply' }, [left.shape, right.shape]);
  for (const [input, factor] of [
    [left, right],
    [right, left],
  ] as const) {
    if (!factor.isParameter || factor.layer !== null || input.isParameter || isView(input)) continue;
    return apply(
      { op: { kind: 'scale' }, inputs: [input], parameters: { scale: factor }, name: 'scale', shape },
      context,
    );
  }
  return apply({ op: { kind: 'multiply' }, inputs: [left, right], name: 'multiply' }, context);
}

/** `swapped`: the number stands on the left. */
function withNumber(
  operator: string,
  input: TensorValue,
  other: Value,
  swapped: boolean,
  context: NativeContext,
): Value {
  const value = numberOf(other);
  const hasNumbers = numbersIn(input) !== null || constantIn(input) !== null;
  if (operator === '==' && isTracing(context) && !hasNumbers) return matchesOf(input.shape);
  if (isMemory(input, context)) return onMemory(operator, input, other, swapped, context);
  if (value === null) {
    return isComparison(operator)
      ? tensor({ shape: input.shape })
      : applyUnknown(operator, [input], input.shape, context);
  }
  switch (operator) {
    case '+':
      return affine(input, 1, value, context);
    case '-':
      return swapped ? affine(input, -1, value, context) : affine(input, 1, -value, context);
    case '*':
      return affine(input, value, 0, context);
    case '/':
      return swapped ? applyUnknown('reciprocal', [input], input.shape, context) : affine(input, 1 / value, 0, context);
    case '**':
      return power(input, value, swapped, context);
    default:
      return isComparison(operator)
        ? tensor({ shape: input.shape })
        : applyUnknown(operator, [input], input.shape, context);
  }
}

export function power(input: TensorValue, exponent: number, swapped: boolean, context: NativeContext): TensorValue {
  if (!swapped && exponent === 1) return input;
  if (swapped || (exponent !== 2 && exponent !== 3)) return applyUnknown('pow', [input], input.shape, context);
  const square = apply({ op: { kind: 'activation', fn: 'square' }, inputs: [input], name: 'pow' }, context);
  return exponent === 2 ? square : apply({ op: { kind: 'multiply' }, inputs: [square, input], name: 'pow' }, context);
}

function onMemory(
  operator: string,
  input: TensorValue,
  other: Value,
  swapped: boolean,
  context: NativeContext,
): TensorValue {
  const combine = arithmetic[operator];
  const value = numberOf(other);
  const operands = value === null ? null : swapped ? [value, input] : [input, value];
  const f = onNumbers[operator];
  const known = (result: TensorValue) =>
    operands === null || f === undefined ? result : mapNumbers(result, operands, f);
  const isOpen = f === undefined || (isComparison(operator) && numbersIn(input) === null);
  if (combine === undefined && isOpen) return { ...derived(input, context), storage: null };
  if (combine === undefined) return known(derived(input, context, () => unknownInitializer()));
  return known(
    derived(input, context, (held) => (swapped ? combine(heldBy(other), held) : combine(held, heldBy(other)))),
  );
}

const onNumbers: Readonly<Record<string, (a?: number, b?: number) => number>> = {
  '+': (a = 0, b = 0) => a + b,
  '-': (a = 0, b = 0) => a - b,
  '*': (a = 0, b = 0) => a * b,
  '/': (a = 0, b = 0) => a / b,
  '//': (a = 0, b = 0) => Math.floor(a / b),
  '**': (a = 0, b = 0) => a ** b,
  // Truth is 1, as in the masks that are made of it.
  '<': (a = 0, b = 0) => Number(a < b),
  '<=': (a = 0, b = 0) => Number(a <= b),
  '>': (a = 0, b = 0) => Number(a > b),
  '>=': (a = 0, b = 0) => Number(a >= b),
  '==': (a = 0, b = 0) => Number(a === b),
  '!=': (a = 0, b = 0) => Number(a !== b),
  '&': (a = 0, b = 0) => a & b,
  '|': (a = 0, b = 0) => a | b,
};

function isComparison(operator: string): boolean {
  return ['<', '<=', '>', '>=', '==', '!=', '&', '|', '^'].includes(operator);
}

/** `a @ b`; times a transposed matrix of parameters it is a dense layer without a bias. */
export function matmul(left: TensorValue, right: TensorValue, context: NativeContext): TensorValue {
  const weight = transposedOf(right);
  if (weight?.isParameter && !left.isParameter) return dense(left, weight, null, context);
  if (isMemory(left, context) && isMemory(right, context)) {
    const shape = inferShape(plainMatmul, [left.shape, right.shape]);
    const numbers = matrixProduct(left, right, shape);
    return numbers === null ? tensor({ shape }) : constantTensor(shape, numbers, context);
  }
  const attention = attentionOf(left);
  if (attention !== null) {
    const { query, key, causal } = attention;
    const op: Op = { kind: 'dotProductAttention', causal };
    return apply({ op, inputs: [query, key, right], name: 'attention' }, context);
  }
  return apply({ op: plainMatmul, inputs: [left, right], name: 'matmul' }, context);
}

const plainMatmul: Op = { kind: 'matmul', transposeA: false, transposeB: false };

/** `F.linear` with a weight of [out, in]. */
export function dense(
  input: TensorValue,
  weight: TensorValue,
  bias: TensorValue | null,
  context: NativeContext,
): TensorValue {
  const [outFeatures = null, inFeatures = null] = weight.shape ?? [];
  const op: Op = { kind: 'dense', inFeatures, outFeatures };
  return apply({ op, inputs: [input], parameters: { weight, bias }, name: 'linear' }, context);
}
