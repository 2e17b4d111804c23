import type { ActivationName } from '../graph/op.ts';
import { activationOf, negativeSlope } from '../maths/activation.ts';
import { normalDensity, normalDistribution } from '../maths/gaussian.ts';
import { closedMoments, gaussianMoments } from '../maths/gaussian-moments.ts';
import { bendGrid } from '../maths/quadrature.ts';
import { arcCosine, type Curve, hermiteSeries, polynomial, type Series, scaledCurve, terms } from './curve.ts';
import { zeroEntries } from './kernel.ts';

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
  /** What the second moments of f and f' do where the variance of x changes. */
  readonly onScale: OnScale;
  /** E f(x) f(x'). */
  readonly value: Curve;
  /** E f'(x) f'(x'). */
  readonly slope: Curve;
  /** E z f'(x) z' f'(x') with z the standardized x. */
  readonly slopeTimesValue: Curve;
  /** The same of what z f'(x) has beside 1 and f(x): 0 for ReLU, which has no scale of its own. */
  readonly scaleFree: Curve;
  /** Covariance of (f(x) - E f)^2 and (f(x') - E f)^2. */
  readonly squares: Series;
  /** The part of it that goes with rho^2: what a change of the variance of x and x' does. */
  readonly squaresOnScale: number;
  /** Covariance of f(x)^2 and f(x')^2 over (E f^2)^2, and the part of it that goes with rho^2. */
  readonly powers: Curve;
  readonly powersOnScale: number;
}

/** With v the variance of x. */
export interface OnScale {
  /** d log E f^2 / d log v, and the same of f'. */
  readonly value: number;
  readonly slope: number;
  /** Half of v^2 times the second derivative of E f^2 by v: what it gains per variance of v / v^2. */
  readonly valueBend: number;
  /** The same of E f(x) f(x'): what it gains per variance of the two variances (over v^2), and per covariance of them. */
  readonly bends: Bends;
}

interface Bends {
  readonly own: Curve;
  readonly cross: Curve;
}

const unbent: Bends = { own: polynomial(), cross: polynomial() };
/** Of degree one: a change of both variances is a factor. */
const homogeneous: OnScale = { value: 1, slope: 0, valueBend: 0, bends: unbent };

