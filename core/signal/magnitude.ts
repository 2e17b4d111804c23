import { curveOver } from './curve.ts';
import type { Dual } from './dual.ts';
import {
  aligned,
  atZero,
  combine,
  constantKernel,
  type Kernel,
  mapKernel,
  scaleKernel,
  zeroEntries,
} from './kernel.ts';
import { type Magnitude, type Segment, type Squares, sharedOf } from './segment.ts';

const zero = constantKernel(0);

/** Nothing is left to chance, neither here nor in a mean over all channels. */
export const oneSize: Magnitude = { own: zero, apart: zero, squares: { own: zero, apart: zero }, isNormKept: true };

export function magnitudeOf(segment: Segment): Magnitude {
  return segment.magnitude?.() ?? { own: zero, apart: zero, squares: gaussianSquares(segment), isNormKept: false };
}

/** Of Gaussian channels, E x^2 x'^2 - E x^2 E x'^2 = 2 c^2 + 4 mean^2 c with c the covariance. */
function gaussianSquares({ mean, total, varying }: Segment): Squares {
  const unit = atZero(total) === 0 ? 0 : 1 / atZero(total);
  const square = mean * mean;
  return {
    own: mapKernel(total, (k) => 2 * (k - square) * (k + square) * unit * unit),
    // Of two inputs with k - v for k; the difference of the two would cancel.
    apart: combine(total, varying, (k, v) => 2 * v * (2 * k - v) * unit * unit),
  };
}

/** By exp of minus this, two inputs of different size have less in common than two of the same. */
export function sizesOf({ magnitude }: Segment): Kernel {
  return magnitude === undefined ? zero : scaleKernel(magnitude().apart, 1 / 4);
}

const angles = new WeakMap<Segment, Kernel>();

/** What would vary if all inputs were of one size. Needed forward and backward, so it is kept. */
export function angleOf(segment: Segment): Kernel {
  if (segment.magnitude === undefined) return segment.varying;
  const known = angles.get(segment);
  if (known !== undefined) return known;
  const square = segment.mean * segment.mean;
  const shared = mapKernel(sharedOf(segment), (k) => k - square);
  const lost = combine(shared, sizesOf(segment), (k, size) => k * Math.expm1(size));
  const made = combine(segment.varying, lost, (v, less) => v - Math.min(less, Math.max(v, 0)));
  angles.set(segment, made);
  return made;
}

/** How a linear map averages squares. */
export interface Averaging {
  /** Input channels per output channel. */
  readonly inputs: number;
  /** The share of the second moment above that comes from below; the rest are biases. */
  readonly share: number;
  readonly overTaps: (kernel: Kernel) => Kernel;
  readonly isNormKept: boolean;
}

/** Of what random weights make: squares are averaged over channels and taps. */
export function magnitudeOfMix(
  below: Magnitude,
  above: Segment,
  { inputs, share, overTaps, isNormKept }: Averaging,
): Magnitude {
  const mixed = (kind: 'own' | 'apart') =>
    scaleKernel(overTaps(combine(below[kind], below.squares[kind], (c, fresh) => c + fresh / inputs)), share * share);
  const squares = isNormKept ? { own: zero, apart: zero } : gaussianSquares(above);
  return { own: mixed('own'), apart: mixed('apart'), squares, isNormKept };
}

/** Of f of a Gaussian segment: `rho` and `step` its correlations and what two inputs lack of them. */
export function magnitudeAfter(below: Magnitude, dual: Dual, rho: Kernel, step: Kernel): Magnitude {
  const growth = dual.onScale.value ** 2;
  const fixed = below.isNormKept ? dual.powersOnScale : 0;
  const own = powersOver(dual, rho, fixed);
  return {
    own: scaleKernel(below.own, growth),
    apart: scaleKernel(below.apart, growth),
    squares: { own, apart: fallOf(dual, rho, step, own, fixed) },
    isNormKept: false,
  };
}

