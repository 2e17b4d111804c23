import type { ActivationName } from '../graph/op.ts';
import { activationOf, negativeSlope } from '../maths/activation.ts';
import { closedMoments, gaussianMoments } from '../maths/gaussian-moments.ts';
import { visitGaussian } from '../maths/quadrature.ts';

/**
 * What an activation f does to two Gaussians x, x' of mean mu, variance v and correlation rho (its dual kernels; Daniely et
 * al. 2016), as functions of rho.
 */
export interface Dual {
  /** E f(x). */
  readonly mean: number;
  /** E f'(x). */
  readonly slopeMean: number;
  /** E z f'(x) with z the standardized x. */
  readonly slopeOnValue: number;
  /** E f'(x)^2. */
  readonly slopeSecondMoment: number;
  /** E f(x) f(x'). */
  value(rho: number): number;
  /** E f'(x) f'(x'). */
  slope(rho: number): number;
  /** E z f'(x) z' f'(x') with z the standardized x. */
  slopeTimesValue(rho: number): number;
  /** The same of what z f'(x) has beside 1 and f(x): 0 for ReLU, which has no scale of its own. */
  scaleFree(rho: number): number;
  /** Covariance of (f(x) - E f)^2 and (f(x') - E f)^2. */
  squares(rho: number): number;
  /** The part of it that goes with rho^2: what a change of the variance of x and x' does. */
  readonly squaresOnScale: number;
}

/** The dual kernels of an activation. `variance` 0 is the constant `mean`. */
export function dualOf(fn: ActivationName, parameter: number | undefined, mean: number, variance: number): Dual {
  const negative = negativeSlope(fn, parameter);
  if (variance <= 0) return constantDual(fn, parameter, mean);
  if (negative === 1) return piecewiseLinear(mean, variance, 1);
  if (negative !== null && Math.abs(mean) < 1e-9 * Math.sqrt(variance)) return piecewiseLinear(0, variance, negative);
  return hermiteDual(fn, parameter, mean, variance);
}

/** E f'(x)^2 alone. */
export function slopeSecondMoment(
  fn: ActivationName,
  parameter: number | undefined,
  mean: number,
  variance: number,
): number {
  const negative = negativeSlope(fn, parameter);
  if (negative !== null && mean === 0) return (1 + negative * negative) / 2;
  return gaussianMoments(fn, parameter, mean, variance).slopeSecond;
}

/** Probability that |f'(x)| is below `limit`. */
export function flatShare(
  fn: ActivationName,
  parameter: number | undefined,
  mean: number,
  variance: number,
  limit: number,
): number {
  const f = activationOf(fn, parameter);
  if (variance <= 0) return Math.abs(f.slope(mean)) < limit ? 1 : 0;
  return gaussianSum(mean, variance, (x) => (Math.abs(f.slope(x)) < limit ? 1 : 0));
}

function constantDual(fn: ActivationName, parameter: number | undefined, mean: number): Dual {
  const f = activationOf(fn, parameter);
  const value = f.value(mean);
  const slope = f.slope(mean) ** 2;
  return {
    mean: value,
    slopeMean: f.slope(mean),
    slopeOnValue: 0,
    slopeSecondMoment: slope,
    value: () => value * value,
    slope: () => slope,
    slopeTimesValue: () => 0,
    scaleFree: () => 0,
    squares: () => 0,
    squaresOnScale: 0,
  };
}

/**
 * f = a x + b |x| of zero-mean Gaussians: the arc-cosine kernels (Cho & Saul 2009). For the identity also with a mean.
 */
function piecewiseLinear(mean: number, variance: number, negative: number): Dual {
  const even = ((1 - negative) / 2) ** 2;
  const odd = ((1 + negative) / 2) ** 2;
  const unit = unitSquares(negative);
  const product = (rho: number) => {
    const r = clampRho(rho);
    return odd * r + even * (2 / Math.PI) * (Math.sqrt(1 - r * r) + r * Math.asin(r));
  };
  return {
    mean: negative === 1 ? mean : ((1 - negative) / 2) * Math.sqrt((2 * variance) / Math.PI),
    slopeMean: (1 + negative) / 2,
    slopeOnValue: (1 - negative) / Math.sqrt(2 * Math.PI),
    slopeSecondMoment: odd + even,
    value: (rho) => variance * product(rho) + (negative === 1 ? mean * mean : 0),
    slope: (rho) => odd + even * (2 / Math.PI) * Math.asin(clampRho(rho)),
    slopeTimesValue: product,
    // The identity with a mean too: z is f less its mean.
    scaleFree: () => 0,
    squares: (rho) => variance * variance * unit.squares(rho),
    squaresOnScale: variance * variance * unit.squaresOnScale,
  };
}

/** Of the function with unit slope above zero, at unit variance. */
function unitSquares(negative: number): Pick<Dual, 'squares' | 'squaresOnScale'> {
  const known = unitDuals.get(negative);
  if (known !== undefined) return known;
  const made = negative === 1 ? gaussianSquares : hermiteDual('leakyRelu', negative, 0, 1);
  unitDuals.set(negative, made);
  return made;
}

