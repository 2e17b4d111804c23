import { logical, logicalValue } from '../value.ts';
import { type Builder, input } from './builder.ts';

/** PyTorch keeps the weight as [out, in], the others as [in, out]; Flax's may have several axes on either side. */
export const dense: Builder<'dense'> = (_, inputs, { ops, framework, parameter, optional }) => {
  const x = logical(ops, input(inputs));
  const weight = parameter('weight');
  const matrix = weight.shape.length === 2 ? weight : ops.reshape(weight, [x.shape.at(-1) ?? 1, -1]);
  const product = ops.matMul(x, matrix, false, framework === 'torch');
  const bias = optional('bias');
  return logicalValue(
    bias === null ? product : ops.add(product, bias.shape.length === 1 ? bias : ops.reshape(bias, [-1])),
  );
};

export const embedding: Builder<'embedding'> = (_, inputs, { ops, parameter }) =>
  logicalValue(ops.gather(parameter('weight'), logical(ops, input(inputs))));
