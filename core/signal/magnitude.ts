import type { Dual } from './dual.ts';
import { type Segment, sharedOf } from './field.ts';
import { atZero, combine, constantKernel, type Kernel, mapKernel, scaleKernel } from './kernel.ts';

/**
 * How large one input's signal is at a place, as a mean square over channels, is left to chance at finite width: it is a
 * mean over that many units, and every layer multiplies by another one. Its logarithm takes sums, with each layer's own share
 * (Hanin & Nica 2020: relative variance 5/n for ReLU). What differs from input to input no ReLU takes away, so that in deep nets it is all
 * that still depends on the input: for log-normal q, E sqrt(q q') = sqrt(E q E q') · exp(-Var(log q - log q') / 8).
 */
export interface Magnitude {
  /** Covariance of log q at two places of one input, by offset, over networks and inputs. */
  readonly own: Kernel;
  /** `own` less the same for two different inputs. */
  readonly apart: Kernel;
  /** Relative covariances of the squares of one channel, likewise: what a mean over channels inherits. */
  readonly squares: Squares;
  /** Orthogonal weights made it: over all of its Gaussian channels together the squares have no chance of their own. */
  readonly isNormKept: boolean;
}

interface Squares {
  readonly own: Kernel;
  readonly apart: Kernel;
}

const zero = constantKernel(0);

/** Of Gaussian channels: 2 rho^2. */
export function magnitudeOf(segment: Segment): Magnitude {
  return segment.magnitude?.() ?? { own: zero, apart: zero, squares: gaussianSquares(segment), isNormKept: false };
}

function gaussianSquares({ total, varying }: Segment): Squares {
  const unit = atZero(total) === 0 ? 0 : 1 / atZero(total);
  return {
    own: mapKernel(total, (k) => 2 * (k * unit) ** 2),
    // rho^2 - (rho - step)^2, whose difference would cancel.
    apart: combine(total, varying, (k, v) => 2 * v * unit * (2 * k - v) * unit),
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
  const own = (r: number) => dual.powers(r) - fixed * r * r;
  return {
    own: scaleKernel(below.own, growth),
    apart: scaleKernel(below.apart, growth),
    squares: { own: mapKernel(rho, own), apart: combine(rho, step, (r, s) => fall(own, r, s)) },
    isNormKept: false,
  };
}

/** f(rho) - f(rho - step), by the slope where the two are too close to subtract. */
function fall(f: (rho: number) => number, rho: number, step: number): number {
  const far = Math.max(step, 1e-4);
  return ((f(rho) - f(rho - far)) * step) / far;
}

/** Of a sum whose parts have these shares of the second moment. Parts of one network have what is common in common. */
export function magnitudeOfSum(
  parts: readonly { readonly magnitude: Magnitude; readonly share: number }[],
  sum: Segment,
): Magnitude {
  const [first = { magnitude: magnitudeOf(sum), share: 1 }, ...rest] = parts;
  const kinds = (kind: 'own' | 'apart') => {
    let whole = first.share;
    let kernel = first.magnitude[kind];
    for (const { magnitude, share } of rest) {
      whole += share;
      const y = whole === 0 ? 0 : share / whole;
      kernel = combine(
        kernel,
        magnitude[kind],
        (a, b) => (1 - y) ** 2 * a + y * y * b + 2 * y * (1 - y) * Math.min(a, b),
      );
    }
    return kernel;
  };
  return { own: kinds('own'), apart: kinds('apart'), squares: gaussianSquares(sum), isNormKept: false };
}
