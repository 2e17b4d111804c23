import type { Ops, Tensor } from './backend-ops.ts';

/**
 * A tensor on its way through the graph. PyTorch's images are channels-first by their logical `shape`, but every engine
 * convolves channels-last: an image stays in that order in memory until somebody needs the logical one.
 */
export interface Value {
  /** As the framework sees it. */
  readonly shape: readonly number[];
  readonly tensor: Tensor;
  /** Axes of `tensor`: as in `shape`, or with axis 1 moved to the end. */
  readonly order: 'logical' | 'channelsLast';
  /** Axis of `shape` that counts the layer's units. */
  readonly unitAxis: number;
}

export function logicalValue(tensor: Tensor, unitAxis = tensor.shape.length - 1): Value {
  return { shape: tensor.shape, tensor, order: 'logical', unitAxis };
}

/** A channels-last image (or volume, or sequence) as a value of the given layout. */
export function imageValue(tensor: Tensor, layout: 'channelsFirst' | 'channelsLast'): Value {
  const last = tensor.shape.length - 1;
  if (layout === 'channelsLast') return logicalValue(tensor);
  const shape = [tensor.shape[0] ?? 1, tensor.shape[last] ?? 1, ...tensor.shape.slice(1, last)];
  return { shape, tensor, order: 'channelsLast', unitAxis: 1 };
}

/** Axes as the framework sees them. */
export function logical(ops: Ops, value: Value): Tensor {
  if (value.order === 'logical') return value.tensor;
  const { shape } = value.tensor;
  return ops.reshape(ops.transpose(merged(ops, value.tensor, 1, shape.length - 1), [0, 2, 1]), value.shape);
}

/** The tensor with its channels last, where the layout says they are. */
export function image(ops: Ops, value: Value, layout: 'channelsFirst' | 'channelsLast'): Tensor {
  if (layout === 'channelsLast') return logical(ops, value);
  if (value.order === 'channelsLast') return value.tensor;
  const { shape } = value;
  const moved = ops.transpose(merged(ops, value.tensor, 2, shape.length), [0, 2, 1]);
  return ops.reshape(moved, [shape[0] ?? 1, ...shape.slice(2), shape[1] ?? 1]);
}

/** Axes `from` to `to` as one: engines transpose three axes faster than five, and not all can five. */
function merged(ops: Ops, x: Tensor, from: number, to: number): Tensor {
  const joined = x.shape.slice(from, to).reduce((a, b) => a * b, 1);
  return ops.reshape(x, [...x.shape.slice(0, from), joined, ...x.shape.slice(to)]);
}

/** Element by element: the order in memory does not matter. */
export function mapValue(value: Value, map: (x: Tensor) => Tensor): Value {
  return { ...value, tensor: map(value.tensor) };
}

/** Axis of `value.tensor` that holds axis `axis` (negative ones from the back) of `value.shape`. */
export function physicalAxis(value: Value, axis: number): number {
  const rank = value.shape.length;
  const positive = axis < 0 ? axis + rank : axis;
  if (value.order === 'logical' || positive === 0) return positive;
  return positive === 1 ? rank - 1 : positive - 1;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
