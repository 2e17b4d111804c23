import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Op } from '../../../core/graph/op.ts';
import { type Dim, isKnown, type Shape, sizeOf } from '../../../core/graph/shape.ts';
import { axisIndex } from '../../../core/graph/shapes/dims.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import { unionOf } from '../../../core/initializers/mixture.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import { apply, applyUnknown, isTracing } from './apply.ts';
import { onParts } from './complex.ts';
import { withNumbers, withTable } from './known-numbers.ts';
import { heldBy, isMemory } from './memory.ts';
import { constantTensor, joinedNumbers, joinedTable, movedNumbers, movedTable } from './moved-numbers.ts';
import { resolveShape, type TargetShape } from './resolve-shape.ts';
import { currentTrial, type Restore } from './trial.ts';
import { viewOf } from './views.ts';
import { allocate } from './writes.ts';

/* Steps that only move elements. On memory they give views of it, on traced tensors nodes. */

function move(
  input: TensorValue,
  op: Op,
  shape: Shape | null,
  context: NativeContext,
  name: string,
  restore?: Restore,
): TensorValue {
  const complex = onParts(input, (part) => move(part, op, shape, context, name, restore));
  if (complex !== null) return complex;
  const computed = onMemory(input, op, shape, false, context);
  if (computed !== null) return computed;
  return apply({ op, inputs: [input], shape, name, ...(restore === undefined ? {} : { restore }) }, context);
}

/** A view of memory; in a forward pass, what is known in numbers is computed. `null`: it is no memory. */
function onMemory(
  input: TensorValue,
  op: Op,
  shape: Shape | null,
  isPart: boolean,
  context: NativeContext,
): TensorValue | null {
  if (input.layer !== null || input.storage === null) return null;
  const numbers = movedNumbers(op, input, shape);
  if (numbers === null) {
    const view = viewOf(input, op, shape, isPart || input.isPart);
    const table = movedTable(op, input, shape);
    return table === null ? view : withTable(view, table);
  }
  if (isTracing(context)) return constantTensor(shape, numbers, context);
  return withNumbers(viewOf(input, op, shape, isPart || input.isPart), numbers);
}

/** `x.view(…)`, `x.reshape(…)`; to [batch, rest] it is a flattening. */
export function reshape(input: TensorValue, target: TargetShape, context: NativeContext): TensorValue {
  const { shape, fit } = resolveShape(input.shape, target);
  const trial = currentTrial();
  if (trial !== null && fit !== 'good') {
    if (fit === 'misfit') trial.misfits++;
    else trial.doubts++;
  }
  if (fit === 'misfit' && trial === null && context.graph.isTracing) {
    context.note(`a tensor of ${describeShape(input.shape)} cannot be viewed as ${describeShape(target)}`);
  }
  const op: Op = flattens(input.shape, shape, target)
    ? { kind: 'flatten', startAxis: 1, endAxis: -1 }
    : { kind: 'reshape' };
  return move(input, op, shape, context, 'reshape');
}

