import type { Tensor } from '../backend-ops.ts';
import { logical, logicalValue, physicalAxis, range, type Value } from '../value.ts';
import { BuildError, type Builder, input, type NodeContext } from './builder.ts';

/** In training mode: with the statistics of the batch. */
export const batchNorm: Builder<'batchNorm'> = (op, inputs, context) => {
  const x = input(inputs);
  const channel = physicalAxis(x, op.axis);
  const others = range(0, x.shape.length).filter((axis) => axis !== channel);
  return withGain({ ...x, tensor: context.ops.normalize(x.tensor, others, op.epsilon) }, channel, context);
};

export const instanceNorm: Builder<'instanceNorm'> = (op, inputs, context) => {
  const x = input(inputs);
  const channel = physicalAxis(x, op.axis);
  const others = range(1, x.shape.length).filter((axis) => axis !== channel);
  return withGain({ ...x, tensor: context.ops.normalize(x.tensor, others, op.epsilon) }, channel, context);
};

export const layerNorm: Builder<'layerNorm'> = (op, inputs, { ops, optional }) => {
  const value = input(inputs);
  const x = logical(ops, value);
  const rank = x.shape.length;
  return affine(ops.normalize(x, range(rank - op.axes, rank), op.epsilon), value, { ops, optional });
};

/** x / √(mean x² + ε), without taking the mean away. */
export const rmsNorm: Builder<'rmsNorm'> = (op, inputs, { ops, optional }) => {
  const value = input(inputs);
  const x = logical(ops, value);
  const power = ops.affine(ops.mean(ops.square(x), [x.shape.length - 1], true), 1, op.epsilon);
  return affine(ops.divide(x, ops.sqrt(power)), value, { ops, optional });
};

export const groupNorm: Builder<'groupNorm'> = (op, inputs, context) => {
  const { ops } = context;
  const value = input(inputs);
  const x = logical(ops, value);
  const axis = op.axis < 0 ? op.axis + x.shape.length : op.axis;
  const channels = x.shape[axis] ?? 1;
  if (channels % op.groups !== 0)
    throw new BuildError('badShape', `${channels} channels do not make ${op.groups} groups`);
  const split = [...x.shape.slice(0, axis), op.groups, channels / op.groups, ...x.shape.slice(axis + 1)];
  const others = range(1, split.length).filter((k) => k !== axis);
  const y = ops.reshape(ops.normalize(ops.reshape(x, split), others, op.epsilon), x.shape);
  return withGain({ ...logicalValue(y), unitAxis: axis }, axis, context);
};

/** Gain and bias over the last axes, as they are. */
function affine(x: Tensor, value: Value, { ops, optional }: Pick<NodeContext, 'ops' | 'optional'>): Value {
  const gain = optional('gain');
  const bias = optional('bias');
  const scaled = gain === null ? x : ops.multiply(x, gain);
  return { ...logicalValue(bias === null ? scaled : ops.add(scaled, bias)), unitAxis: value.unitAxis };
}

/** Gain and bias per channel, where the channels are on `axis` of the tensor. */
function withGain(value: Value, axis: number, { ops, optional }: NodeContext): Value {
  const rank = value.shape.length;
  const spread = (p: Tensor) => (axis === rank - 1 ? p : ops.reshape(p, [-1, ...range(axis + 1, rank).map(() => 1)]));
  const gain = optional('gain');
  const bias = optional('bias');
  const scaled = gain === null ? value.tensor : ops.multiply(value.tensor, spread(gain));
  return { ...value, tensor: bias === null ? scaled : ops.add(scaled, spread(bias)) };
}
