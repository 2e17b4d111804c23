import type { Ops, Tensor } from '../backend-ops.ts';
import { logical, logicalValue, mapValue, physicalAxis, range, type Value } from '../value.ts';
import { BuildError, type Builder, input } from './builder.ts';

export const add: Builder<'add'> = (_, inputs, { ops }) => fold(ops, inputs, ops.add);
export const subtract: Builder<'subtract'> = (_, inputs, { ops }) => fold(ops, inputs, ops.subtract);
export const multiply: Builder<'multiply'> = (_, inputs, { ops }) => fold(ops, inputs, ops.multiply);

export const affine: Builder<'affine'> = (op, inputs, { ops }) =>
  mapValue(input(inputs), (x) => ops.affine(x, op.factor, op.offset));

/** The learned factor broadcasts as the framework's code does: against the last axes. */
export const scale: Builder<'scale'> = (_, inputs, { ops, parameter }) => {
  const value = input(inputs);
  return { ...logicalValue(ops.multiply(logical(ops, value), parameter('scale'))), unitAxis: value.unitAxis };
};

export const matmul: Builder<'matmul'> = (op, inputs, { ops }) => {
  const [a, b] = [logical(ops, input(inputs)), logical(ops, input(inputs, 1))];
  const left = a.shape.length === 1 ? ops.reshape(a, [1, -1]) : a;
  const right = b.shape.length === 1 ? ops.reshape(b, [-1, 1]) : b;
  const product = ops.matMul(left, right, op.transposeA, op.transposeB);
  const shape = [
    ...product.shape.slice(0, -2),
    ...(a.shape.length === 1 ? [] : product.shape.slice(-2, -1)),
    ...(b.shape.length === 1 ? [] : product.shape.slice(-1)),
  ];
  return logicalValue(shape.length === product.shape.length ? product : ops.reshape(product, shape));
};

export const concat: Builder<'concat'> = (op, inputs, { ops }) => {
  const first = input(inputs);
  const [order, values] = sameOrder(ops, inputs);
  const axis = physicalAxis({ ...first, order }, op.axis);
  const tensor = ops.concat(values, axis);
  return valueIn(order, tensor, first.unitAxis);
};

export const reduce: Builder<'reduce'> = (op, inputs, { ops }) => {
  const value = input(inputs);
  const axes = [...new Set(op.axes.map((axis) => physicalAxis(value, axis)))].sort((a, b) => a - b);
  const all = axes.length === 0 ? range(0, value.shape.length) : axes;
  const y = ops[op.fn](value.tensor, all, op.keepDims);
  if (op.keepDims) return { ...valueIn(value.order, y, value.unitAxis) };
  // What is left of a channels-last image is in logical order only if its channels are gone, or alone.
  const left = range(0, value.shape.length).filter((axis) => !all.includes(axis));
  const isOrdered = value.order === 'logical' || left.length <= 2 || !left.includes(value.shape.length - 1);
  return isOrdered ? logicalValue(y) : reduceLogical(ops, value, op);
};

function reduceLogical(ops: Ops, value: Value, op: { fn: 'mean' | 'sum' | 'max'; axes: readonly number[] }): Value {
  const rank = value.shape.length;
  return logicalValue(
    ops[op.fn](
      logical(ops, value),
      op.axes.map((axis) => (axis < 0 ? axis + rank : axis)),
      false,
    ),
  );
}

function fold(ops: Ops, inputs: readonly Value[], combine: (a: Tensor, b: Tensor) => Tensor): Value {
  const first = input(inputs);
  const isSame = inputs.every(({ order, shape }) => order === first.order && shape.length === first.shape.length);
  const order = isSame ? first.order : 'logical';
  const tensors = inputs.map((value) => (isSame ? value.tensor : logical(ops, value)));
  const widest = inputs.reduce((a, b) => (b.shape.length > a.shape.length ? b : a));
  try {
    return valueIn(order, tensors.reduce(combine), widest.unitAxis);
  } catch (error) {
    const shapes = inputs.map(({ shape }) => shape.join('×')).join(' and ');
    throw new BuildError('badShape', `cannot combine ${shapes}: ${error instanceof Error ? error.message : error}`);
  }
}

/** All in one order in memory: that of the first, if all have it. */
function sameOrder(ops: Ops, inputs: readonly Value[]): readonly [Value['order'], Tensor[]] {
  const order = inputs.every((value) => value.order === 'channelsLast') ? 'channelsLast' : 'logical';
  return [order, inputs.map((value) => (order === 'channelsLast' ? value.tensor : logical(ops, value)))];
}

function valueIn(order: Value['order'], tensor: Tensor, unitAxis: number): Value {
  if (order === 'logical') return { ...logicalValue(tensor), unitAxis };
  const last = tensor.shape.length - 1;
  const shape = [tensor.shape[0] ?? 1, tensor.shape[last] ?? 1, ...tensor.shape.slice(1, last)];
  return { shape, tensor, order, unitAxis };
}