const unitDuals = new Map<number, Pick<Dual, 'squares' | 'squaresOnScale'>>();
const gaussianSquares = { squares: (rho: number) => 2 * rho * rho, squaresOnScale: 2 };

const terms = 48;

/** Any f, by its Hermite coefficients: E f f' = sum of a_n^2 rho^n. What the terms miss of rho = 1 is put at a high power. */
function hermiteDual(fn: ActivationName, parameter: number | undefined, mean: number, variance: number): Dual {
  const f = activationOf(fn, parameter);
  const std = Math.sqrt(variance);
  const values = new Float64Array(terms);
  const slopes = new Float64Array(terms);
  const products = new Float64Array(terms);
  const powers = new Float64Array(terms);
  let [valueSecond, slopeSecond, productSecond, valueThird, valueFourth, mixed] = [0, 0, 0, 0, 0, 0];
  visitGaussian(mean, variance, (z, weight) => {
    const x = mean + std * z;
    const [value, slope] = [f.value(x), f.slope(x)];
    const product = z * slope;
    valueSecond += weight * value * value;
    slopeSecond += weight * slope * slope;
    productSecond += weight * product * product;
    mixed += weight * product * value;
    valueThird += weight * value ** 3;
    valueFourth += weight * value ** 4;
    let [previous, current] = [0, weight];
    for (let n = 0; n < terms; n++) {
      values[n] = (values[n] ?? 0) + current * value;
      slopes[n] = (slopes[n] ?? 0) + current * slope;
      products[n] = (products[n] ?? 0) + current * product;
      powers[n] = (powers[n] ?? 0) + current * value * value;
      // Normalized Hermite polynomials: sqrt(n + 1) h_(n+1) = z h_n - sqrt(n) h_(n-1).
      const next = (z * current - Math.sqrt(n) * previous) / Math.sqrt(n + 1);
      previous = current;
      current = next;
    }
  });
  const closed = closedMoments(fn, parameter, mean, variance);
  if (closed !== null) {
    values[0] = closed.mean;
    valueSecond = closed.second;
    slopeSecond = closed.slopeSecond;
  }
  return {
    mean: values[0] ?? 0,
    slopeMean: slopes[0] ?? 0,
    slopeOnValue: slopes[1] ?? 0,
    slopeSecondMoment: slopeSecond,
    value: powerSeries(values, valueSecond),
    slope: powerSeries(slopes, slopeSecond),
    slopeTimesValue: powerSeries(products, productSecond),
    scaleFree: scaleFreeSeries(products, productSecond, values, valueSecond, mixed),
    ...centredSquares(powers, values, [valueSecond, valueThird, valueFourth]),
  };
}

/** Of (f - E f)^2, from the coefficients of f^2 and f and the moments of f. */
function centredSquares(
  powers: Float64Array,
  values: Float64Array,
  [second, third, fourth]: readonly [number, number, number],
): Pick<Dual, 'squares' | 'squaresOnScale'> {
  const mean = values[0] ?? 0;
  const variance = second - mean * mean;
  const centred = powers.map((power, n) => (n === 0 ? 0 : power - 2 * mean * (values[n] ?? 0)));
  const centralFourth = fourth - 4 * mean * third + 6 * mean * mean * second - 3 * mean ** 4;
  return {
    squares: powerSeries(centred, Math.max(centralFourth - variance * variance, 0)),
    squaresOnScale: (centred[2] ?? 0) ** 2,
  };
}

/** z f' less its projection on 1 and f. */
function scaleFreeSeries(
  products: Float64Array,
  second: number,
  values: Float64Array,
  valueSecond: number,
  mixed: number,
): (rho: number) => number {
  const center = values[0] ?? 0;
  const variance = valueSecond - center * center;
  const share = variance > 0 ? (mixed - (products[0] ?? 0) * center) / variance : 0;
  const left = products.map((product, n) => (n === 0 ? 0 : product - share * (values[n] ?? 0)));
  const rest = second - (products[0] ?? 0) ** 2 - share * share * variance;
  return powerSeries(left, Math.max(rest, 0));
}

function powerSeries(coefficients: Float64Array, second: number): (rho: number) => number {
  const squares = coefficients.map((a) => a * a);
  const rest = Math.max(second - squares.reduce((sum, square) => sum + square, 0), 0);
  return (rho) => {
    const r = clampRho(rho);
    let sum = 0;
    for (let n = terms - 1; n >= 0; n--) sum = sum * r + (squares[n] ?? 0);
    return sum + rest * Math.abs(r) ** (2 * terms);
  };
}

function gaussianSum(mean: number, variance: number, g: (x: number) => number): number {
  const std = Math.sqrt(variance);
  let sum = 0;
  visitGaussian(mean, variance, (z, weight) => {
    sum += weight * g(mean + std * z);
  });
  return sum;
}

function clampRho(rho: number): number {
  return Math.max(-1, Math.min(1, rho));
}
