import { erfInverse } from '../maths/gaussian.ts';
import { atZero, type Kernel, mapKernel } from './kernel.ts';
import type { Segment } from './segment.ts';
import { sharedOf } from './segment.ts';
import type { Routing } from './written-experts.ts';

/** How tokens are spread over experts at initialization, where every expert's score is a Gaussian of its own. */
export interface RoutingSite {
  readonly chosen: number;
  readonly experts: number;
  /** Mean and mean square of the weight of a chosen expert. */
  readonly mean: number;
  readonly second: number;
  /** Sum over all scores of the square of their gradients, where those of the weights are independent and of variance 1. */
  readonly sensitivity: number;
  /** Over offsets, how many experts two tokens have in common, of one input and of two. */
  readonly common: Kernel;
  readonly commonAcross: Kernel;
}

/** `variance` of a token's scores over experts; `source` is what scores are made of. */
export function routingSite(routing: Routing, variance: number, source: Segment): RoutingSite | null {
  const { chosen, experts } = routing;
  const whole = atZero(source.total);
  // Equal scores: which experts are chosen is left to the order of a sort.
  if (!(variance > 0) || !(whole > 0) || chosen >= experts) return null;
  const common = (kernel: Kernel) => mapKernel(kernel, (k) => commonExperts(chosen, experts, k / whole));
  return {
    chosen,
    experts,
    ...weightMoments(routing, Math.sqrt(variance)),
    common: common(source.total),
    commonAcross: common(sharedOf(source)),
  };
}

/**
 * Of n experts the k with the largest scores: those above the quantile of k / n, where n is not small. Two tokens whose scores have
 * correlation sin a: P(both above t) = p² + ∫ exp(-t² / (1 + sin θ)) dθ / 2π from 0 to a (Drezner & Wesolowsky 1990).
 */
function commonExperts(chosen: number, experts: number, correlation: number): number {
  const share = chosen / experts;
  const threshold = quantile(1 - share);
  const end = Math.asin(Math.min(Math.max(correlation, -1), 1));
  const steps = 16;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += Math.exp(-(threshold ** 2) / (1 + Math.sin((end * (i + 0.5)) / steps)));
  return experts * (share * share + (sum * end) / steps / (2 * Math.PI));
}

function quantile(share: number): number {
  return Math.SQRT2 * erfInverse(2 * share - 1);
}

type WeightMoments = Pick<RoutingSite, 'mean' | 'second' | 'sensitivity'>;

const known = new Map<string, WeightMoments>();

/** Over tables of scores drawn once and for all: sorted sums of log-normal numbers have no short formula. */
function weightMoments(routing: Routing, std: number): WeightMoments {
  const { fn, chosen, experts, isNormalized, factor } = routing;
  const digits = std.toPrecision(3);
  const key = `${fn} ${chosen} ${experts} ${isNormalized} ${digits}`;
  const found = known.get(key) ?? sampledMoments(routing, Number(digits));
  if (known.size >= 256) known.clear();
  known.set(key, found);
  const square = factor * factor;
  return { mean: factor * found.mean, second: square * found.second, sensitivity: square * found.sensitivity };
}

function sampledMoments({ fn, chosen, experts, isNormalized }: Routing, std: number): WeightMoments {
  let [first, second, sensitivity] = [0, 0, 0];
  const rows = scoresOf(experts);
  for (const row of rows) {
    const values = row.map((z) => (fn === 'softmax' ? Math.exp(std * z) : 1 / (1 + Math.exp(-std * z))));
    const over = isNormalized ? sumOf(values.subarray(0, chosen)) : fn === 'softmax' ? sumOf(values) : 1;
    const weights = values.map((value) => value / over);
    const taken = weights.subarray(0, chosen);
    const squares = sumOf(taken.map((weight) => weight * weight));
    first += sumOf(taken);
    second += squares;
    // Of w = f(s) / sum f: f'(s_j) / sum f · (u_j - sum of w u), without u_j where j is not chosen.
    const isShared = isNormalized || fn === 'softmax';
    weights.forEach((weight, j) => {
      if (j >= chosen && (isNormalized || fn === 'sigmoid')) return;
      const slope = fn === 'softmax' ? weight : weight * (1 - (values[j] ?? 0));
      const own = j < chosen ? 1 - (isShared ? 2 * weight : 0) : 0;
      sensitivity += slope * slope * (own + (isShared ? squares : 0));
    });
  }
  const count = rows.length * chosen;
  return { mean: first / count, second: second / count, sensitivity: sensitivity / rows.length };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const tables = new Map<number, readonly Float64Array[]>();

/** Rows of standard-normal scores, the largest first. */
function scoresOf(experts: number): readonly Float64Array[] {
  const made = tables.get(experts);
  if (made !== undefined) return made;
  const uniform = evenly();
  const rows = Array.from({ length: Math.max(Math.ceil(16_384 / experts), 64) }, () =>
    Float64Array.from({ length: experts }, () => quantile(uniform()))
      .sort()
      .reverse(),
  );
  if (tables.size >= 16) tables.clear();
  tables.set(experts, rows);
  return rows;
}

/** Always the same numbers between 0 and 1 (Marsaglia's xorshift of 32 bits). */
function evenly(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}
