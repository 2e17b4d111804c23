import type { Op } from '../op.ts';
import { type Dim, formatShape, isKnown, type Shape } from '../shape.ts';
import { broadcastPair } from './broadcast.ts';
import { unifyDims } from './dims.ts';
import { isMismatch, mismatch, type Verdict } from './verdict.ts';

export function recurrentShape(op: Extract<Op, { kind: 'recurrent' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  // PyTorch also takes a sequence without a batch.
  if (input.length !== 3 && input.length !== 2) {
    return mismatch(`expects 3 dimensions, gets ${input.length} (${formatShape(input)})`);
  }
  const features = input[input.length - 1] ?? null;
  if (unifyDims(features, op.inputSize) === undefined) {
    return mismatch(`expects ${op.inputSize} features, gets ${features} (${formatShape(input)})`);
  }
  const width = op.bidirectional ? timesTwo(op.hiddenSize) : op.hiddenSize;
  if (op.returnSequences) return [...input.slice(0, -1), width];
  if (input.length === 2) return [width];
  return [(op.batchFirst ? input[0] : input[1]) ?? null, width];
}

/** `a @ b` with PyTorch's and NumPy's rules for vectors and batches; the flags swap the last two axes first. */
export function matmulShape(
  op: { transposeA: boolean; transposeB: boolean },
  a: Shape | null,
  b: Shape | null,
): Verdict {
  if (a === null || b === null) return null;
  if (a.length === 0 || b.length === 0) return mismatch('cannot multiply a scalar as a matrix');
  const left = matrixOf(a.length === 1 ? [1, ...a] : a, op.transposeA);
  const right = matrixOf(b.length === 1 ? [...b, 1] : b, op.transposeB);
  if (unifyDims(left.columns, right.rows) === undefined) {
    return mismatch(`cannot multiply ${formatShape(a)} by ${formatShape(b)}`);
  }
  const batch = broadcastPair(left.batch, right.batch);
  if (isMismatch(batch)) return batch;
  return [...batch, ...(a.length === 1 ? [] : [left.rows]), ...(b.length === 1 ? [] : [right.columns])];
}

/** Query [..., L, E], key [..., S, E], value [..., S, V] to [..., L, V]. */
export function dotProductAttentionShape(inputs: readonly (Shape | null)[]): Verdict {
  const [query = null, key = null, value = null] = inputs;
  const scores = matmulShape({ transposeA: false, transposeB: true }, query, key);
  if (scores === null || isMismatch(scores)) return scores;
  return matmulShape({ transposeA: false, transposeB: false }, scores, value);
}

function matrixOf(shape: Shape, transpose: boolean) {
  const first = shape[shape.length - 2] ?? null;
  const second = shape[shape.length - 1] ?? null;
  return { batch: shape.slice(0, -2), rows: transpose ? second : first, columns: transpose ? first : second };
}

function timesTwo(dim: Dim): Dim {
  return isKnown(dim) ? 2 * dim : null;
}
