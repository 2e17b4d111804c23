import type { Op } from '../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import { broadcast } from '../../../core/graph/shapes/broadcast.ts';
import { isMismatch } from '../../../core/graph/shapes/verdict.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { itemsOf, numberOf } from '../../interpreter/read.ts';
import { type CallArguments, number, type TensorValue, type Value } from '../../interpreter/values.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { operateOnMemory } from './memory.ts';
import { isOurs } from './ours.ts';
import { callSymbolically } from './symbolic.ts';

/** `x + y`, `-x`, `x @ w`; `null` for tensors of other frameworks. */
export function tensorOperator(operator: string, operands: readonly Value[], context: NativeContext): Value | null {
  if (!operands.some((operand) => operand.type === 'tensor' && isOurs(operand))) return null;
  return onOperands(operands, context, (values, emit) => applyOperator(operator, values, emit));
}

/** Runs a function of plain positional values symbolically. */
function onOperands(
  operands: readonly Value[],
  context: NativeContext,
  run: (values: readonly Value[], emit: Emitter) => Value,
): Value {
  const arguments_: CallArguments = {
    positional: operands.map((value) => ({ value, at: null })),
    keyword: new Map(),
    open: false,
  };
  return callSymbolically(arguments_, null, context, ({ positional }) =>
    run(
      positional.map(({ value }) => value),
      createEmitter(context),
    ),
  );
}

/** An operator on numbers and tensors. */
export function applyOperator(operator: string, operands: readonly Value[], emit: Emitter): Value {
  const [left, right] = operands;
  if (left === undefined) return { type: 'unknown', reason: 'operand' };
  if (right === undefined) {
    if (left.type !== 'tensor') return { type: 'unknown', reason: 'operand' };
    const negated = operator === '-' ? operateOnMemory('*', left, number(-1), left.shape, emit.context) : null;
    if (negated !== null) return negated;
    return operator === '-' ? affine(left, -1, 0, emit) : same(operator, left, emit);
  }
  const a = numberOf(left);
  const b = numberOf(right);
  const memory = operateOnMemory(operator, left, right, shapeOfBoth(left, right), emit.context);
  if (memory !== null) return memory;
  if (left.type === 'tensor' && b !== null) return withNumber(operator, left, b, emit);
  if (right.type === 'tensor' && a !== null) return numberWith(operator, a, right, emit);
  if (left.type !== 'tensor' || right.type !== 'tensor') {
    const known = left.type === 'tensor' ? left : right;
    return known.type === 'tensor' ? same(operator, known, emit) : { type: 'unknown', reason: 'operand' };
  }
  return twoTensors(operator, left, right, emit);
}

/** The shape of what is combined element by element; `null` where that is not known, or cannot be. */
export function broadcastShape(shapes: readonly (Shape | null)[]): Shape | null {
  const verdict = broadcast(shapes);
  return verdict === null || isMismatch(verdict) ? null : verdict;
}

function shapeOfBoth(left: Value, right: Value): Shape | null {
  return broadcastShape([left, right].map((value) => (value.type === 'tensor' ? value.shape : [])));
}

/** `a @ b`; by a weight of two axes it is a dense layer without a bias. */
export function matmul(
  a: TensorValue,
  b: TensorValue,
  transposeA: boolean,
  transposeB: boolean,
  emit: Emitter,
): TensorValue {
  if (b.isParameter && b.shape?.length === 2 && !transposeA && !transposeB) {
    const [inFeatures = null, outFeatures = null] = b.shape;
    return emit.add({
      op: { kind: 'dense', inFeatures, outFeatures },
      inputs: [a],
      name: 'matmul',
      parameters: { weight: b },
    });
  }
  return emit.add({ op: { kind: 'matmul', transposeA, transposeB }, inputs: [a, b], name: 'matmul' });
}

function twoTensors(operator: string, left: TensorValue, right: TensorValue, emit: Emitter): TensorValue {
  switch (operator) {
    case '+':
      return emit.add({ op: { kind: 'add' }, inputs: [left, right], name: 'add' });
    case '-':
      return emit.add({ op: { kind: 'subtract' }, inputs: [left, right], name: 'subtract' });
    case '*': {
      const [data, factor] = left.isParameter ? [right, left] : [left, right];
      if (factor.isParameter)
        return emit.add({ op: { kind: 'scale' }, inputs: [data], name: 'multiply', parameters: { scale: factor } });
      return emit.add({ op: { kind: 'multiply' }, inputs: [left, right], name: 'multiply' });
    }
    case '@':
      return matmul(left, right, false, false, emit);
    default:
      return emit.add({
        op: { kind: 'unknown', name: operator },
        inputs: [left, right],
        name: 'operator',
        shape: shapeOfBoth(left, right),
      });
  }
}

