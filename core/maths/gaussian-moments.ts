import type { ActivationName } from '../graph/op.ts';
import { activationOf, negativeSlope, seluAlpha, seluScale } from './activation.ts';
import { normalDensity, normalDistribution } from './gaussian.ts';
import { bendGrid } from './quadrature.ts';

/** What an activation f makes of a Gaussian variable. */
export interface GaussianMoments {
  /** E f. */
  readonly mean: number;
  /** E f^2. */
  readonly second: number;
  /** E f'^2. */
  readonly slopeSecond: number;
}

/** Of x ~ N(mean, variance): in closed form where one is known, else by quadrature. */
export function gaussianMoments(
  fn: ActivationName,
  parameter: number | undefined,
  mean: number,
  variance: number,
): GaussianMoments {
  if (variance <= 0) {
    const f = activationOf(fn, parameter);
    return { mean: f.value(mean), second: f.value(mean) ** 2, slopeSecond: f.slope(mean) ** 2 };
  }
  return closedMoments(fn, parameter, mean, variance) ?? integratedMoments(fn, parameter, mean, variance);
}

/** `null` where no closed form is known. */
export function closedMoments(
  fn: ActivationName,
  parameter: number | undefined,
  mean: number,
  variance: number,
): GaussianMoments | null {
  const x = { mean, std: Math.sqrt(variance) };
  const pieces = polynomialPieces(fn, parameter);
  if (pieces !== null) return piecewise(pieces, x);
  switch (fn) {
    case 'elu':
      return exponentialBelow({ amplitude: parameter ?? 1, rate: 1, scale: 1 }, x);
    case 'celu':
      return exponentialBelow({ amplitude: parameter ?? 1, rate: 1 / (parameter ?? 1), scale: 1 }, x);
    case 'selu':
      return exponentialBelow({ amplitude: seluAlpha, rate: 1, scale: seluScale }, x);
    case 'exp':
      return exponential(mean, variance);
    case 'sin':
      return sine(parameter ?? 1, mean, variance);
    case 'gelu':
      return mean === 0 ? gelu(variance) : null;
    default:
      return null;
  }
}

function integratedMoments(
  fn: ActivationName,
  parameter: number | undefined,
  mean: number,
  variance: number,
): GaussianMoments {
  const f = activationOf(fn, parameter);
  const std = Math.sqrt(variance);
  let [first, second, slopeSecond] = [0, 0, 0];
  const { nodes, weights } = bendGrid(mean, variance);
  for (let i = 0; i < nodes.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight < 1e-18) continue;
    const x = mean + std * (nodes[i] ?? 0);
    const value = f.value(x);
    const slope = f.slope(x);
    first += weight * value;
    second += weight * value * value;
    slopeSecond += weight * slope * slope;
  }
  return { mean: first, second, slopeSecond };
}

interface Gaussian {
  readonly mean: number;
  readonly std: number;
}

/** A polynomial (coefficients from the constant up) between two points. */
interface Piece {
  readonly low: number;
  readonly high: number;
  readonly coefficients: readonly number[];
}

const infinity = Number.POSITIVE_INFINITY;

function polynomialPieces(fn: ActivationName, parameter: number | undefined): readonly Piece[] | null {
  const negative = negativeSlope(fn, parameter);
  if (negative !== null) {
    return [
      { low: -infinity, high: 0, coefficients: [0, negative] },
      { low: 0, high: infinity, coefficients: [0, 1] },
    ];
  }
  switch (fn) {
    case 'relu6':
      return [
        { low: 0, high: 6, coefficients: [0, 1] },
        { low: 6, high: infinity, coefficients: [6] },
      ];
    case 'hardTanh':
      return [
        { low: -infinity, high: -1, coefficients: [-1] },
        { low: -1, high: 1, coefficients: [0, 1] },
        { low: 1, high: infinity, coefficients: [1] },
      ];
    case 'hardSigmoid':
      return [
        { low: -3, high: 3, coefficients: [1 / 2, 1 / 6] },
        { low: 3, high: infinity, coefficients: [1] },
      ];
    case 'hardSwish':
      return [
        { low: -3, high: 3, coefficients: [0, 1 / 2, 1 / 6] },
        { low: 3, high: infinity, coefficients: [0, 1] },
      ];
    case 'square':
      return [{ low: -infinity, high: infinity, coefficients: [0, 0, 1] }];
    default:
      return null;
  }
}

/** By the moments of the truncated normal distribution. */
function piecewise(pieces: readonly Piece[], x: Gaussian): GaussianMoments {
  let [mean, second, slopeSecond] = [0, 0, 0];
  for (const { low, high, coefficients } of pieces) {
    const moments = truncatedMoments(x, low, high);
    const expected = (polynomial: readonly number[]) =>
      polynomial.reduce((sum, coefficient, power) => sum + coefficient * (moments[power] ?? 0), 0);
    mean += expected(coefficients);
    second += expected(squareOf(coefficients));
    slopeSecond += expected(squareOf(coefficients.slice(1).map((coefficient, i) => (i + 1) * coefficient)));
  }
  return { mean, second, slopeSecond };
}

