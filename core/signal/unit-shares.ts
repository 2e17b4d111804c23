import type { Op } from '../graph/op.ts';
import { isSaturating } from '../maths/activation.ts';
import { normalDistribution } from '../maths/gaussian.ts';
import { gaussianGrid } from '../maths/quadrature.ts';
import { flatShare } from './dual.ts';
import { type Field, merge } from './field.ts';
import { atZero, type Kernel, mapKernel, pairMean, type Size } from './kernel.ts';
import { angleOf } from './magnitude.ts';
import { maximumMoments } from './order-statistics.ts';

/** Slopes below this count as saturated. */
const saturatedSlope = 0.05;

/**
 * Share of ReLU units that are zero on a whole batch. What a unit has everywhere (its bias, what reaches it from other biases) is
 * drawn once, what all positions of an input share once per input, the rest anew for every (nearly) independent position,
 * of which only the largest counts.
 */
export function deadShare(op: Op, before: Field, batch: number): number | null {
  if (op.kind !== 'activation' || (op.fn !== 'relu' && op.fn !== 'relu6')) return null;
  const segment = merge(before);
  const { mean, total } = segment;
  // A larger input of the same direction has the same sign in every unit.
  const varying = angleOf(segment);
  const single = before.size[0] * before.size[1] === 1;
  const level = pairMean(total, before.size);
  // A vector has one position: all that varies is its own.
  const perInput = single ? 0 : Math.max(pairMean(varying, before.size), 0);
  const everywhere = single ? atZero(total) - atZero(varying) : level - perInput;
  const offset = Math.sqrt(Math.max(everywhere - mean * mean, 0));
  const local = Math.max(atZero(total) - everywhere - perInput, 0);
  const largest = maximumMoments(single ? 1 : independentPositions(total, level, before.size));
  const spread = Math.sqrt(perInput + local * (largest.second - largest.mean ** 2));
  const dead = (at: number) => {
    const highest = at + Math.sqrt(local) * largest.mean;
    return spread === 0 ? Number(highest <= 0) : normalDistribution(-highest / spread) ** batch;
  };
  if (offset === 0) return dead(mean);
  // Even the lowest of a billion units has an input that it is above zero for.
  if (dead(mean - 6 * offset) < 1e-9) return 0;
  const { nodes, weights } = gaussianGrid(720);
  let share = 0;
  for (let i = 0; i < nodes.length; i++) {
    const one = dead(mean + offset * (nodes[i] ?? 0));
    // It falls with what a unit has everywhere.
    if (one < 1e-12) break;
    share += (weights[i] ?? 0) * one;
  }
  return share;
}

/** Positions over the number of those that one goes with, to the next of a few numbers: their maxima are kept. */
function independentPositions(kernel: Kernel, level: number, size: Size): number {
  const positions = size[0] * size[1];
  const own = atZero(kernel) - level;
  if (own <= 0) return 1;
  const together = pairMean(
    mapKernel(kernel, (k) => Math.max(k - level, 0)),
    size,
  );
  const independent = together <= 0 ? positions : Math.min(Math.max(own / together, 1), positions);
  return 1.25 ** Math.round(Math.log(independent) / Math.log(1.25));
}

/** Share of units and inputs where a squashing function is flat. */
export function saturatedShare(op: Op, before: Field): number | null {
  if (op.kind !== 'activation' || !isSaturating(op.fn)) return null;
  const { mean, total } = merge(before);
  return flatShare(op.fn, op.parameter, mean, Math.max(atZero(total) - mean * mean, 0), saturatedSlope);
}
