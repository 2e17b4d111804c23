import type { Shape } from '../../core/graph/shape.ts';
import type { Ops, Pair, Tensor } from '../backend-ops.ts';
import { logical, logicalValue, mapValue, physicalAxis, range } from '../value.ts';
import { BuildError, type Builder, input } from './builder.ts';

export const flatten: Builder<'flatten'> = (op, inputs, { ops }) => {
  const x = logical(ops, input(inputs));
  const rank = x.shape.length;
  const start = op.startAxis < 0 ? op.startAxis + rank : op.startAxis;
  const end = op.endAxis < 0 ? op.endAxis + rank : op.endAxis;
  const joined = product(x.shape.slice(start, end + 1));
  return logicalValue(ops.reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]));
};

/** Sizes that the graph leaves open: the batch first, then one that follows from the rest. */
export const reshape: Builder<'reshape'> = (_, inputs, { ops, layer, batch }) => {
  const x = logical(ops, input(inputs));
  if (layer.outputShape === null) throw new BuildError('badShape', 'the shape to reshape to is not known');
  const expanded = expandedShape(x.shape, layer.outputShape, batch);
  if (expanded !== null) return logicalValue(expand(ops, x, expanded));
  const size = product(x.shape);
  const open = layer.outputShape.filter((dim) => typeof dim !== 'number').length;
  let isBatchGiven = open < 2;
  const shape = layer.outputShape.map((dim) => {
    if (typeof dim === 'number') return dim;
    if (isBatchGiven) return -1;
    isBatchGiven = true;
    return x.shape[0] ?? 1;
  });
  const known = product(shape.filter((dim) => dim !== -1));
  if (open > 2 || size % known !== 0)
    throw new BuildError(
      'badShape',
      `${x.shape.join('×')} cannot become ${layer.outputShape.map((d) => d ?? '?').join('×')}`,
    );
  return logicalValue(ops.reshape(x, shape));
};

/** The shape of a result that repeats axes of size 1 (a class token, one for every example); `null` where it does not. */
function expandedShape(from: readonly number[], to: Shape, batch: number): readonly number[] | null {
  if (from.length !== to.length) return null;
  const sizes = from.map((size, axis) => {
    const target = to[axis];
    if (typeof target === 'number') return target;
    return axis === 0 && size === 1 ? batch : size;
  });
  const repeats = sizes.some((size, axis) => size !== from[axis]);
  return repeats && sizes.every((size, axis) => size === from[axis] || from[axis] === 1) ? sizes : null;
}

function expand(ops: Ops, x: Tensor, shape: readonly number[]): Tensor {
  const times = shape.map((size, axis) => (size === x.shape[axis] ? 1 : size));
  return ops.multiply(x, ops.constant(new Float32Array(product(times)).fill(1), times));
}

export const permute: Builder<'permute'> = (op, inputs, { ops }) => {
  const value = input(inputs);
  const order = op.order.map((axis) => physicalAxis(value, axis));
  const isIdle = order.every((axis, k) => axis === k);
  return logicalValue(isIdle ? value.tensor : transposed(ops, value.tensor, order));
};

/**
 * Not all engines can transpose more than four axes: neighbours that stay together are one, and of more than four that are left,
 * one at a time is moved to its place.
 */
