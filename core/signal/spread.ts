import {
  addKernels,
  aligned,
  atZero,
  combine,
  constantKernel,
  type Kernel,
  mapKernel,
  scaleKernel,
  zeroEntries,
} from './kernel.ts';

/**
 * What a finite number of random weights leaves of chance in the channels of a segment, for the weights as they are drawn. All is
 * normalized by the variance that varies with the input. Even functions turn such chance into correlation: a field whose
 * scale changes from image to image has, after a ReLU, a mean that does.
 */
export interface Spread {
  /**
   * Half the covariance of a channel's squares at each offset, less the squared mean correlation (which is all there is if the
   * channels are alike and Gaussian): correlations that differ from channel to channel, and common scales. At zero half the excess
   * kurtosis.
   */
  readonly excess: Kernel;
  /** Covariance of the squares of two different channels at each offset: how far the scale is common to all. */
  readonly scale: Kernel;
  /** Mean squared correlation of two different channels at each offset. */
  readonly crossing: Kernel;
  /** Relative variance over channels of a channel's own variance. */
  readonly power: number;
}

const zero = constantKernel(0);

/** Exact Gaussians, all channels alike and independent. */
export const noSpread: Spread = { excess: zero, scale: zero, crossing: zero, power: 0 };

interface Part {
  readonly spread: Spread;
  readonly share: number;
}

/** Of a sum whose parts have these shares of the variance. Parts of one network have what is common of their scales in common. */
export function spreadOfSum([first, ...rest]: readonly Part[]): Spread {
  if (first === undefined) return noSpread;
  let sum = first;
  for (const next of rest) sum = { spread: spreadOfPair(sum, next), share: sum.share + next.share };
  return sum.spread;
}

function spreadOfPair(a: Part, b: Part): Spread {
  const whole = a.share + b.share;
  if (whole === 0) return noSpread;
  const [x, y] = [a.share / whole, b.share / whole];
  const [p, q] = [a.spread, b.spread];
  const { rows, columns, entries } = aligned(p.excess, q.excess, p.scale, q.scale, p.crossing, q.crossing);
  const [excessA, excessB, scaleA, scaleB, crossingA, crossingB] = entries;
  const [excess, scale, crossing] = [
    zeroEntries(excessA.length),
    zeroEntries(excessA.length),
    zeroEntries(excessA.length),
  ];
  for (let i = 0; i < excessA.length; i++) {
    const common = 2 * x * y * Math.min(scaleA[i] ?? 0, scaleB[i] ?? 0);
    excess[i] = x * x * (excessA[i] ?? 0) + y * y * (excessB[i] ?? 0) + common / 2;
    scale[i] = x * x * (scaleA[i] ?? 0) + y * y * (scaleB[i] ?? 0) + common;
    crossing[i] = x * x * (crossingA[i] ?? 0) + y * y * (crossingB[i] ?? 0);
  }
  return {
    excess: { rows, columns, data: excess },
    scale: { rows, columns, data: scale },
    crossing: { rows, columns, data: crossing },
    power: x * x * p.power + y * y * q.power,
  };
}

/** Of segments taken as one, by their shares of the channels. */
export function spreadOfUnion(parts: readonly Part[]): Spread {
  const root = parts.reduce(
    (sum, { spread, share }) => combine(sum, spread.scale, (x, y) => x + share * Math.sqrt(Math.max(y, 0))),
    zero,
  );
  return {
    excess: parts.reduce((sum, { spread, share }) => combine(sum, spread.excess, (x, y) => x + share * y), zero),
    scale: mapKernel(root, (x) => x * x),
    // Pairs across segments count as independent.
    crossing: parts.reduce(
      (sum, { spread, share }) => combine(sum, spread.crossing, (x, y) => x + share * share * y),
      zero,
    ),
    power: parts.reduce((sum, { spread, share }) => sum + share * spread.power, 0),
  };
}

