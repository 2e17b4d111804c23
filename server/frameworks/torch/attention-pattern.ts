import type { Op } from '../../../core/graph/op.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';
import { maskOf } from './attention-mask.ts';

/*
 * Attention that is written out, `softmax(q @ kᵀ / √d) @ v`, is recognized step by step, so that the graph has one node for
 * it, as for `F.scaled_dot_product_attention`. Steps that are not part of an attention leave no trace here.
 */
interface Scores {
  readonly query: TensorValue;
  readonly key: TensorValue;
  readonly scale: number;
  readonly causal: boolean;
  readonly isSoftmaxed: boolean;
}

const scoresOf = new WeakMap<TensorValue, Scores>();
const swapped = new WeakMap<TensorValue, TensorValue>();
const scaled = new WeakMap<TensorValue, { readonly base: TensorValue; readonly factor: number }>();

/** Looks at a step that was made. */
export function watchStep({ op, inputs }: Pick<Step, 'op' | 'inputs'>, result: TensorValue): void {
  const [first, second] = inputs;
  if (first === undefined) return;
  switch (op.kind) {
    case 'permute':
      if (swapsLastTwo(op.order)) swapped.set(result, first);
      return;
    case 'affine':
      if (op.offset === 0) watchFactor(first, op.factor, result);
      return;
    case 'matmul':
      if (second !== undefined && !op.transposeA) watchProduct(first, second, op, result);
      return;
    case 'softmax':
      if (isLastAxis(op, first) && !op.log) extend(first, result, { isSoftmaxed: true });
      return;
    case 'dropout':
      extend(first, result, {});
      return;
    case 'add':
      if (second !== undefined) watchMask(first, second, result);
      return;
    case 'unknown':
      if (op.name === 'masked_fill') extend(first, result, { causal: second === undefined });
      return;
  }
}

/** What `weights @ value` is, where the weights are those of an attention with the usual scale 1/√d; else `null`. */
export function attentionOf(weights: TensorValue): Pick<Scores, 'query' | 'key' | 'causal'> | null {
  const scores = scoresOf.get(weights);
  if (scores === undefined || !scores.isSoftmaxed) return null;
  const width = scores.query.shape?.at(-1);
  if (typeof width !== 'number' || Math.abs(scores.scale * Math.sqrt(width) - 1) > 1e-6) return null;
  return scores;
}

function watchFactor(base: TensorValue, factor: number, result: TensorValue): void {
  scaled.set(result, { base, factor });
  const scores = scoresOf.get(base);
  if (scores !== undefined && !scores.isSoftmaxed) scoresOf.set(result, { ...scores, scale: scores.scale * factor });
}

function watchProduct(
  left: TensorValue,
  right: TensorValue,
  op: Extract<Op, { kind: 'matmul' }>,
  result: TensorValue,
): void {
  const other = op.transposeB ? right : swapped.get(right);
  if (other === undefined) return;
  const [query, key] = [scaled.get(left), scaled.get(other)];
  scoresOf.set(result, {
    query: query?.base ?? left,
    key: key?.base ?? other,
    scale: (query?.factor ?? 1) * (key?.factor ?? 1),
    causal: false,
    isSoftmaxed: false,
  });
}

/** A mask that the code makes itself (`torch.triu(…)`) and adds. */
function watchMask(scores: TensorValue, mask: TensorValue, result: TensorValue): void {
  const kind = maskOf(mask);
  if (kind === 'none') extend(scores, result, {});
  else if (kind === 'causal') extend(scores, result, { causal: true });
}

function extend(from: TensorValue, to: TensorValue, change: Partial<Scores>): void {
  const scores = scoresOf.get(from);
  if (scores !== undefined) scoresOf.set(to, { ...scores, ...change });
}

function swapsLastTwo(order: readonly number[]): boolean {
  const rank = order.length;
  return rank > 1 && order.every((axis, i) => axis === (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i));
}

function isLastAxis({ axis }: { readonly axis: number }, { shape }: TensorValue): boolean {
  return axis === -1 || (shape !== null && axis === shape.length - 1);
}
