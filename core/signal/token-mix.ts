import type { Contribution } from './gradient.ts';
import {
  addKernels,
  atZero,
  constantKernel,
  diagonalKernel,
  elsewhereOf,
  type Kernel,
  kernelOf,
  multiplyKernels,
  pairCounts,
  type Size,
} from './kernel.ts';
import type { Segment } from './segment.ts';
import { softmaxSquares } from './softmax-sums.ts';
import type { Group, Windowing } from './token-window.ts';

/** Tokens as averages of others with softmax weights: what attention does, whatever its projections are. */
export interface TokenMix {
  /** Of the queries. */
  readonly size: Size;
  /** How many tokens are looked at; with a causal mask the first i + 1 of them. */
  readonly tokens: number;
  readonly causal: boolean;
  /** Share of the weights that dropout leaves out. */
  readonly dropped: number;
  readonly query: Split;
  readonly key: Split;
  readonly value: Split;
  /** Variance of a score over that of the usual scale, E (q · k)² / d. */
  readonly sharpness?: number;
  /** Variance over tokens of what is added to the scores, the same for every input. */
  readonly bias?: number;
  /** Only the tokens of one window look at each other; `tokens` counts those. */
  readonly windows?: Windowing;
  readonly values?: Pick<Segment, 'total' | 'varying'>;
  /** Channels of what keys and values are both made of. */
  readonly width?: number;
  /** A mask parts windows. */
  readonly groups?: readonly Group[];
}

/** A segment over tokens: second moment at one token and over two different ones, of one input and of two different ones. */
interface Split {
  readonly own: number;
  readonly elsewhere: number;
  readonly sharedOwn: number;
  readonly sharedElsewhere: number;
}

/** `windows`: over the tokens of one window. */
export function splitOf(segment: Pick<Segment, 'total' | 'varying'>, map: Size, windows?: Windowing): Split {
  const within = windows?.within ?? ((kernel: Kernel) => kernel);
  const [total, varying] = [within(segment.total), within(segment.varying)];
  const size = windows?.size ?? map;
  const [own, elsewhere] = [atZero(total), elsewhereOf(total, size)];
  return {
    own,
    elsewhere,
    sharedOwn: own - atZero(varying),
    sharedElsewhere: elsewhere - elsewhereOf(varying, size),
  };
}

/** Values averaged with softmax weights a: E of the sum of a^2 of what is each token's own, and all of what they share. */
export function mixForward(mix: TokenMix): { readonly total: Kernel; readonly varying: Kernel } {
  const { value, values, size, windows } = mix;
  const weights = weightsOf(mix);
  const apart = value.own - value.elsewhere;
  const sharedApart = value.sharedOwn - value.sharedElsewhere;
  const varyingApart = apart - sharedApart;
  const varyingElsewhere = value.elsewhere - value.sharedElsewhere;
  const kernel = (make: (pair: number, shared: number) => number) =>
    kernelOf(size, (dy, dx) =>
      dy === 0 && dx === 0
        ? make(weights.own, weights.shared)
        : make(weights.pair(Math.max(dy, dx)), weights.sharedPair(Math.max(dy, dx))),
    );
  const total = kernel((pair) => pair * apart + value.elsewhere);
  const varying = kernel((pair, shared) => pair * varyingApart + varyingElsewhere + (pair - shared) * sharedApart);
  if (windows === undefined || values === undefined) return { total, varying };
  return {
    total: overMap(total, windows, values.total),
    varying: overMap(varying, windows, values.varying),
  };
}

/** Two places of one window as `inside` says; those of two windows have the mean of `all` over the tokens of both in common. */
function overMap(inside: Kernel, { together, across }: Windowing, all: Kernel | null): Kernel {
  const near = multiplyKernels(inside, together);
  return all === null ? near : addKernels(near, across(all));
}

