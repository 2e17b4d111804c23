import type { Op } from '../op.ts';
import { formatShape, type Shape } from '../shape.ts';
import { broadcast } from './broadcast.ts';
import { unifyDims, withDim } from './dims.ts';
import {
  concatShape,
  flattenShape,
  halfShape,
  padShape,
  permuteShape,
  reduceShape,
  selectShape,
  splitShape,
} from './rearrange.ts';
import { dotProductAttentionShape, matmulShape, recurrentShape } from './sequence.ts';
import { adaptivePoolShape, convShape, poolShape, upsampleShape } from './spatial.ts';
import { mismatch, type Verdict } from './verdict.ts';

/** The shape rule of every op kind. */
export function shapeRule(op: Op, inputs: readonly (Shape | null)[]): Verdict {
  const input = inputs[0] ?? null;
  switch (op.kind) {
    case 'input':
    case 'constant':
    case 'parameter':
    case 'reshape':
    case 'unknown':
      return null;
    case 'dense':
      return denseShape(op, input);
    case 'conv':
      return convShape(op, input);
    case 'embedding':
      return input === null ? null : [...input, op.width];
    case 'batchNorm':
    case 'layerNorm':
    case 'rmsNorm':
    case 'groupNorm':
    case 'instanceNorm':
    case 'activation':
    case 'softmax':
    case 'dropout':
    case 'affine':
    case 'scale':
    case 'attention':
    case 'roll':
      return input;
    case 'add':
    case 'subtract':
    case 'multiply':
      return broadcast(inputs);
    case 'glu':
      return halfShape(op.axis, input);
    case 'matmul':
      return matmulShape(op, input, inputs[1] ?? null);
    case 'dotProductAttention':
      return dotProductAttentionShape(inputs);
    case 'concat':
      return concatShape(op.axis, inputs);
    case 'split':
      return splitShape(op, input);
    case 'maxPool':
    case 'averagePool':
      return poolShape(op, input);
    case 'adaptiveAveragePool':
    case 'adaptiveMaxPool':
      return adaptivePoolShape(op, input);
    case 'reduce':
      return reduceShape(op, input);
    case 'flatten':
      return flattenShape(op, input);
    case 'permute':
      return permuteShape(op.order, input);
    case 'select':
      return selectShape(op, input);
    case 'pad':
      return padShape(op, input);
    case 'upsample':
      return upsampleShape(op, input);
    case 'recurrent':
      return recurrentShape(op, input);
    default:
      return op satisfies never;
  }
}

function denseShape(op: Extract<Op, { kind: 'dense' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  const features = input[input.length - 1] ?? null;
  if (input.length === 0 || unifyDims(features, op.inFeatures) === undefined) {
    return mismatch(`expects ${op.inFeatures} features, gets ${features} (${formatShape(input)})`);
  }
  return withDim(input, input.length - 1, op.outFeatures);
}
