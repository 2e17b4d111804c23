import { gaussianGrid } from '../maths/quadrature.ts';
import { expectedMaximum } from './order-statistics.ts';

/** Above this variance of the scores one of them takes all. */
const frozen = 400;

/** E of the sum of squared softmax weights of n independent normal scores of this variance: 1/n at 0, 1 at infinity. */
export function softmaxSquares(n: number, variance: number): number {
  if (n <= 1 || variance > frozen) return 1;
  if (variance < 1e-12) return 1 / n;
  return squaresBetween(n, variance);
}

/** The same as an integral, with 1/Z^2 = integral of s e^(-sZ) ds. */
function integralOfSquares(n: number, variance: number): number {
  const scores = logNormal(Math.sqrt(variance));
  return overLogScale(variance, n, (s) => {
    const { zeroth, second } = laplace(scores, s);
    const others = zeroth ** (n - 1);
    return others < 1e-12 ? null : n * s * s * others * second;
  });
}

/**
 * E of the sum over classes of p p', the softmax weights of two sets of scores with this covariance, class by class. Averaging
 * over what is not common is like softmax with less variance; how much less was fitted to sampling (n = 10 to 1000,
 * variance 0.5 to 50), within 15 %.
 */
export function softmaxProducts(n: number, variance: number, covariance: number): number {
  const own = variance - covariance;
  if (covariance <= 0) return 1 / n;
  const loss = 0.45 * Math.sqrt(softmaxSquares(n, variance)) * Math.max(own, 0);
  return softmaxSquares(n, Math.min(covariance / (1 + loss), variance));
}

/** E log of the sum of exp of n independent normal scores; log Z = integral of (e^(-s) - e^(-sZ)) / s ds (Frullani). */
export function logSumExp(n: number, variance: number): number {
  if (variance > frozen) return Math.sqrt(variance) * expectedMaximum(n);
  if (variance < 1e-12) return Math.log(n) + variance / 2 - variance / (2 * n);
  return remember(n, variance, () => {
    const scores = logNormal(Math.sqrt(variance));
    return overLogScale(variance, n, (s) => {
      const [one, all] = [Math.exp(-s), laplace(scores, s).zeroth ** n];
      return one + all < 1e-16 ? null : one - all;
    });
  });
}

/** A log-normal variable as points and their weights. Deep transformers ask for hundreds of integrals over it. */
interface Points {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** What is less wide needs fewer points for the same 1e-9. */
function logNormal(std: number): Points {
  const { nodes, weights } = gaussianGrid(std < 1 ? 36 : 96);
  return { values: nodes.map((z) => Math.exp(std * z)), weights };
}

/** E e^(-s x) and E x^2 e^(-s x), in one pass: the exponentials are all that costs. */
function laplace({ values, weights }: Points, s: number): { readonly zeroth: number; readonly second: number } {
  let zeroth = 0;
  let second = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] ?? 0;
    const term = (weights[i] ?? 0) * Math.exp(-s * x);
    zeroth += term;
    second += term * x * x;
  }
  return { zeroth, second };
}

/** Integral over log s, from where n terms saturate to where the last one has gone: there `g` says `null`. */
function overLogScale(variance: number, n: number, g: (s: number) => number | null): number {
  const std = Math.sqrt(variance);
  const low = -Math.log(n) - 8 * std - 20;
  const high = 8 * std + 6;
  // In log s all is as smooth as exp(-e^x), for which the midpoint rule's error is below exp(-pi^2 / step).
  const count = Math.min(240, Math.ceil((high - low) / 0.35));
  const step = (high - low) / count;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const part = g(Math.exp(low + (i + 0.5) * step));
    if (part === null) break;
    sum += part;
  }
  return sum * step;
}

/** Every layer's attention asks for other variances, but of the same numbers of tokens. */
const squares = new Map<number, Map<number, number>>();
/** Losses of one model ask for the same few values again and again. */
const logarithms = new Map<string, number>();
const remembered = 512;

function remember(n: number, variance: number, make: () => number): number {
  const key = `${n}:${variance.toPrecision(8)}`;
  const known = logarithms.get(key);
  if (known !== undefined) return known;
  if (logarithms.size >= remembered) logarithms.clear();
  const made = make();
  logarithms.set(key, made);
  return made;
}

/** Points evenly apart in the logarithm of the variance: six of them tell what lies between within 1e-4. */
const spacing = 0.25;
/** Lagrange's denominators for six points one apart. */
const denominators = [-120, 24, -12, 12, -24, 120];

function squaresBetween(n: number, variance: number): number {
  const points = pointsOf(n);
  const place = Math.log(variance) / spacing;
  const first = Math.floor(place) - 2;
  let logarithm = 0;
  for (let i = 0; i < 6; i++) {
    let weight = 1 / (denominators[i] ?? 1);
    for (let j = 0; j < 6; j++) if (j !== i) weight *= place - first - j;
    logarithm += weight * logarithmAt(points, n, first + i);
  }
  return Math.exp(logarithm);
}

function logarithmAt(points: Map<number, number>, n: number, index: number): number {
  const known = points.get(index);
  if (known !== undefined) return known;
  const made = Math.log(integralOfSquares(n, Math.exp(index * spacing)));
  points.set(index, made);
  return made;
}

function pointsOf(n: number): Map<number, number> {
  const known = squares.get(n);
  if (known !== undefined) return known;
  if (squares.size >= remembered) squares.clear();
  const made = new Map<number, number>();
  squares.set(n, made);
  return made;
}
