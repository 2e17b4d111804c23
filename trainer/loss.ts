import type { Ops, Tensor } from './backend-ops.ts';
import type { OutputPlan } from './plan.ts';
import { logical, type Value } from './value.ts';

/** What the model should put out: class indices (in the order of the output's positions), or values of its shape. */
export type Target =
  | { readonly kind: 'classes'; readonly labels: Tensor }
  | { readonly kind: 'values'; readonly values: Tensor };

export interface Judged {
  /** Scalar: the mean over the batch and positions. */
  readonly loss: Tensor;
  /** [positions, classes] (binary: the output's shape), where there are classes. */
  readonly scores: Tensor | null;
}

/** Mean losses as the frameworks define them, from scores before the softmax or sigmoid. */
export function lossOf(ops: Ops, plan: OutputPlan, output: Value, target: Target, classAxis: number): Judged {
  const x = logical(ops, output);
  switch (plan.loss) {
    case 'crossEntropy': {
      if (target.kind !== 'classes') return meanSquaredError(ops, x, target.values);
      const scores = asRows(ops, x, classAxis);
      const chosen = ops.multiply(ops.logSoftmax(scores), ops.oneHot(target.labels, scores.shape[1] ?? 1));
      return { loss: ops.affine(ops.sum(chosen, [0, 1], false), -1 / (scores.shape[0] ?? 1), 0), scores };
    }
    case 'binaryCrossEntropy': {
      if (target.kind === 'classes') throw new Error('binary targets are values');
      // −y log σ(x) − (1 − y) log(1 − σ(x)) = softplus(x) − x y
      const each = ops.subtract(ops.softplus(x), ops.multiply(x, target.values));
      return { loss: meanOfAll(ops, each), scores: x };
    }
    case 'meanSquaredError':
      return meanSquaredError(
        ops,
        x,
        target.kind === 'values' ? target.values : ops.oneHot(target.labels, x.shape.at(-1) ?? 1),
      );
    default:
      return plan.loss satisfies never;
  }
}

function meanSquaredError(ops: Ops, x: Tensor, values: Tensor): Judged {
  return { loss: meanOfAll(ops, ops.square(ops.subtract(x, values))), scores: null };
}

/** Scalar: the share of positions that come out right, `null` where there are no classes. */
export function accuracyOf(ops: Ops, { scores }: Judged, target: Target): Tensor | null {
  if (scores === null) return null;
  if (target.kind === 'values')
    return meanOfAll(ops, ops.isZero(ops.subtract(ops.isGreater(scores, 0), target.values)));
  const wanted = ops.sum(ops.multiply(scores, ops.oneHot(target.labels, scores.shape[1] ?? 1)), [1], false);
  return meanOfAll(ops, ops.isZero(ops.subtract(ops.max(scores, [1], false), wanted)));
}

/** [positions, classes]. */
function asRows(ops: Ops, x: Tensor, classAxis: number): Tensor {
  const last = x.shape.length - 1;
  const order = [...x.shape.keys()].filter((axis) => axis !== classAxis);
  const moved = classAxis === last ? x : ops.transpose(x, [...order, classAxis]);
  return moved.shape.length === 2 ? moved : ops.reshape(moved, [-1, x.shape[classAxis] ?? 1]);
}

function meanOfAll(ops: Ops, x: Tensor): Tensor {
  return ops.mean(x, [...x.shape.keys()], false);
}
