import { combine, constantKernel, type Kernel, scaleKernel } from './kernel.ts';

/**
 * What a finite number of random weights leaves of chance in the channels of a segment, for the weights as they are drawn:
 * channels differ in their correlations, are correlated with each other, and are no exact Gaussians. All are normalized by
 * the variance that varies with the input. Even functions turn such chance into correlation: E f f' is convex in rho.
 */
export interface Spread {
  /** Variance over channels of a channel's autocorrelation at each offset; 0 at offset zero. */
  readonly correlation: Kernel;
  /** Mean squared correlation of two different channels at each offset. */
  readonly crossing: Kernel;
  /** Cross cumulant E y^2 y'^2 - 1 - 2 rho^2 of one channel at each offset; at zero its excess kurtosis. */
  readonly cumulant: Kernel;
  /** Relative variance over channels of a channel's own variance. */
  readonly power: number;
}

const zero = constantKernel(0);

/** Exact Gaussians, all channels alike and independent. */
export const noSpread: Spread = { correlation: zero, crossing: zero, cumulant: zero, power: 0 };

/** Of a sum whose parts have these shares of the variance. */
export function spreadOfSum(parts: readonly { readonly spread: Spread; readonly share: number }[]): Spread {
  return parts.reduce<Spread>((sum, { spread, share }) => {
    const square = share * share;
    const add = (a: Kernel, b: Kernel) => (b === zero ? a : combine(a, b, (x, y) => x + square * y));
    return {
      correlation: add(sum.correlation, spread.correlation),
      crossing: add(sum.crossing, spread.crossing),
      cumulant: add(sum.cumulant, spread.cumulant),
      power: sum.power + square * spread.power,
    };
  }, noSpread);
}

/** Of segments taken as one, by their shares of the channels. */
export function spreadOfUnion(parts: readonly { readonly spread: Spread; readonly share: number }[]): Spread {
  return parts.reduce<Spread>((sum, { spread, share }) => {
    const add = (a: Kernel, b: Kernel, weight: number) => (b === zero ? a : combine(a, b, (x, y) => x + weight * y));
    return {
      correlation: add(sum.correlation, spread.correlation, share),
      // Pairs across segments count as independent.
      crossing: add(sum.crossing, spread.crossing, share * share),
      cumulant: add(sum.cumulant, spread.cumulant, share),
      power: sum.power + share * spread.power,
    };
  }, noSpread);
}

/** How a convolution mixes: channels and taps that one output sees, and what its taps do to kernels. */
export interface Mixing {
  /** Input channels per output channel. */
  readonly inputs: number;
  readonly taps: number;
  /** Share of pairs of output channels that see the same inputs. */
  readonly alike: number;
  /** Fourth moment of a weight over its squared second: 3 for normal, 1.8 for uniform. */
  readonly weightKurtosis: number;
  /** Mean of a kernel over pairs of taps of two windows at each offset. */
  readonly overTaps: (kernel: Kernel) => Kernel;
  /** A kernel at the input's offset of each output offset. */
  readonly strided: (kernel: Kernel) => Kernel;
  /** Share of taps that two windows at each offset have in common. */
  readonly overlap: Kernel;
}

/**
 * Of a random linear map, from the normalized autocorrelation `rho` below. A channel is a sum over pairs (channel and tap) of two
 * weights times their covariance: its variance over the weights is the sum of the squares.
 */
export function spreadOfMix(below: Spread, rho: Kernel, rhoAbove: Kernel, mixing: Mixing): Spread {
  const { inputs, taps, weightKurtosis } = mixing;
  const pairs = combine(
    combine(rho, below.correlation, (c, d) => (c * c + d) / inputs),
    below.crossing,
    (own, cross) => own + (1 - 1 / inputs) * cross,
  );
  const mixed = mixing.overTaps(pairs);
  const atOrigin = mixed.data[0] ?? 0;
  const apart = mixing.overTaps(below.crossing);
  const crossing = combine(mixed, apart, (same, other) => mixing.alike * same + (1 - mixing.alike) * other);
  const own = scaleKernel(mixing.strided(below.correlation), 1 / inputs);
  const correlation = combine(
    combine(mixed, rhoAbove, (variance, c) => Math.max(variance - c * c * atOrigin, 0)),
    own,
    (x, y) => x + y,
  );
  // A sum of few elements keeps a part of their kurtosis (and of that of the weights).
  const fan = inputs * taps;
  const kurtosis = (below.cumulant.data[0] ?? 0) / (fan - 1 + weightKurtosis);
  return {
    correlation: withoutOrigin(correlation),
    crossing,
    cumulant: scaleKernel(mixing.overlap, kurtosis),
    power: 2 * atOrigin + (weightKurtosis - 3) / fan,
  };
}

function withoutOrigin(kernel: Kernel): Kernel {
  const data = kernel.data.slice();
  data[0] = 0;
  return { ...kernel, data };
}

/** By how much the correlation of a channel at each offset is uncertain: the root of its variance. */
export function uncertainty({ correlation, cumulant }: Spread): Kernel {
  return combine(correlation, cumulant, (variance, x) => Math.sqrt(Math.max(variance + x / 2, 0)));
}
