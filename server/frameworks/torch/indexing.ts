import { type Dim, isKnown, type Shape } from '../../../core/graph/shape.ts';
import { constant, unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf } from '../../interpreter/read.ts';
import { none, type SliceValue, type TensorValue, type Value } from '../../interpreter/values.ts';
import { applyUnknown, isTracing } from './apply.ts';
import { numbersIn, productOf, repeatedTable, sizesOf, type Table, tableIn, withTable } from './known-numbers.ts';
import { areMatches } from './matches.ts';
import { constantTensor, gatheredNumbers, type Stretch, writtenTable } from './moved-numbers.ts';
import { section, select, unsqueeze } from './rearrange.ts';
import { constantIn, copyInto, fill } from './writes.ts';

/** `x[index]` with numbers, slices, `None`, `...` and tensors, left to right. */
export function tensorIndex(input: TensorValue, index: Value, context: NativeContext): TensorValue {
  const items = index.type === 'tuple' ? index.items : [index];
  const consumed = items.filter((item) => !isNone(item) && item.type !== 'ellipsis').length;
  const rank = input.shape?.length ?? null;
  let result = input;
  let axis = 0;
  for (const item of items) {
    const position = numberOf(item);
    const only = oneOf(item, result.shape?.[axis] ?? null);
    if (item.type === 'ellipsis') {
      if (rank === null) return part(input, null, context);
      axis += rank - consumed;
    } else if (isNone(item)) {
      result = unsqueeze(result, axis, context);
      axis++;
    } else if (item.type === 'slice') {
      result = sliced(result, item, axis, context);
      axis++;
    } else if (position !== null && item.type !== 'boolean') {
      result = select(result, axis, position, context);
    } else if (only !== null) {
      result = section(result, axis, only, 1, context);
      axis++;
    } else if (item.type === 'tensor' || item.type === 'list') {
      const read = item.type === 'tensor' ? gatheredNumbers(result, axis, item) : null;
      if (read !== null && items.length === 1) return constantTensor(read.shape, read.numbers, context);
      // By an index tensor or a mask: which elements is not known.
      return part(result, gathered(result.shape, axis, item), context);
    } else {
      result = part(result, withoutAxis(result.shape, axis), context);
    }
  }
  return result;
}

/** `[[-1]]`: the one place that a list names, counted from the start; `null` where it is not that. */
function oneOf(index: Value, size: Dim): number | null {
  if (index.type !== 'list' || index.items.length !== 1 || index.open) return null;
  const [item] = index.items;
  const place = item === undefined || item.type === 'boolean' ? null : numberOf(item);
  if (place === null || place >= 0) return place;
  return isKnown(size) ? size + place : null;
}

/** A part of a tensor, of which only the shape is known. */
function part(input: TensorValue, shape: Shape | null, context: NativeContext): TensorValue {
  if (input.layer === null && input.storage !== null && (!isTracing(context) || !input.isParameter)) {
    return { ...input, shape, isPart: true, isParameter: false };
  }
  return applyUnknown('index', [input], shape, context);
}

function sliced(
  input: TensorValue,
  { lower, upper, step }: SliceValue,
  axis: number,
  context: NativeContext,
): TensorValue {
  if (isNone(lower) && isNone(upper) && isNone(step)) return input;
  const { shape } = input;
  const size = shape?.[axis] ?? null;
  const from = isNone(lower) ? 0 : numberOf(lower);
  const to = isNone(upper) ? size : numberOf(upper);
  const stride = isNone(step) ? 1 : numberOf(step);
  if (from === 0 && isNone(upper) && stride === 1) return input;
  const start = from === null ? null : from < 0 ? (isKnown(size) ? Math.max(size + from, 0) : null) : from;
  const end = isKnown(to)
    ? to < 0
      ? isKnown(size)
        ? size + to
        : null
      : isKnown(size)
        ? Math.min(to, size)
        : to
    : null;
  if (start === null || end === null || stride === null) return part(input, withAxis(shape, axis, null), context);
  const length = Math.max(0, Math.ceil((end - start) / stride));
  const isMemory = input.layer === null && input.storage !== null && numbersIn(input) === null;
  if (stride < 1 || (stride !== 1 && (isMemory || !isKnown(size))))
    return part(input, withAxis(shape, axis, stride < 1 ? null : length), context);
  // `x[:n]` of an axis that is shorter or not known: what is there.
  if (!isKnown(size) && isKnown(to) && axis === 0) return part(input, withAxis(shape, axis, null), context);
  return section(input, axis, start, length, context, stride);
}

function withAxis(shape: Shape | null, axis: number, dim: number | null): Shape | null {
  return shape === null ? null : shape.map((old, index) => (index === axis ? dim : old));
}