/** The dual kernels of an activation. `variance` 0 is the constant `mean`. */
export function dualOf(fn: ActivationName, parameter: number | undefined, mean: number, variance: number): Dual {
  const negative = negativeSlope(fn, parameter);
  if (variance <= 0) return constantDual(fn, parameter, mean);
  if (negative === 1) return piecewiseLinear(mean, variance, 1);
  if (negative !== null) {
    const isCentred = Math.abs(mean) < 1e-9 * Math.sqrt(variance);
    return isCentred ? piecewiseLinear(0, variance, negative) : shiftedLinear(mean, variance, negative);
  }
  return remembered(fn, parameter, mean, variance);
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

const nothing = polynomial();

function constantDual(fn: ActivationName, parameter: number | undefined, mean: number): Dual {
  const f = activationOf(fn, parameter);
  const value = f.value(mean);
  const slope = f.slope(mean) ** 2;
  return {
    mean: value,
    slopeMean: f.slope(mean),
    slopeOnValue: 0,
    onScale: homogeneous,
    slopeSecondMoment: slope,
    value: polynomial(value * value),
    slope: polynomial(slope),
    slopeTimesValue: nothing,
    scaleFree: nothing,
    squares: nothing,
    squaresOnScale: 0,
    powers: nothing,
    powersOnScale: 0,
  };
}

/**
 * f = a x + b |x| of zero-mean Gaussians: the arc-cosine kernels (Cho & Saul 2009). For the identity also with a mean.
 */
function piecewiseLinear(mean: number, variance: number, negative: number): Dual {
  const even = ((1 - negative) / 2) ** 2;
  const odd = ((1 + negative) / 2) ** 2;
  return {
    mean: negative === 1 ? mean : ((1 - negative) / 2) * Math.sqrt((2 * variance) / Math.PI),
    slopeMean: (1 + negative) / 2,
    slopeOnValue: (1 - negative) / Math.sqrt(2 * Math.PI),
    onScale: homogeneous,
    slopeSecondMoment: odd + even,
    value: arcCosine(1, { odd, even, factor: variance, shift: negative === 1 ? mean * mean : 0 }),
    slope: arcCosine(0, { odd, even }),
    slopeTimesValue: arcCosine(1, { odd, even }),
    // The identity with a mean too: z is f less its mean.
    scaleFree: nothing,
    ...squaresOf(negative, variance),
    ...(negative === 1 ? identityPowers(mean, variance) : piecewisePowers(negative)),
  };
}

/** f^2 = a x^2 + b x |x|, with the second arc-cosine kernel (Cho & Saul 2009) for the latter. */
function piecewisePowers(negative: number): Pick<Dual, 'powers' | 'powersOnScale'> {
  const even = (1 + negative * negative) / 2;
  const odd = (1 - negative * negative) / 2;
  return { powers: arcCosine(2, { odd: 2, even: (odd / even) ** 2 }), powersOnScale: 2 };
}

function identityPowers(mean: number, variance: number): Pick<Dual, 'powers' | 'powersOnScale'> {
  const second = (variance + mean * mean) ** 2;
  const powersOnScale = (2 * variance * variance) / second;
  const linear = (4 * mean * mean * variance) / second;
  return { powers: polynomial(0, linear, powersOnScale), powersOnScale };
}

function squaresOf(negative: number, variance: number): Pick<Dual, 'squares' | 'squaresOnScale'> {
  const unit = unitSquares(negative);
  const factor = variance * variance;
  return { squares: scaledCurve(unit.squares, factor), squaresOnScale: factor * unit.squaresOnScale };
}

/** Of the function with unit slope above zero, at unit variance. */
function unitSquares(negative: number): Pick<Dual, 'squares' | 'squaresOnScale'> {
  const known = unitDuals.get(negative);
  if (known !== undefined) return known;
  const made =
    negative === 1 ? { squares: polynomial(0, 0, 2), squaresOnScale: 2 } : hermiteDual('leakyRelu', negative, 0, 1);
  unitDuals.set(negative, made);
  return made;
}

const unitDuals = new Map<number, Pick<Dual, 'squares' | 'squaresOnScale'>>();

const duals = new Map<string, Dual>();

/** Layers behind normalizations ask for the same few again and again: kept by six digits of mean and variance. */
function remembered(fn: ActivationName, parameter: number | undefined, mean: number, variance: number): Dual {
  const [m, v] = [Number(mean.toPrecision(6)), Number(variance.toPrecision(6))];
  const key = `${fn} ${parameter} ${m} ${v}`;
  const known = duals.get(key);
  if (known !== undefined) return known;
  if (duals.size >= 512) duals.clear();
  const made = hermiteDual(fn, parameter, m, v);
  duals.set(key, made);
  return made;
}

/** Any f, by its Hermite coefficients: E f f' = sum of a_n^2 rho^n. What the terms miss of rho = 1 is put at a high power. */
function hermiteDual(fn: ActivationName, parameter: number | undefined, mean: number, variance: number): Dual {
  const f = activationOf(fn, parameter);
  const std = Math.sqrt(variance);
  let [valueSecond, slopeSecond, productSecond, valueThird, valueFourth, mixed] = [0, 0, 0, 0, 0, 0];
  let slopeGrowth = 0;
  const { nodes, weights } = bendGrid(mean, variance);
  const points = {
    nodes,
    weights: new Float64Array(nodes.length),
    values: new Float64Array(nodes.length),
    slopes: new Float64Array(nodes.length),
  };
  for (let i = 0; i < nodes.length; i++) {
    const z = nodes[i] ?? 0;
    const weight = weights[i] ?? 0;
    // Nothing is there, though f may be infinite.
    if (weight < 1e-18) continue;
    const x = mean + std * z;
    const value = f.value(x);
    const slope = f.slope(x);
    points.weights[i] = weight;
    points.values[i] = value;
    points.slopes[i] = slope;
    const product = z * slope;
    valueSecond += weight * value * value;
    slopeSecond += weight * slope * slope;
    slopeGrowth += (weight * slope * slope * (z * z - 1)) / 2;
    productSecond += weight * product * product;
    mixed += weight * product * value;
    valueThird += weight * value ** 3;
    valueFourth += weight * value ** 4;
  }
  const { values, slopes, products, powers } = coefficientsOf(points);
  const closed = closedMoments(fn, parameter, mean, variance);
  if (closed !== null) {
    values[0] = closed.mean;
    valueSecond = closed.second;
    slopeSecond = closed.slopeSecond;
  }
  return dualOfExpansion({
    values,
    slopes,
    products,
    powers,
    valueMoments: [valueSecond, valueThird, valueFourth],
    slopeSecond,
    productSecond,
    mixed,
    onScale: {
      // By Hermite polynomials: the k-th derivative by v is half to the k of the 2k-th by x.
      value: valueSecond > 0 ? (powers[2] ?? 0) / Math.SQRT2 / valueSecond : 0,
      slope: slopeSecond > 0 ? slopeGrowth / slopeSecond : 0,
      valueBend: ((powers[4] ?? 0) * Math.sqrt(24)) / 8,
      bends: bendsOf(Array.from(values), ((powers[4] ?? 0) * Math.sqrt(24)) / 8),
    },
  });
}

/** An even number of points of a Gaussian variable, their weights, and what f and f' are there. */
interface Points {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/**
 * Sums over points of f times the normalized Hermite polynomials, sqrt(n + 1) h_(n+1) = z h_n - sqrt(n) h_(n-1).
 * Two points at a time: each polynomial waits for the division of the one before.
 */
function coefficientsOf(points: Points): Pick<Expansion, 'values' | 'slopes' | 'products' | 'powers'> {
  const values = zeroEntries(terms);
  const slopes = zeroEntries(terms);
  const products = zeroEntries(terms);
  const powers = zeroEntries(terms);
  const { nodes, weights } = points;
  for (let i = 0; i < nodes.length; i += 2) {
    const z = nodes[i] ?? 0;
    const value = points.values[i] ?? 0;
    const slope = points.slopes[i] ?? 0;
    const product = z * slope;
    const otherZ = nodes[i + 1] ?? 0;
    const otherValue = points.values[i + 1] ?? 0;
    const otherSlope = points.slopes[i + 1] ?? 0;
    const otherProduct = otherZ * otherSlope;
    let previous = 0;
    let current = weights[i] ?? 0;
    let otherPrevious = 0;
    let other = weights[i + 1] ?? 0;
    for (let n = 0; n < terms; n++) {
      values[n] = (values[n] ?? 0) + current * value + other * otherValue;
      slopes[n] = (slopes[n] ?? 0) + current * slope + other * otherSlope;
      products[n] = (products[n] ?? 0) + current * product + other * otherProduct;
      powers[n] = (powers[n] ?? 0) + current * value * value + other * otherValue * otherValue;
      const root = roots[n] ?? 0;
      const nextRoot = roots[n + 1] ?? 1;
      const next = (z * current - root * previous) / nextRoot;
      const otherNext = (otherZ * other - root * otherPrevious) / nextRoot;
      previous = current;
      current = next;
      otherPrevious = other;
      other = otherNext;
    }
  }
  return { values, slopes, products, powers };
}

/** Square roots of whole numbers. */
const roots = Float64Array.from({ length: terms + 1 }, (_, n) => Math.sqrt(n));

/** Hermite coefficients of f, f', z f' and f^2, and the moments that they are checked against. */
interface Expansion {
  readonly values: Float64Array;
  readonly slopes: Float64Array;
  readonly products: Float64Array;
  readonly powers: Float64Array;
  /** E f^2, E f^3, E f^4. */
  readonly valueMoments: readonly [number, number, number];
  readonly slopeSecond: number;
  readonly productSecond: number;
  /** E z f f'. */
  readonly mixed: number;
  readonly onScale: OnScale;
}

function dualOfExpansion(expansion: Expansion): Dual {
  const { values, slopes, products, powers, valueMoments, slopeSecond, productSecond, mixed } = expansion;
  const [valueSecond] = valueMoments;
  return {
    mean: values[0] ?? 0,
    slopeMean: slopes[0] ?? 0,
    slopeOnValue: slopes[1] ?? 0,
    onScale: expansion.onScale,
    slopeSecondMoment: slopeSecond,
    value: hermiteSeries(values, valueSecond),
    slope: hermiteSeries(slopes, slopeSecond),
    slopeTimesValue: hermiteSeries(products, productSecond),
    scaleFree: scaleFreeSeries(products, productSecond, values, valueSecond, mixed),
    ...centredSquares(powers, values, valueMoments),
    ...relativePowers(powers, valueMoments),
  };
}

/**
 * f = n x below zero and x above, of a Gaussian with a mean: with a = mean / std all derivatives from the second on stand at -a, so that
 * E f^(k) is the density there times a Hermite polynomial.
 */
function shiftedLinear(mean: number, variance: number, negative: number): Dual {
  const std = Math.sqrt(variance);
  const a = mean / std;
  const above = normalDistribution(a);
  const density = normalDensity(a);
  const values = zeroEntries(terms);
  const slopes = zeroEntries(terms);
  const products = zeroEntries(terms);
  const powers = zeroEntries(terms);
  // One more than the others: z h_n reaches one up.
  const steps = zeroEntries(terms + 1);
  const bend = 1 - negative;
  const bendOfSquare = 1 - negative * negative;
  // h_k(-a) of the last three orders.
  let [h0, h1, h2] = [0, 0, 1];
  for (let n = 1; n <= terms; n++) {
    steps[n] = (density * h2) / Math.sqrt(n);
    if (n < terms && n >= 2) values[n] = (bend * std * density * h1) / Math.sqrt(n * (n - 1));
    if (n < terms && n >= 3)
      powers[n] = (bendOfSquare * 2 * variance * density * h0) / Math.sqrt(n * (n - 1) * (n - 2));
    const next = (-a * h2 - Math.sqrt(n - 1) * h1) / Math.sqrt(n);
    [h0, h1, h2] = [h1, h2, next];
  }
  steps[0] = above;
  const rectified = a * above + density;
  values[0] = std * (negative * a + bend * rectified);
  values[1] = std * (negative + bend * above);
  powers[0] = variance * (negative ** 2 * (1 + a * a) + bendOfSquare * ((1 + a * a) * above + a * density));
  powers[1] = variance * (negative ** 2 * 2 * a + bendOfSquare * 2 * rectified);
  powers[2] = (variance * (negative ** 2 + bendOfSquare * above) * 2) / Math.SQRT2;
  for (let n = 0; n < terms; n++) {
    const unit = n === 0 ? negative : 0;
    slopes[n] = unit + bend * (steps[n] ?? 0);
    const stepped = Math.sqrt(n + 1) * (steps[n + 1] ?? 0) + Math.sqrt(n) * (steps[n - 1] ?? 0);
    products[n] = (n === 1 ? negative : 0) + bend * stepped;
  }
  const third = (a ** 3 + 3 * a) * above + (a * a + 2) * density;
  const fourth = (a ** 4 + 6 * a * a + 3) * above + (a ** 3 + 5 * a) * density;
  const outer = above - a * density;
  return dualOfExpansion({
    values,
    slopes,
    products,
    powers,
    valueMoments: [
      powers[0] ?? 0,
      std ** 3 * (negative ** 3 * (a ** 3 + 3 * a) + (1 - negative ** 3) * third),
      std ** 4 * (negative ** 4 * (a ** 4 + 6 * a * a + 3) + (1 - negative ** 4) * fourth),
    ],
    slopeSecond: negative ** 2 + bendOfSquare * above,
    productSecond: negative ** 2 + bendOfSquare * outer,
    mixed: std * (negative ** 2 + bendOfSquare * above),
    onScale: homogeneous,
  });
}

/** Of (f - E f)^2, from the coefficients of f^2 and f and the moments of f. */
function centredSquares(
  powers: Float64Array,
  values: Float64Array,
  [second, third, fourth]: readonly [number, number, number],
): Pick<Dual, 'squares' | 'squaresOnScale'> {
  const mean = values[0] ?? 0;
  const variance = second - mean * mean;
  const centred = zeroEntries(terms);
  for (let n = 1; n < terms; n++) centred[n] = (powers[n] ?? 0) - 2 * mean * (values[n] ?? 0);
  const centralFourth = fourth - 4 * mean * third + 6 * mean * mean * second - 3 * mean ** 4;
  return {
    squares: hermiteSeries(centred, Math.max(centralFourth - variance * variance, 0)),
    squaresOnScale: (centred[2] ?? 0) ** 2,
  };
}

function relativePowers(
  powers: Float64Array,
  [second, , fourth]: readonly [number, number, number],
): Pick<Dual, 'powers' | 'powersOnScale'> {
  if (second <= 0) return { powers: nothing, powersOnScale: 0 };
  const varying = zeroEntries(terms);
  for (let n = 1; n < terms; n++) varying[n] = (powers[n] ?? 0) / second;
  return {
    powers: hermiteSeries(varying, Math.max(fourth / (second * second) - 1, 0)),
    powersOnScale: (varying[2] ?? 0) ** 2,
  };
}

/**
 * From the coefficients a of f, on which v d/dv acts as half of z d/dz: to half of n a_n + sqrt((n + 1)(n + 2)) a_(n+2). At rho = 1
 * the two are `whole` together.
 */
function bendsOf(values: readonly number[], whole: number): Bends {
  const onLog = (a: readonly number[]) => a.map((x, n) => (n * x + Math.sqrt((n + 1) * (n + 2)) * (a[n + 2] ?? 0)) / 2);
  const first = onLog(values);
  const second = onLog(first);
  const own = values.map((a, n) => a * ((second[n] ?? 0) - (first[n] ?? 0)));
  const cross = first.map((a) => a * a);
  const sum = own.reduce((total, a, n) => total + a + (cross[n] ?? 0), 0);
  return { own: { ...polynomial(...own), rest: whole - sum }, cross: polynomial(...cross) };
}

/** z f' less its projection on 1 and f. */
function scaleFreeSeries(
  products: Float64Array,
  second: number,
  values: Float64Array,
  valueSecond: number,
  mixed: number,
): Series {
  const center = values[0] ?? 0;
  const variance = valueSecond - center * center;
  const share = variance > 0 ? (mixed - (products[0] ?? 0) * center) / variance : 0;
  const left = zeroEntries(terms);
  for (let n = 1; n < terms; n++) left[n] = (products[n] ?? 0) - share * (values[n] ?? 0);
  const rest = second - (products[0] ?? 0) ** 2 - share * share * variance;
  return hermiteSeries(left, Math.max(rest, 0));
}

function gaussianSum(mean: number, variance: number, g: (x: number) => number): number {
  const std = Math.sqrt(variance);
  let sum = 0;
  const { nodes, weights } = bendGrid(mean, variance);
  for (let i = 0; i < nodes.length; i++) sum += (weights[i] ?? 0) * g(mean + std * (nodes[i] ?? 0));
  return sum;
}