/** Masks over whole inputs that keep this share of them: all scales change together. */
export function spreadOfMasks(spread: Spread, rho: Kernel, kept: number): Spread {
  return {
    ...spread,
    excess: combine(spread.excess, rho, (z, c) => z / kept + (1 / kept - 1) * (c * c + 0.5)),
    scale: mapKernel(spread.scale, (m) => (1 + m) / kept - 1),
  };
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
}

/**
 * Of a random linear map y = sum of w x over channels and taps, from the normalized autocorrelation `rho` below. Over the weights
 * y is Gaussian with the covariances of the very input: E y^2 y'^2 = E s s' + 2 E o^2 with s the mean square and o the overlap of
 * what the two places see. Each channel is then normalized by its own variance, whose second moment is 1 + 2q.
 */
export function spreadOfMix(below: Spread, rho: Kernel, rhoAbove: Kernel, mixing: Mixing): Spread {
  const { inputs, taps, weightKurtosis, alike } = mixing;
  const others = 1 - 1 / inputs;
  const { rows, columns, entries } = aligned(rho, below.excess, below.scale, below.crossing);
  const [c, z, m, q] = entries;
  const [squares, common, crossed] = [zeroEntries(c.length), zeroEntries(c.length), zeroEntries(c.length)];
  for (let i = 0; i < c.length; i++) {
    const r = c[i] ?? 0;
    const own = 2 * (r * r + (z[i] ?? 0));
    squares[i] = own;
    common[i] = own / inputs + others * (m[i] ?? 0);
    crossed[i] = (r * r) / inputs + others * (q[i] ?? 0);
  }
  const scale = mixing.overTaps({ rows, columns, data: common });
  const correlations = mixing.overTaps({ rows, columns, data: crossed });
  const unequal = atZero(correlations);
  const norm = 1 + 2 * unequal + (weightKurtosis - 3) / (inputs * taps);
  return {
    excess: excessOfMix(mixing, { squares: { rows, columns, data: squares }, rho, rhoAbove, scale, unequal, norm }),
    scale: alike === 1 ? scale : blend(scale, mixing.overTaps(below.scale), alike),
    crossing: alike === 1 ? correlations : blend(correlations, mixing.overTaps(below.crossing), alike),
    power: norm - 1,
  };
}

interface Mixed {
  /** Covariances of one input channel's squares. */
  readonly squares: Kernel;
  readonly rho: Kernel;
  readonly rhoAbove: Kernel;
  /** Covariance of the mean squares that two places see. */
  readonly scale: Kernel;
  /** Half the relative variance of the channels' own variances, and the second moment of these. */
  readonly unequal: number;
  readonly norm: number;
}

function excessOfMix({ inputs, taps, weightKurtosis, strided }: Mixing, mixed: Mixed): Kernel {
  const { scale, rhoAbove, unequal, norm } = mixed;
  const { rows, columns, entries } = aligned(scale, strided(mixed.squares), strided(mixed.rho), rhoAbove);
  const [m, s, c, above] = entries;
  const data = zeroEntries(m.length);
  for (let i = 0; i < data.length; i++) {
    const below = c[i] ?? 0;
    const r = above[i] ?? 0;
    // One weight meets both places where it is the same channel and tap.
    const same =
      inputs === 1
        ? ((weightKurtosis - 1) * (s[i] ?? 0)) / taps - (2 * below * below) / taps
        : (2 * below * below) / (inputs * taps);
    data[i] = (((m[i] ?? 0) + same) / 2 + r * r) / norm - r * r;
  }
  if (inputs > 1) data[0] = (1.5 * atZero(scale) - 3 * unequal) / norm;
  return { rows, columns, data };
}

/** `share` of the one and the rest of the other. */
function blend(a: Kernel, b: Kernel, share: number): Kernel {
  return addKernels(scaleKernel(a, share), scaleKernel(b, 1 - share));
}
