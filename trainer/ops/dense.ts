import { logical, logicalValue } from '../value.ts';
import { type Builder, input } from './builder.ts';

/** PyTorch keeps the weight as [out, in], the others as [in, out]. */
export const dense: Builder<'dense'> = (_, inputs, { ops, framework, parameter, optional }) => {
  const x = logical(ops, input(inputs));
  const product = ops.matMul(x, parameter('weight'), false, framework === 'torch');
  const bias = optional('bias');
  return logicalValue(bias === null ? product : ops.add(product, bias));
};

export const embedding: Builder<'embedding'> = (_, inputs, { ops, parameter }) =>
  logicalValue(ops.gather(parameter('weight'), logical(ops, input(inputs))));