/** What goes back to queries, keys and values. `width` is that of one head. */
export function mixBackward(mix: TokenMix, above: Contribution) {
  const { query, key, value, size, tokens, windows, sharpness = 1 } = mix;
  const weights = weightsOf(mix);
  const within = windows?.within ?? ((kernel: Kernel) => kernel);
  const seen = windows?.size ?? size;
  const one = sumsOf(within(above.total), seen, weights.own, weights.pair);
  const two = sumsOf(within(above.shared), seen, weights.shared, weights.sharedPair);
  const spared = sumsOf(within(above.total), seen, weights.spare, weights.sparePair);
  const sharedSpared = sumsOf(within(above.shared), seen, weights.sharedSpare, weights.sharedSparePair);
  const apart = value.own - value.elsewhere;
  const sharedApart = value.sharedOwn - value.sharedElsewhere;
  const keyApart = key.own - key.elsewhere;
  const sharedKeyApart = key.sharedOwn - key.sharedElsewhere;
  // Per token: of `sum`, all pairs of queries and tokens, `self` is the part of equal tokens.
  const overTokens = (self: number, sum: number, outside: Kernel | null) => {
    const own = self / tokens;
    const place: Size = windows === undefined ? [tokens, 1] : size;
    const inside = diagonalKernel(place, own, tokens < 2 ? own : (sum - self) / (tokens * (tokens - 1)));
    return windows === undefined ? inside : overMap(inside, windows, outside);
  };
  // The scores' gradient a (u - mean u), u = g · v: what all tokens share falls out, and it sums to zero over them.
  // Keys and values are made of the same tokens, so what the scores of n of them add up to has a mean of its own: of size n / d beside
  // their scatter, over d channels.
  const common = mix.width === undefined ? 0 : weights.together / mix.width;
  const spare = (weights.spare + common) * sharpness;
  const toQuery = (gradient: number, of: number) => spare * gradient * of;
  return {
    value: {
      total: overTokens(one.self, one.sum, above.total),
      shared: overTokens(two.self, two.sum, above.shared),
      coherence: 0,
    },
    query: {
      total: diagonalKernel(size, toQuery(atZero(above.total), apart * keyApart)),
      shared: constantKernel(toQuery(atZero(above.shared), sharedApart * sharedKeyApart)),
      coherence: 0,
    },
    key: {
      total: overTokens(sharpness * apart * (query.own * spared.diagonal + query.elsewhere * spared.crossed), 0, null),
      shared: overTokens(
        sharpness *
          sharedApart *
          (query.sharedOwn * sharedSpared.diagonal + query.sharedElsewhere * sharedSpared.crossed),
        0,
        null,
      ),
      coherence: 0,
    },
  };
}

/** Sums over pairs of queries of gradient times weights: at equal tokens, in all, and apart by equal and different queries. */
function sumsOf(gradient: Kernel, size: Size, own: number, pair: (offset: number) => number) {
  const queries = size[0] * size[1];
  const diagonal = queries * own * atZero(gradient);
  let crossed = 0;
  const [ys, xs] = [pairCounts(size[0]), pairCounts(size[1])];
  let sum = 0;
  for (let dy = 0; dy < ys.length; dy++) {
    for (let dx = 0; dx < xs.length; dx++) {
      const value = (ys[dy] ?? 0) * (xs[dx] ?? 0) * (gradient.data[kernelIndex(gradient, dy, dx)] ?? 0);
      sum += value;
      if (dy > 0 || dx > 0) crossed += value * pair(Math.max(dy, dx));
    }
  }
  return { diagonal, crossed, self: diagonal + crossed, sum };
}

function kernelIndex({ rows, columns }: Kernel, dy: number, dx: number): number {
  return Math.min(dy, rows - 1) * columns + Math.min(dx, columns - 1);
}

/** Means over queries of the sums over tokens of a a'. */
interface Weights {
  /** One query of one input. */
  readonly own: number;
  /** E of a (1 - a) summed: what of the scores' gradient is left. */
  readonly spare: number;
  /** The square of what is left of the sum of all weights. */
  readonly together: number;
  /** Two queries at this distance. */
  readonly pair: (offset: number) => number;
  /** What is left of them where each has its own mean taken away: the earlier one of few tokens has little to tell apart. */
  readonly sparePair: (offset: number) => number;
  /** The same of two different inputs. */
  readonly shared: number;
  readonly sharedSpare: number;
  readonly sharedPair: (offset: number) => number;
  readonly sharedSparePair: (offset: number) => number;
}

