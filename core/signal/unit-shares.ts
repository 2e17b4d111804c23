import type { Op } from '../graph/op.ts';
import { isSaturating } from '../maths/activation.ts';
import { normalDistribution } from '../maths/gaussian.ts';
import { gaussianMean } from '../maths/quadrature.ts';
import { flatShare } from './dual.ts';
import { type Field, merge } from './field.ts';
import { atZero, pairMean } from './kernel.ts';

/** Slopes below this count as saturated. */
const saturatedSlope = 0.05;

/**
 * Share of ReLU units that are zero on a whole batch: a unit's offset (its bias and what else it has for every input) is drawn
 * once, what varies is drawn anew for each input and (nearly) independent position.
 */
export function deadShare(op: Op, before: Field, batch: number): number | null {
  if (op.kind !== 'activation' || (op.fn !== 'relu' && op.fn !== 'relu6')) return null;
  const { mean, total, varying } = merge(before);
  const own = Math.max(atZero(varying), 0);
  const offset = Math.sqrt(Math.max(atZero(total) - own - mean * mean, 0));
  const common = pairMean(varying, before.size);
  const positions = before.size[0] * before.size[1];
  const independent = common <= 0 ? positions : Math.min(Math.max(own / common, 1), positions);
  const draws = batch * independent;
  const dead = (level: number) => {
    if (own === 0) return level <= 0 ? 1 : 0;
    return normalDistribution(-level / Math.sqrt(own)) ** draws;
  };
  return offset === 0 ? dead(mean) : gaussianMean((z) => dead(mean + offset * z));
}

/** Share of units and inputs where a squashing function is flat. */
export function saturatedShare(op: Op, before: Field): number | null {
  if (op.kind !== 'activation' || !isSaturating(op.fn)) return null;
  const { mean, total } = merge(before);
  return flatShare(op.fn, op.parameter, mean, Math.max(atZero(total) - mean * mean, 0), saturatedSlope);
}