function withoutAxis(shape: Shape | null, axis: number): Shape | null {
  return shape === null ? null : shape.filter((_, index) => index !== axis);
}

function gathered(shape: Shape | null, axis: number, index: Value): Shape | null {
  if (shape === null || index.type !== 'tensor' || index.shape === null) return withAxis(shape, axis, null);
  return [...shape.slice(0, axis), ...index.shape, ...shape.slice(axis + 1)];
}

/**
 * `x[index] = value`: a write to the part of the memory that the index names. What places of a computed tensor a mask names is
 * not known, nor what the tensor is then.
 */
export function setTensorIndex(
  target: TensorValue,
  index: Value,
  value: Value,
  context: NativeContext,
): TensorValue | null {
  if (target.layer !== null) {
    context.note('a value written into part of a computed tensor was not followed');
    const inputs = value.type === 'tensor' ? [target, value] : [target];
    return isOpen(index) ? applyUnknown('masked assignment', inputs, target.shape, context) : null;
  }
  if (target.storage === null) return null;
  const table = tableAfter(target, index, value);
  writeMemory(target, index, value, context);
  if (table !== null) withTable(target, table);
  return null;
}

function writeMemory(target: TensorValue, index: Value, value: Value, context: NativeContext): void {
  const place = tensorIndex(target, index, context);
  const into = place.storage === target.storage ? place : { ...target, isPart: true };
  if (value.type !== 'tensor') fill(into, constant(numberOf(value)), 'assignment', context);
  else if (value.storage !== null || (value.layer !== null && into.isPart)) copyInto(into, value, context);
  else fill({ ...into, isPart: true }, unknownInitializer(), 'assignment', context);
}

/** The numbers of a memory after some were written to slices of it: `table[:, 0::2] = angles.sin()`. */
function tableAfter(target: TensorValue, index: Value, value: Value): Table | null {
  const sizes = sizesOf(target.shape);
  if (sizes === null || target.isParameter || target.isPart) return null;
  const only = constantIn(target);
  const before = tableIn(target) ?? (only === null ? null : constantTable(only, productOf(sizes)));
  const stretches = stretchesOf(index, sizes);
  if (before === null || stretches === null) return null;
  const lengths = stretches.map(([, , length]) => length);
  const single = value.type === 'tensor' ? null : numberOf(value);
  const written = value.type === 'tensor' ? tableOf(value, lengths) : single === null ? null : constantTable(single, 1);
  return written === null ? null : writtenTable(before, sizes, stretches, written);
}

function tableOf(value: TensorValue, lengths: readonly number[]): Table | null {
  const [own, table] = [sizesOf(value.shape), tableIn(value)];
  return own === null || table === null ? null : repeatedTable(table, own, lengths);
}

function constantTable(value: number, length: number): Table {
  return { length, depth: 0, at: () => value };
}

/** What slices name of every axis; `null` where there is anything but slices, or a bound is not known. */
function stretchesOf(index: Value, sizes: readonly number[]): readonly Stretch[] | null {
  const items = index.type === 'tuple' ? index.items : [index];
  const ellipsis = items.findIndex((item) => item.type === 'ellipsis');
  const whole: SliceValue = { type: 'slice', lower: none, upper: none, step: none };
  const missing = Array.from({ length: sizes.length - items.length + (ellipsis < 0 ? 0 : 1) }, () => whole);
  const all = ellipsis < 0 ? [...items, ...missing] : items.toSpliced(ellipsis, 1, ...missing);
  if (all.length !== sizes.length) return null;
  const stretches = all.map((item, axis) => (item.type === 'slice' ? stretchOf(item, sizes[axis] ?? 0) : null));
  return stretches.every((stretch) => stretch !== null) ? stretches : null;
}

function stretchOf({ lower, upper, step }: SliceValue, size: number): Stretch | null {
  const bound = (value: Value, otherwise: number) => (isNone(value) ? otherwise : numberOf(value));
  const [from, to, stride] = [bound(lower, 0), bound(upper, size), bound(step, 1)];
  if (from === null || to === null || stride === null || stride < 1) return null;
  const within = (place: number) => Math.min(Math.max(place < 0 ? place + size : place, 0), size);
  return [within(from), stride, Math.max(0, Math.ceil((within(to) - within(from)) / stride))];
}

/** It names places by what only a run knows, and more than a few of them. */
function isOpen(index: Value): boolean {
  if (index.type === 'tuple') return index.items.some(isOpen);
  if (index.type === 'tensor') return numbersIn(index) === null && !areMatches(index);
  return index.type === 'unknown';
}
