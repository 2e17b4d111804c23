import { type Kernel, zeroEntries } from './kernel.ts';

/**
 * What an elementwise function makes of a correlation. It is told in numbers, not as a closure: kernels ask for a hundred thousand
 * values, and a call that V8 cannot inline takes memory for its argument and its result.
 */
export type Curve = Series | ArcCosine;

/** `factor` times a power series. */
export interface Series {
  readonly order: null;
  readonly coefficients: readonly number[];
  /** What the terms miss at correlation 1; put at a high power. */
  readonly rest: number;
  readonly factor: number;
}

/**
 * `factor · (odd · rho^order + even · k(rho)) + shift` with the arc-cosine kernel of this order, scaled to 1 at correlation 1 for the
 * orders 0 and 1 (Cho & Saul 2009).
 */
interface ArcCosine {
  readonly order: 0 | 1 | 2;
  readonly odd: number;
  readonly even: number;
  readonly factor: number;
  readonly shift: number;
}

/** Terms of a series. */
export const terms = 48;

/** From the coefficients of a function's normalized Hermite polynomials and its second moment: sum of their squares times rho^n. */
export function hermiteSeries(coefficients: Float64Array, second: number): Series {
  // Grown and not preset: V8 boxes what it reads from an array that may have holes.
  const squares: number[] = [];
  let whole = 0;
  for (let n = 0; n < terms; n++) {
    const square = (coefficients[n] ?? 0) ** 2;
    squares.push(square);
    whole += square;
  }
  return { order: null, coefficients: squares, rest: Math.max(second - whole, 0), factor: 1 };
}

export function polynomial(...coefficients: readonly number[]): Series {
  return { order: null, coefficients, rest: 0, factor: 1 };
}

export function arcCosine(
  order: 0 | 1 | 2,
  { odd, even, factor = 1, shift = 0 }: { odd: number; even: number; factor?: number; shift?: number },
): Curve {
  return { order, odd, even, factor, shift };
}

export function scaledCurve(curve: Series, factor: number): Series {
  return { ...curve, factor: curve.factor * factor };
}

/** At one correlation; beyond -1 and 1 as there. */
export function curveAt(curve: Curve, rho: number): number {
  const r = clamped(rho);
  return curve.order === null ? seriesAt(curve, r) : arcCosineAt(curve, r);
}

function clamped(rho: number): number {
  return Math.max(-1, Math.min(1, rho));
}

function seriesAt({ coefficients, rest, factor }: Series, r: number): number {
  const size = Math.abs(r);
  // What is left out is below 1e-11 of a coefficient.
  const enough = size < 0.05 ? 10 : size < 0.15 ? 14 : size < 0.35 ? 26 : terms;
  let sum = 0;
  for (let n = Math.min(enough, coefficients.length) - 1; n >= 0; n--) sum = sum * r + (coefficients[n] ?? 0);
  return factor * (size < 0.8 || rest === 0 ? sum : sum + rest * size ** (2 * terms));
}

function arcCosineAt({ order, odd, even, factor, shift }: ArcCosine, r: number): number {
  const angle = Math.asin(r);
  if (order === 0) return factor * (odd + even * (2 / Math.PI) * angle) + shift;
  const s = Math.sqrt(1 - r * r);
  if (order === 1) return factor * (odd * r + even * (2 / Math.PI) * (s + r * angle)) + shift;
  return factor * (odd * r * r + even * ((2 / Math.PI) * (3 * s * r + (1 + 2 * r * r) * angle))) + shift;
}

/** `factor · curve + shift` at every correlation of a kernel. */
export function curveOver(curve: Curve, { rows, columns, data }: Kernel, factor = 1, shift = 0): Kernel {
  const values = zeroEntries(data.length);
  if (curve.order === null) {
    for (let i = 0; i < values.length; i++) values[i] = shift + factor * seriesAt(curve, clamped(data[i] ?? 0));
  } else {
    for (let i = 0; i < values.length; i++) values[i] = shift + factor * arcCosineAt(curve, clamped(data[i] ?? 0));
  }
  return { rows, columns, data: values };
}