function withNumber(operator: string, left: TensorValue, right: number, emit: Emitter): TensorValue {
  switch (operator) {
    case '+':
      return affine(left, 1, right, emit);
    case '-':
      return affine(left, 1, -right, emit);
    case '*':
      return affine(left, right, 0, emit);
    case '/':
      return affine(left, 1 / right, 0, emit);
    case '**': {
      if (right !== 2 && right !== 3) return same('power', left, emit);
      const square = emit.add({ op: { kind: 'activation', fn: 'square' }, inputs: [left], name: 'square' });
      return right === 2 ? square : emit.add({ op: { kind: 'multiply' }, inputs: [square, left], name: 'power' });
    }
    default:
      return same(operator, left, emit);
  }
}

function numberWith(operator: string, left: number, right: TensorValue, emit: Emitter): TensorValue {
  switch (operator) {
    case '+':
      return affine(right, 1, left, emit);
    case '-':
      return affine(right, -1, left, emit);
    case '*':
      return affine(right, left, 0, emit);
    default:
      return same(operator, right, emit);
  }
}

function affine(input: TensorValue, factor: number, offset: number, emit: Emitter): TensorValue {
  return emit.add({ op: { kind: 'affine', factor, offset }, inputs: [input], name: 'affine' });
}

/** An operator that the graph has no op for; the shape is taken to stay. */
function same(operator: string, input: TensorValue, emit: Emitter): TensorValue {
  return emit.add({
    op: { kind: 'unknown', name: operator },
    inputs: [input],
    name: 'operator',
    shape: input.shape,
  });
}

/** `x[:, -1]`, `x[:, :10]`, `x[:, None]`; `null` for tensors of other frameworks. */
export function tensorIndex(value: TensorValue, index: Value, context: NativeContext): Value | null {
  if (!isOurs(value)) return null;
  return onOperands([value], context, ([input], emit) =>
    input?.type === 'tensor'
      ? applyIndex(input, itemsOf(index) ?? [index], emit)
      : { type: 'unknown', reason: 'index' },
  );
}

function applyIndex(input: TensorValue, items: readonly Value[], emit: Emitter): TensorValue {
  const { shape } = input;
  const parts = withoutEllipsis(items, shape);
  if (shape === null || parts === null) return viewed(input, null, emit);
  const numbers = parts.flatMap((part, axis) => (part.type === 'number' ? [{ axis, index: part.value }] : []));
  const others = parts.filter((part) => part.type !== 'number');
  const [only] = numbers;
  if (only !== undefined && numbers.length === 1 && others.every(isWhole))
    return emit.add({ op: { kind: 'select', ...only }, inputs: [input], name: 'select' });
  const section = parts.map((part, axis) => ({ part, axis })).filter(({ part }) => !isWhole(part));
  const [first] = section;
  const op = first !== undefined && section.length === 1 ? splitOf(first.part, first.axis, shape) : null;
  if (op !== null) return emit.add({ op, inputs: [input], name: 'slice' });
  return viewed(input, indexedShape(parts, shape), emit);
}

function viewed(input: TensorValue, shape: Shape | null, emit: Emitter): TensorValue {
  const isReshape =
    shape !== null && shape.filter((dim) => dim !== 1).length === input.shape?.filter((dim) => dim !== 1).length;
  const op: Op = isReshape ? { kind: 'reshape' } : { kind: 'unknown', name: 'index' };
  return emit.add({ op, inputs: [input], name: 'index', shape });
}

function withoutEllipsis(items: readonly Value[], shape: Shape | null): readonly Value[] | null {
  const at = items.findIndex((item) => item.type === 'ellipsis');
  if (at < 0) return items;
  if (shape === null) return null;
  const used = items.filter((item) => item.type !== 'none' && item.type !== 'ellipsis').length;
  const whole: Value = { type: 'slice', lower: { type: 'none' }, upper: { type: 'none' }, step: { type: 'none' } };
  const fill = Array.from({ length: Math.max(0, shape.length - used) }, () => whole);
  return [...items.slice(0, at), ...fill, ...items.slice(at + 1)];
}

function isWhole(part: Value): boolean {
  return part.type === 'slice' && part.lower.type === 'none' && part.upper.type === 'none' && part.step.type === 'none';
}

function splitOf(part: Value, axis: number, shape: Shape): Op | null {
  if (part.type !== 'slice' || part.step.type !== 'none') return null;
  const size = shape[axis];
  const lower = part.lower.type === 'none' ? 0 : numberOf(part.lower);
  const upper = part.upper.type === 'none' ? (size ?? null) : numberOf(part.upper);
  if (lower === null || !isKnown(size) || !isKnown(upper)) return null;
  const start = lower < 0 ? size + lower : lower;
  const end = upper < 0 ? size + upper : Math.min(upper, size);
  return { kind: 'split', axis, start, length: Math.max(0, end - start) };
}

function indexedShape(parts: readonly Value[], shape: Shape): Shape {
  const result: Shape[number][] = [];
  let axis = 0;
  for (const part of parts) {
    if (part.type === 'none') result.push(1);
    else if (part.type === 'number') axis++;
    else {
      result.push(isWhole(part) ? (shape[axis] ?? null) : null);
      axis++;
    }
  }
  return [...result, ...shape.slice(axis)];
}