function squareOf(polynomial: readonly number[]): readonly number[] {
  const square = new Array<number>(Math.max(2 * polynomial.length - 1, 0)).fill(0);
  polynomial.forEach((a, i) => {
    polynomial.forEach((b, j) => {
      square[i + j] = (square[i + j] ?? 0) + a * b;
    });
  });
  return square;
}

/** E x^k of x between two points and 0 elsewhere, k = 0 … 4: M_k = (k - 1) M_(k-2) + a^(k-1) φ(a) - b^(k-1) φ(b) of the standardized x. */
function truncatedMoments({ mean, std }: Gaussian, low: number, high: number): readonly number[] {
  const [a, b] = [(low - mean) / std, (high - mean) / std];
  const edge = (z: number, power: number) => (Number.isFinite(z) ? z ** power * normalDensity(z) : 0);
  // From the side that keeps its digits.
  const mass = a > 0 ? normalDistribution(-a) - normalDistribution(-b) : normalDistribution(b) - normalDistribution(a);
  const standard = [mass, edge(a, 0) - edge(b, 0)];
  for (let k = 2; k <= 4; k++) {
    standard.push((k - 1) * (standard[k - 2] ?? 0) + edge(a, k - 1) - edge(b, k - 1));
  }
  return standard.map((_, power) => {
    let sum = 0;
    let binomial = 1;
    for (let k = 0; k <= power; k++) {
      sum += binomial * mean ** (power - k) * std ** k * (standard[k] ?? 0);
      binomial = (binomial * (power - k)) / (k + 1);
    }
    return sum;
  });
}

/** scale · x above zero, scale · amplitude (e^(rate x) - 1) below: ELU (Clevert et al. 2016), CELU, SELU. */
function exponentialBelow(
  { amplitude, rate, scale }: { readonly amplitude: number; readonly rate: number; readonly scale: number },
  { mean, std }: Gaussian,
): GaussianMoments {
  // E e^(k rate x) of x < 0: the Gaussian moves by k · rate · variance. Its mass there times e^(u²/2) is Mills' ratio.
  const below = (k: number) => {
    const u = mean / std + k * rate * std;
    const centre = (mean * mean) / (2 * std * std);
    return u > 6 ? millsRatio(u) * Math.exp(-centre) : Math.exp((u * u) / 2 - centre) * normalDistribution(-u);
  };
  const [mass = 0, first = 0, square = 0] = truncatedMoments({ mean, std }, 0, infinity);
  const [zero, one, two] = [below(0), below(1), below(2)];
  return {
    mean: scale * (first + amplitude * (one - zero)),
    second: scale * scale * (square + amplitude * amplitude * (two - 2 * one + zero)),
    slopeSecond: scale * scale * (mass + (amplitude * rate) ** 2 * two),
  };
}

/** Φ(-u) / √(2π) φ(u) of a large u, by its continued fraction (Abramowitz & Stegun 26.2.14). */
function millsRatio(u: number): number {
  let fraction = u;
  for (let n = 40; n > 0; n--) fraction = u + n / fraction;
  return 1 / (fraction * Math.sqrt(2 * Math.PI));
}

/** The log-normal distribution. */
function exponential(mean: number, variance: number): GaussianMoments {
  const second = Math.exp(2 * mean + 2 * variance);
  return { mean: Math.exp(mean + variance / 2), second, slopeSecond: second };
}

/** From the characteristic function of the normal distribution. */
function sine(frequency: number, mean: number, variance: number): GaussianMoments {
  const spread = frequency * frequency * variance;
  const double = Math.exp(-2 * spread) * Math.cos(2 * frequency * mean);
  return {
    mean: Math.exp(-spread / 2) * Math.sin(frequency * mean),
    second: (1 - double) / 2,
    slopeSecond: (frequency * frequency * (1 + double)) / 2,
  };
}

/**
 * x Φ(x) of zero mean (Tsuchida et al. 2021, "Avoiding kernel fixed points"): E Φ^2 is an arcsine, and φ times a Gaussian density is
 * another one.
 */
function gelu(v: number): GaussianMoments {
  const arcsine = Math.asin(v / (1 + v)) / (2 * Math.PI);
  const root = Math.sqrt(1 + 2 * v);
  const product = v / (2 * Math.PI * (1 + v) * root);
  return {
    mean: v / Math.sqrt(2 * Math.PI * (1 + v)),
    second: v * (1 / 4 + arcsine + 2 * product),
    slopeSecond: 1 / 4 + arcsine + 2 * product + v / (2 * Math.PI * root ** 3),
  };
}