function powersOver(dual: Dual, rho: Kernel, fixed: number): Kernel {
  const { rows, columns, data } = curveOver(dual.powers, rho);
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - fixed * (rho.data[i] ?? 0) ** 2;
  return { rows, columns, data };
}

/** How much less `powersOver` is where the correlation is smaller by `step`; by its slope where the two are too close to subtract. */
function fallOf(dual: Dual, rho: Kernel, step: Kernel, own: Kernel, fixed: number): Kernel {
  const { rows, columns, entries } = aligned(rho, step, own);
  const [r, steps, values] = entries;
  const far = zeroEntries(r.length);
  for (let i = 0; i < far.length; i++) far[i] = (r[i] ?? 0) - Math.max(steps[i] ?? 0, 1e-4);
  const { data } = powersOver(dual, { rows, columns, data: far }, fixed);
  for (let i = 0; i < data.length; i++)
    data[i] = (((values[i] ?? 0) - (data[i] ?? 0)) * (steps[i] ?? 0)) / Math.max(steps[i] ?? 0, 1e-4);
  return { rows, columns, data };
}

interface Part {
  readonly segment: Segment;
  readonly share: number;
}

/** Of a sum whose parts have these shares of the second moment. Parts of one network have what is common in common. */
export function magnitudeOfSum(parts: readonly Part[], sum: Segment): Magnitude {
  return { ...carriedBy(parts), squares: gaussianSquares(sum), isNormKept: false };
}

/** Of segments taken as one, by their shares of the channels. */
export function magnitudeOfUnion(parts: readonly Part[]): Magnitude {
  const whole = parts.reduce((sum, { segment, share }) => sum + share * atZero(segment.total), 0);
  const loudness = (segment: Segment) => (whole === 0 ? 0 : atZero(segment.total) / whole);
  const squares = (kind: 'own' | 'apart') =>
    parts.reduce(
      (sum, { segment, share }) =>
        combine(sum, magnitudeOf(segment).squares[kind], (x, y) => x + share * loudness(segment) ** 2 * y),
      zero,
    );
  return {
    ...carriedBy(parts.map(({ segment, share }) => ({ segment, share: share * loudness(segment) }))),
    squares: { own: squares('own'), apart: squares('apart') },
    isNormKept: parts.every(({ segment }) => magnitudeOf(segment).isNormKept),
  };
}

function carriedBy(parts: readonly Part[]): Pick<Magnitude, 'own' | 'apart'> {
  const carried = (kind: 'own' | 'apart') => {
    const [first, ...rest] = parts;
    if (first === undefined) return zero;
    let kernel = magnitudeOf(first.segment)[kind];
    let whole = first.share;
    for (const { segment, share } of rest) {
      whole += share;
      const y = whole === 0 ? 0 : share / whole;
      const x = 1 - y;
      kernel = combine(
        kernel,
        magnitudeOf(segment)[kind],
        (a, b) => x * x * a + y * y * b + 2 * x * y * Math.min(a, b),
      );
    }
    return kernel;
  };
  return { own: carried('own'), apart: carried('apart') };
}

/** Of means over positions: `average` of a kernel over the pairs that meet. */
export function magnitudeOfMeans(below: Magnitude, means: Segment, average: (kernel: Kernel) => Kernel): Magnitude {
  return { own: average(below.own), apart: average(below.apart), squares: gaussianSquares(means), isNormKept: false };
}

/** Of positions that become channels, this many of each. */
export function magnitudeOfPositions(
  { own, apart, squares }: Magnitude,
  positions: number,
  average: (kernel: Kernel) => Kernel,
): Magnitude {
  const each = (kernel: Kernel) => scaleKernel(average(kernel), positions);
  return {
    own: average(own),
    apart: average(apart),
    squares: { own: each(squares.own), apart: each(squares.apart) },
    isNormKept: false,
  };
}