function weightsOf(mix: TokenMix): Weights {
  const { query, key, tokens, causal, dropped, groups, sharpness = 1, bias = 0 } = mix;
  const keyApart = sharpness * Math.max(key.own - key.elsewhere, 0);
  const sharedKeyApart = sharpness * Math.max(key.sharedOwn - key.sharedElsewhere, 0);
  const scores = query.own * keyApart + bias;
  const covariances = {
    pair: Math.max(query.elsewhere, 0) * keyApart,
    shared: Math.max(query.sharedOwn, 0) * sharedKeyApart + bias,
    sharedPair: Math.max(query.sharedElsewhere, 0) * sharedKeyApart,
  };
  const seen = causal
    ? meanSquares
    : (count: number, variance: number, offset: number) => squaresInGroups(groups, count, variance, offset > 0);
  const kept = dropped >= 1 ? 0 : 1 / (1 - dropped);
  const own = seen(tokens, scores, 0);
  const spareOf = (covariance: number, offset: number) => {
    if (causal) return meanSpare(tokens, covariance, offset);
    const squares = seen(tokens, covariance, offset);
    return Math.max(squares - squares * seen(tokens, covariance, 0), 0);
  };
  return {
    own: own * kept,
    spare: spareOf(scores, 0) * kept,
    together: causal ? meanOverQueries(tokens, 0, (n) => (1 - squaresOf(n, scores)) ** 2) : Math.max(1 - own, 0) ** 2,
    pair: remembered((offset) => seen(tokens, covariances.pair, offset)),
    sparePair: remembered((offset) => spareOf(covariances.pair, offset)),
    shared: seen(tokens, covariances.shared, 0),
    sharedSpare: spareOf(covariances.shared, 0),
    sharedPair: remembered((offset) => seen(tokens, covariances.sharedPair, offset)),
    sharedSparePair: remembered((offset) => spareOf(covariances.sharedPair, offset)),
  };
}

function remembered(value: (offset: number) => number): (offset: number) => number {
  const known = new Map<number, number>();
  return (offset) => {
    const found = known.get(offset) ?? value(offset);
    known.set(offset, found);
    return found;
  };
}

/**
 * E of the sum of a^2 over `count` tokens. Of many log-normal weights the sums hardly scatter: e^v / n, and the first term in 1/n by
 * the delta method; an integral where that term is large.
 */
function squaresOf(count: number, variance: number): number {
  if (count <= 1) return 1;
  const grown = Math.exp(Math.min(variance, 10));
  const correction = (3 * (grown - 1) - 2 * (grown * grown - 1)) / count;
  return Math.abs(correction) < 0.03 ? (grown / count) * (1 + correction) : softmaxSquares(count, variance);
}

/** Two places of one window see the same tokens only where they are of one group. */
function squaresInGroups(
  groups: readonly Group[] | undefined,
  count: number,
  variance: number,
  isPair: boolean,
): number {
  if (groups === undefined) return squaresOf(count, variance);
  return groups.reduce((sum, { tokens, share }) => {
    const pairs = isPair && count > 1 ? (tokens - 1) / (count - 1) : 1;
    return sum + share * pairs * squaresOf(tokens, variance);
  }, 0);
}

/** With a causal mask: the mean over queries, of which the later one of each pair sees `offset` tokens more. */
function meanSquares(tokens: number, variance: number, offset: number): number {
  return meanOverQueries(tokens, offset, (count) => squaresOf(count, variance));
}

function meanSpare(tokens: number, variance: number, offset: number): number {
  return meanOverQueries(tokens, offset, (count) =>
    Math.max(squaresOf(count, variance) * (1 - squaresOf(count - offset, variance)), 0),
  );
}

/** Between a few lengths the squares of n tokens follow a power of n, whose sum is nearly its integral. */
function meanOverQueries(tokens: number, offset: number, value: (count: number) => number): number {
  const first = Math.min(1 + offset, tokens);
  const nodes = lengths(first, tokens);
  const values = nodes.map(value);
  let sum = values[0] ?? 0;
  for (let i = 0; i + 1 < nodes.length; i++) {
    const [low = 1, high = 1, a = 0, b = 0] = [nodes[i], nodes[i + 1], values[i], values[i + 1]];
    if (high - low === 1 || a <= 0 || b <= 0) {
      sum += ((a + b) / 2) * (high - low) + (b - a) / 2;
      continue;
    }
    const power = Math.log(b / a) / Math.log(high / low) + 1;
    const area = Math.abs(power) < 1e-9 ? a * low * Math.log(high / low) : (b * high - a * low) / power;
    sum += area + (b - a) / 2;
  }
  return sum / Math.max(tokens - first + 1, 1);
}

/** One by one at first, then ever further apart. */
function lengths(first: number, last: number): readonly number[] {
  const nodes: number[] = [];
  for (let count = first; count < last; count = count < 8 ? count + 1 : Math.round(count * 1.5)) nodes.push(count);
  return [...nodes, last];
}
