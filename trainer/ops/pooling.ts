import type { PoolOp } from '../../core/graph/op.ts';
import type { Ops, Pair, Tensor } from '../backend-ops.ts';
import { image, imageValue, range } from '../value.ts';
import { BuildError, type Builder, input } from './builder.ts';
import { paddingOf } from './convolution.ts';
import { resample } from './resample.ts';
import { padSpace } from './volume.ts';

/** Below every number that training meets, and its square is still finite. */
const lowest = -1e18;

export const maxPool: Builder<'maxPool'> = (op, inputs, { ops }) => {
  const x = image(ops, input(inputs), op.layout);
  const padded = padSpace(ops, x, paddingIn(planOf(op, x)), lowest);
  return imageValue(
    eachPlane(ops, padded, op, (planes, kernel, stride) => ops.maxPool2d(planes, kernel, stride)),
    op.layout,
  );
};

/** Unpadded averages of the zero-padded image, corrected by how many positions each window really counts. */
export const averagePool: Builder<'averagePool'> = (op, inputs, { ops }) => {
  const x = image(ops, input(inputs), op.layout);
  const plan = planOf(op, x);
  const means = eachPlane(ops, padSpace(ops, x, paddingIn(plan), 0), op, (planes, kernel, stride) =>
    ops.averagePool2d(planes, kernel, stride),
  );
  const correction = plan.reduce<number[]>(
    (outer, axis) => outer.flatMap((a) => axis.correction.map((b) => a * b)),
    [1],
  );
  const isOne = correction.every((factor) => factor === 1);
  const shape = [1, ...plan.map((axis) => axis.correction.length), 1];
  return imageValue(isOne ? means : ops.multiply(means, ops.constant(correction, shape)), op.layout);
};

export const adaptiveAveragePool: Builder<'adaptiveAveragePool'> = (op, inputs, { ops }) => {
  const x = image(ops, input(inputs), op.layout);
  const sizes = x.shape.slice(1, -1);
  if (op.output.every((size) => size === 1))
    return imageValue(ops.mean(x, range(1, sizes.length + 1), true), op.layout);
  const y = op.output.reduce(
    (tensor, size, axis) => resample(ops, tensor, axis + 1, adaptiveMeans(sizes[axis] ?? 1, size)),
    x,
  );
  return imageValue(y, op.layout);
};

export const adaptiveMaxPool: Builder<'adaptiveMaxPool'> = (op, inputs, { ops }) => {
  const x = image(ops, input(inputs), op.layout);
  const y = op.output.reduce((tensor, size, axis) => adaptiveMaxima(ops, tensor, axis + 1, size), x);
  return imageValue(y, op.layout);
};

interface Axis {
  readonly before: number;
  readonly after: number;
  /** Window's length over the number of positions that count, per output position. */
  readonly correction: readonly number[];
}

function planOf(op: PoolOp & { readonly countIncludePad?: boolean }, x: Tensor): readonly Axis[] {
  return x.shape.slice(1, -1).map((size, axis) => {
    const kernel = op.kernel[axis] ?? 1;
    const stride = op.stride[axis] ?? kernel;
    const [before, after] = paddingOf(op.padding, axis, size, kernel, stride, 1);
    const padded = size + before + after;
    const count = outputSize(size, padded, kernel, stride, before, op.ceilMode);
    if (count < 1) throw new BuildError('badShape', `its window of ${kernel} does not fit into ${size}`);
    // A window that begins inside may reach over the end in ceil mode: there is no padding to count there.
    const surplus = Math.max(0, (count - 1) * stride + kernel - padded);
    const countsPadding = op.countIncludePad === true && op.padding !== 'same';
    const [from, to] = countsPadding ? [0, padded] : [before, before + size];
    const correction = range(0, count).map((i) => {
      const covered = Math.min(i * stride + kernel, to) - Math.max(i * stride, from);
      return kernel / covered;
    });
    return { before, after: after + surplus, correction };
  });
}

/** PyTorch's rule: in ceil mode the last window must begin inside the image or its left padding. */
function outputSize(
  size: number,
  padded: number,
  kernel: number,
  stride: number,
  before: number,
  ceil: boolean,
): number {
  const steps = (padded - kernel) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + before ? count - 1 : count;
}

function paddingIn(plan: readonly Axis[]): readonly Pair[] {
  return plan.map(({ before, after }) => [before, after]);
}

/** Pools images; sequences as images of one row, volumes first in each image and then in depth. */
function eachPlane(ops: Ops, x: Tensor, op: PoolOp, pool: (x: Tensor, kernel: Pair, stride: Pair) => Tensor): Tensor {
  const kernel = (axis: number) => op.kernel[axis] ?? 1;
  const stride = (axis: number) => op.stride[axis] ?? kernel(axis);
  if (op.rank === 2) return pool(x, [kernel(0), kernel(1)], [stride(0), stride(1)]);
  if (op.rank === 1) {
    const [batch = 1, length = 1, channels = 1] = x.shape;
    const y = pool(ops.reshape(x, [batch, 1, length, channels]), [1, kernel(0)], [1, stride(0)]);
    return ops.reshape(y, [batch, y.shape[2] ?? 1, channels]);
  }
  const [batch = 1, depth = 1, height = 1, width = 1, channels = 1] = x.shape;
  const flat = pool(
    ops.reshape(x, [batch * depth, height, width, channels]),
    [kernel(1), kernel(2)],
    [stride(1), stride(2)],
  );
  const [, rows = 1, columns = 1] = flat.shape;
  const deep = pool(ops.reshape(flat, [batch, depth, rows * columns, channels]), [kernel(0), 1], [stride(0), 1]);
  return ops.reshape(deep, [batch, deep.shape[1] ?? 1, rows, columns, channels]);
}

/** PyTorch's windows: from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉. */
function adaptiveWindow(size: number, count: number, i: number): readonly [number, number] {
  return [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)];
}

function adaptiveMeans(size: number, count: number): number[][] {
  return range(0, count).map((i) => {
    const [from, to] = adaptiveWindow(size, count, i);
    return range(0, size).map((k) => (k >= from && k < to ? 1 / (to - from) : 0));
  });
}

function adaptiveMaxima(ops: Ops, x: Tensor, axis: number, count: number): Tensor {
  const size = x.shape[axis] ?? 1;
  const parts = range(0, count).map((i) => {
    const [from, to] = adaptiveWindow(size, count, i);
    const begin = x.shape.map((_, k) => (k === axis ? from : 0));
    const length = x.shape.map((full, k) => (k === axis ? to - from : full));
    return ops.max(ops.slice(x, begin, length), [axis], true);
  });
  return ops.concat(parts, axis);
}