function transposed(ops: Ops, x: Tensor, order: readonly number[]): Tensor {
  if (order.length <= 4) return ops.transpose(x, order);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const starts = order.filter((axis, k) => k === 0 || axis !== (order[k - 1] ?? 0) + 1);
  const groups = [...starts].sort((a, b) => a - b);
  const sizes = groups.map((start, k) => product(x.shape.slice(start, groups[k + 1])));
  let current = groups.map((_, k) => k);
  let moved = ops.reshape(x, sizes);
  starts.forEach((start, k) => {
    const from = current.indexOf(groups.indexOf(start));
    if (from === k) return;
    const size = (places: readonly number[]) => product(places.map((place) => sizes[place] ?? 1));
    const parts = [current.slice(0, k), current.slice(k, from), current.slice(from, from + 1), current.slice(from + 1)];
    moved = ops.transpose(ops.reshape(moved, parts.map(size)), [0, 2, 1, 3]);
    current = [parts[0], parts[2], parts[1], parts[3]].flatMap((part) => part ?? []);
  });
  return ops.reshape(moved, shape);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

export const select: Builder<'select'> = (op, inputs, { ops }) => {
  const x = logical(ops, input(inputs));
  const axis = op.axis < 0 ? op.axis + x.shape.length : op.axis;
  const size = x.shape[axis] ?? 1;
  const index = op.index < 0 ? op.index + size : op.index;
  if (index < 0 || index >= size) throw new BuildError('badShape', `there is no position ${op.index} of ${size}`);
  return logicalValue(
    ops.reshape(
      part(ops, x, axis, index, 1),
      x.shape.filter((_, k) => k !== axis),
    ),
  );
};

export const split: Builder<'split'> = (op, inputs, { ops }) => {
  const value = input(inputs);
  const axis = physicalAxis(value, op.axis);
  const step = op.step ?? 1;
  const rest = Math.ceil(((value.tensor.shape[axis] ?? 1) - op.start) / step);
  const length = typeof op.length === 'number' ? op.length : rest;
  if (length > rest) throw new BuildError('badShape', `cannot take ${length} from ${op.start} of ${rest + op.start}`);
  const tensor =
    step === 1
      ? part(ops, value.tensor, axis, op.start, length)
      : everyNth(ops, value.tensor, axis, op.start, length, step);
  const changed = op.axis < 0 ? op.axis + value.shape.length : op.axis;
  return { ...value, tensor, shape: value.shape.map((size, k) => (k === changed ? length : size)) };
};

export const roll: Builder<'roll'> = (op, inputs, { ops }) => {
  const x = logical(ops, input(inputs));
  return logicalValue(
    op.axes.reduce((rolled, axis, i) => {
      const place = axis < 0 ? axis + x.shape.length : axis;
      const size = x.shape[place] ?? 1;
      const shift = (((op.shifts[i] ?? 0) % size) + size) % size;
      if (shift === 0) return rolled;
      const [head, tail] = [part(ops, rolled, place, size - shift, shift), part(ops, rolled, place, 0, size - shift)];
      return ops.concat([head, tail], place);
    }, x),
  );
};

/** `padding` is per axis of the shape. Mirrored padding is put together from slices: its gradient in TensorFlow.js is wrong. */
export const pad: Builder<'pad'> = (op, inputs, { ops }) => {
  const value = input(inputs);
  const rank = value.shape.length;
  const missing = rank - op.padding.length;
  const all = range(0, rank).map((axis): Pair => (axis < missing ? [0, 0] : (op.padding[axis - missing] ?? [0, 0])));
  if (op.mode === 'constant' && all.every(([before, after]) => before >= 0 && after >= 0)) {
    const moved = range(0, rank).map(
      (k): Pair => all[range(0, rank).findIndex((axis) => physicalAxis(value, axis) === k)] ?? [0, 0],
    );
    const shape = value.shape.map((size, axis) => size + (all[axis]?.[0] ?? 0) + (all[axis]?.[1] ?? 0));
    return { ...mapValue(value, (x) => ops.pad(x, moved, 0)), shape };
  }
  const y = all.reduce(
    (x, [before, after], axis) => padAxis(ops, x, axis, before, after, op.mode),
    logical(ops, value),
  );
  return { ...logicalValue(y), unitAxis: value.unitAxis };
};

function padAxis(ops: Ops, x: Tensor, axis: number, before: number, after: number, mode: string): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.shape[axis] ?? 1;
  if (before < 0 || after < 0) {
    const kept = part(ops, x, axis, Math.max(0, -before), size + Math.min(0, before) + Math.min(0, after));
    return padAxis(ops, kept, axis, Math.max(0, before), Math.max(0, after), mode);
  }
  if (mode === 'constant') {
    return ops.pad(
      x,
      x.shape.map((_, k): Pair => (k === axis ? [before, after] : [0, 0])),
      0,
    );
  }
  if (mode === 'reflect' && Math.max(before, after) >= size)
    throw new BuildError('badShape', `cannot mirror ${Math.max(before, after)} of ${size} positions`);
  const at = (index: number) => part(ops, x, axis, index, 1);
  const left = range(0, before).map((i) => at(mode === 'reflect' ? before - i : 0));
  const right = range(0, after).map((i) => at(mode === 'reflect' ? size - 2 - i : size - 1));
  return ops.concat([...left, x, ...right], axis);
}

/** In blocks of `step` positions, the first of each; the last block is filled up. */
function everyNth(ops: Ops, x: Tensor, axis: number, start: number, length: number, step: number): Tensor {
  const size = x.shape[axis] ?? 1;
  const kept = part(ops, x, axis, start, Math.min(size - start, length * step));
  const whole = padAxis(ops, kept, axis, 0, length * step - (kept.shape[axis] ?? 0), 'constant');
  const blocks = ops.reshape(
    whole,
    whole.shape.flatMap((dim, k) => (k === axis ? [length, step] : [dim])),
  );
  return ops.reshape(
    part(ops, blocks, axis + 1, 0, 1),
    whole.shape.map((dim, k) => (k === axis ? length : dim)),
  );
}

/** The axes around are taken as one each: not all engines can pad more than four, which is the gradient of a slice. */
function part(ops: Ops, x: Tensor, axis: number, start: number, length: number): Tensor {
  const [before, size, after] = [product(x.shape.slice(0, axis)), x.shape[axis] ?? 1, product(x.shape.slice(axis + 1))];
  const joined = ops.reshape(x, [before, size, after]);
  return ops.reshape(
    ops.slice(joined, [0, start, 0], [before, length, after]),
    x.shape.map((dim, k) => (k === axis ? length : dim)),
  );
}