function flattens(from: Shape | null, to: Shape, target: TargetShape): boolean {
  if (to.length !== 2) return false;
  if (from === null) return target[1] === -1 && target[0] === null;
  if (from.length < 2 || from[0] !== to[0]) return false;
  const flat = inferShape({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [from]);
  return flat !== null && flat[1] === to[1];
}

function describeShape(shape: Shape | null): string {
  return shape === null ? 'unknown shape' : `(${shape.map((dim) => dim ?? '?').join(', ')})`;
}

export function flatten(input: TensorValue, startAxis: number, endAxis: number, context: NativeContext): TensorValue {
  const op: Op = { kind: 'flatten', startAxis, endAxis };
  return move(input, op, inferShape(op, [input.shape]), context, 'flatten');
}

export function permute(input: TensorValue, order: readonly number[], context: NativeContext): TensorValue {
  const op: Op = { kind: 'permute', order };
  const places = order.map((axis) => axisIndex(axis, order.length));
  // The axis that stands at `to` now came from `order[to]`.
  const restore = (shape: Shape) =>
    shape.length === order.length ? order.map((_, axis) => shape[places.indexOf(axis)] ?? null) : shape;
  return move(input, op, inferShape(op, [input.shape]), context, 'permute', restore);
}

export function transpose(input: TensorValue, first: number, second: number, context: NativeContext): TensorValue {
  const { shape } = input;
  const swap = (other: Shape): Shape => {
    const [a, b] = [axisIndex(first, other.length), axisIndex(second, other.length)];
    if (a === null || b === null) return other;
    return other.map((dim, axis) => (axis === a ? (other[b] ?? null) : axis === b ? (other[a] ?? null) : dim));
  };
  if (shape === null) {
    return apply(
      { op: { kind: 'unknown', name: 'transpose' }, inputs: [input], shape: null, name: 'transpose', restore: swap },
      context,
    );
  }
  const order = swap(shape.map((_, axis) => axis)).map(Number);
  return permute(input, order, context);
}

/** `x.unsqueeze(axis)`. */
export function unsqueeze(input: TensorValue, axis: number, context: NativeContext): TensorValue {
  const { shape } = input;
  const restore = (after: Shape) => {
    const place = axisIndex(axis, after.length);
    return after.filter((_, index) => index !== place);
  };
  if (shape === null) return move(input, { kind: 'reshape' }, null, context, 'unsqueeze', restore);
  const place = axis < 0 ? axis + shape.length + 1 : axis;
  return move(
    input,
    { kind: 'reshape' },
    [...shape.slice(0, place), 1, ...shape.slice(place)],
    context,
    'unsqueeze',
    restore,
  );
}

/** `x.squeeze(axes)`: without axes, all of size 1. An axis of another size stays. */
export function squeeze(input: TensorValue, axes: readonly number[] | null, context: NativeContext): TensorValue {
  const { shape } = input;
  if (shape === null) return move(input, { kind: 'reshape' }, null, context, 'squeeze');
  const chosen = axes?.map((axis) => axisIndex(axis, shape.length));
  const squeezed = shape.filter((dim, axis) => dim !== 1 || (chosen !== undefined && !chosen.includes(axis)));
  return squeezed.length === shape.length ? input : move(input, { kind: 'reshape' }, squeezed, context, 'squeeze');
}

/**
 * `x.expand(sizes)`: axes of size 1 are repeated, `-1` keeps one. As a node it is a reshape whose result has more elements:
 * there is no other op that only repeats.
 */
export function expand(input: TensorValue, sizes: readonly Dim[], context: NativeContext): TensorValue {
  const { shape } = input;
  const missing = shape === null ? 0 : sizes.length - shape.length;
  const expanded = sizes.map((size, axis) => (size === -1 ? (shape?.[axis - missing] ?? null) : size));
  return move(input, { kind: 'reshape' }, expanded, context, 'expand');
}

/** `x.repeat_interleave(times, axis)`: every position several times, one beside the other. */
export function repeatEach(input: TensorValue, times: number, axis: number, context: NativeContext): TensorValue {
  const { shape } = input;
  if (shape === null) return applyUnknown('repeat_interleave', [input], null, context);
  const place = (axis + shape.length) % shape.length;
  const sizes = (count: Dim): readonly Dim[] => [...shape.slice(0, place + 1), count, ...shape.slice(place + 1)];
  const copies = move(unsqueeze(input, place + 1, context), { kind: 'reshape' }, sizes(times), context, 'expand');
  const dim = shape[place];
  const repeated = shape.map((size, index) => (index === place ? (isKnown(dim) ? dim * times : null) : size));
  return move(copies, { kind: 'reshape' }, repeated, context, 'repeat_interleave');
}

/** `x.repeat(times)`. */
export function repeat(input: TensorValue, times: readonly Dim[], context: NativeContext): TensorValue {
  const { shape } = input;
  const missing = shape === null ? 0 : times.length - shape.length;
  const repeated = times.map((count, axis) => {
    const size = axis < missing ? 1 : (shape?.[axis - missing] ?? null);
    if (count === 1) return size;
    if (size === 1) return count;
    return typeof size === 'number' && typeof count === 'number' ? size * count : null;
  });
  if (times.every((count) => count === 1) && missing === 0) return input;
  return move(input, { kind: 'reshape' }, shape === null ? null : repeated, context, 'repeat');
}

/** Part of an axis: `x[:, a:b]`, a chunk; `x[:, a:b:step]`. */
export function section(
  input: TensorValue,
  axis: number,
  start: number,
  length: Dim,
  context: NativeContext,
  step = 1,
): TensorValue {
  const { shape } = input;
  const size = shape === null ? null : (shape[axis < 0 ? axis + shape.length : axis] ?? null);
  if (start === 0 && length !== null && length === size) return input;
  const op: Op = { kind: 'split', axis, start, length, ...(step === 1 ? {} : { step }) };
  const complex = onParts(input, (part) => section(part, axis, start, length, context, step));
  if (complex !== null) return complex;
  const computed = onMemory(input, op, inferShape(op, [shape]), true, context);
  if (computed !== null) return computed;
  return apply({ op, inputs: [input], name: 'split' }, context);
}

/** One position of an axis, which goes away. */
export function select(input: TensorValue, axis: number, index: number, context: NativeContext): TensorValue {
  const op: Op = { kind: 'select', axis, index };
  const complex = onParts(input, (part) => select(part, axis, index, context));
  if (complex !== null) return complex;
  const computed = onMemory(input, op, inferShape(op, [input.shape]), true, context);
  if (computed !== null) return computed;
  return apply({ op, inputs: [input], name: 'select' }, context);
}

/** Equal sections of an axis (the last may be shorter), or of the given lengths. */
export function split(
  input: TensorValue,
  sizes: number | readonly number[],
  axis: number,
  context: NativeContext,
): readonly TensorValue[] | null {
  const { shape } = input;
  const total = shape?.[axis < 0 ? axis + shape.length : axis] ?? null;
  const lengths = typeof sizes === 'number' ? equalLengths(total, sizes) : sizes;
  if (lengths === null) return null;
  let start = 0;
  return lengths.map((length) => {
    const part = section(input, axis, start, length, context);
    start += length;
    return part;
  });
}

/** `x.chunk(n)`: at most n sections of ⌈size/n⌉. */
export function chunk(input: TensorValue, count: number, axis: number, context: NativeContext): readonly TensorValue[] {
  const { shape } = input;
  const total = shape?.[axis < 0 ? axis + shape.length : axis] ?? null;
  if (typeof total === 'number') return split(input, Math.ceil(total / count), axis, context) ?? [];
  const unknownShape =
    shape === null ? null : shape.map((dim, index) => (index === (axis + shape.length) % shape.length ? null : dim));
  return Array.from({ length: count }, () => applyUnknown('chunk', [input], unknownShape, context));
}

/** `tensor_split`: so many sections, the first ones longer by one, or cut at the given positions. */
export function splitAt(
  input: TensorValue,
  cuts: number | readonly number[],
  axis: number,
  context: NativeContext,
): readonly TensorValue[] | null {
  const total = input.shape?.at(axis) ?? null;
  if (typeof cuts === 'number') {
    if (typeof total !== 'number' || cuts < 1 || cuts > 256) return null;
    const longer = total % cuts;
    const lengths = Array.from({ length: cuts }, (_, index) => Math.floor(total / cuts) + (index < longer ? 1 : 0));
    return split(input, lengths, axis, context);
  }
  const size = typeof total === 'number' ? total : Number.POSITIVE_INFINITY;
  const ends = cuts.map((cut) => Math.min(cut < 0 ? cut + size : cut, size));
  return [...ends, size].map((end, index) => {
    const start = ends[index - 1] ?? 0;
    const length = Math.max(end - start, 0);
    return section(input, axis, start, Number.isFinite(length) ? length : null, context);
  });
}

function equalLengths(total: Dim, size: number): readonly number[] | null {
  if (typeof total !== 'number' || size <= 0 || total / size > 256) return null;
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => Math.min(size, total - index * size));
}

export function concat(
  inputs: readonly TensorValue[],
  axis: number,
  context: NativeContext,
  name = 'cat',
): TensorValue {
  if (inputs.length > 0 && inputs.every((input) => isMemory(input, context))) return joined(inputs, axis, context);
  return apply({ op: { kind: 'concat', axis }, inputs, name }, context);
}

/** New memory with what the parts hold, each for its share. */
function joined(inputs: readonly TensorValue[], axis: number, context: NativeContext): TensorValue {
  const shapes = inputs.map(({ shape }) => shape);
  const held = inputs.map((input) => ({
    held: heldBy(input),
    size: input.shape === null ? null : sizeOf(input.shape),
  }));
  const made = allocate(inferShape({ kind: 'concat', axis }, shapes), unionOf(held) ?? unknownInitializer(), context);
  const numbers = joinedNumbers(inputs, axis);
  if (numbers !== null) return withNumbers(made, numbers);
  const table = joinedTable(inputs, axis);
  return table === null ? made : withTable(made, table);
}

export function stack(inputs: readonly TensorValue[], axis: number, context: NativeContext): TensorValue {
  const raised = inputs.map((input) => unsqueeze(input, axis, context));
  return concat(raised, axis, context, 'stack');
}
