import { describe, expect, it } from 'vitest';
import type { ActivationName } from '../graph/op.ts';
import { activationOf } from '../maths/activation.ts';
import { curveAt } from './curve.ts';
import { dualOf } from './dual.ts';
import { maximumCovariance, maximumMoments } from './order-statistics.ts';
import { logSumExp, softmaxProducts, softmaxSquares } from './softmax-sums.ts';

/** E g(x, x') by brute force on a fine two-dimensional grid. */
function integrate(
  mean: number,
  variance: number,
  rho: number,
  g: (x: number, y: number, z: number, w: number) => number,
) {
  const std = Math.sqrt(variance);
  const n = 900;
  const half = 7.5;
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < n; i++) {
    const z = ((i + 0.5) / n) * 2 * half - half;
    for (let j = 0; j < n; j++) {
      const e = ((j + 0.5) / n) * 2 * half - half;
      const w = rho * z + Math.sqrt(1 - rho * rho) * e;
      const weight = Math.exp(-(z * z + e * e) / 2);
      sum += weight * g(mean + std * z, mean + std * w, z, w);
      mass += weight;
    }
  }
  return sum / mass;
}

describe('dualOf', () => {
  it.each<[ActivationName, number | undefined, number, number, number]>([
    ['relu', undefined, 0, 2, 0.3],
    ['relu', undefined, 0.7, 1, 0.6],
    ['relu', undefined, -1, 0.5, -0.4],
    ['leakyRelu', 0.2, 0, 1.3, 0.8],
    ['tanh', undefined, 0, 1, 0.5],
    ['tanh', undefined, 0.3, 9, 0.7],
    ['sigmoid', undefined, 0, 4, 0.5],
    ['gelu', undefined, 0, 1, 0.5],
    ['silu', undefined, -0.5, 2, 0.2],
    ['hardTanh', undefined, 0.2, 1, 0.5],
    ['abs', undefined, 0, 1, 0.5],
  ])(
    'of %s(%s) at mean %d, variance %d, correlation %d is the double integral',
    (fn, parameter, mean, variance, rho) => {
      const f = activationOf(fn, parameter);
      const dual = dualOf(fn, parameter, mean, variance);
      expect(dual.mean).toBeCloseTo(
        integrate(mean, variance, 0, (x) => f.value(x)),
        3,
      );
      expect(curveAt(dual.value, rho)).toBeCloseTo(
        integrate(mean, variance, rho, (x, y) => f.value(x) * f.value(y)),
        3,
      );
      expect(curveAt(dual.slope, rho)).toBeCloseTo(
        integrate(mean, variance, rho, (x, y) => f.slope(x) * f.slope(y)),
        1.7,
      );
      const product = integrate(mean, variance, rho, (x, y, z, w) => z * f.slope(x) * w * f.slope(y));
      expect(curveAt(dual.slopeTimesValue, rho)).toBeCloseTo(product, 1.7);
    },
  );

  it.each<[ActivationName, number, number]>([
    ['gelu', 0, 1],
    ['tanh', 0.3, 2],
    ['softplus', -0.5, 1.5],
  ])('of %s knows what variances that are left to chance add', (fn, mean, variance) => {
    const f = activationOf(fn, undefined);
    const rho = 0.6;
    const at = (first: number, second: number) =>
      integrate(0, 1, rho, (x, y) => {
        const [a, b] = [Math.sqrt(variance * (1 + first)), Math.sqrt(variance * (1 + second))];
        return f.value(mean + a * x) * f.value(mean + b * y);
      });
    const h = 0.1;
    const [plain, both, one] = [at(0, 0), (at(h, h) + at(-h, -h)) / 2, (at(h, -h) + at(-h, h)) / 2];
    const { bends } = dualOf(fn, undefined, mean, variance).onScale;
    const [own, cross] = [curveAt(bends.own, rho), curveAt(bends.cross, rho)];
    // Variances of h^2 and covariances of plus or minus h^2.
    expect((own + cross) * h * h).toBeCloseTo(both - plain, 5);
    expect((own - cross) * h * h).toBeCloseTo(one - plain, 5);
  });

  it('resolves a tanh that is almost a sign', () => {
    // For large std s: E f = sign arcsine law, E f'^2 -> (4/3) / (s sqrt(2 pi)).
    const dual = dualOf('tanh', undefined, 0, 400 ** 2);
    expect(curveAt(dual.value, 1)).toBeCloseTo(1, 2);
    expect(curveAt(dual.value, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(0.5), 2);
    expect(dual.slopeSecondMoment * 400 * Math.sqrt(2 * Math.PI)).toBeCloseTo(4 / 3, 2);
  });
});

describe('order statistics', () => {
  it('have the known moments of maxima', () => {
    expect(maximumMoments(4).mean).toBeCloseTo(1.02938, 4);
    expect(maximumMoments(9).mean).toBeCloseTo(1.48501, 4);
    expect(maximumCovariance(4, 4, 1).value).toBeCloseTo(0.4917, 3);
    expect(maximumCovariance(9, 9, 1).value).toBeCloseTo(0.3574, 3);
    expect(maximumCovariance(9, 3, 1).value).toBeCloseTo(0.0998, 3);
  });

  it('know what two windows of correlated elements have in common: within 5 % of two million draws of NumPy', () => {
    for (const [n, shared, r, drawn] of [
      [2, 2, 0.6, 0.3591],
      [4, 4, 0.3, 0.0921],
      [4, 4, 0.9, 0.4087],
      [9, 9, 0.9, 0.2802],
      [9, 3, 0.6, 0.0411],
    ] as const)
      expect(Math.abs(maximumCovariance(n, shared, r).value / drawn - 1)).toBeLessThan(0.05);
    // One of n cells is chosen twice by chance.
    expect(maximumCovariance(4, 4, 0).slope).toBeCloseTo(1 / 4, 12);
  });
});

describe('softmax sums', () => {
  it('agree with sampling', () => {
    let state = 1;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    for (const [n, variance] of [
      [10, 0.5],
      [10, 9],
      [1000, 4],
    ] as const) {
      let squares = 0;
      let logs = 0;
      const draws = 200_000 / n + 2000;
      for (let k = 0; k < draws; k++) {
        const scores = Array.from({ length: n }, () => Math.exp(Math.sqrt(variance) * normal()));
        const sum = scores.reduce((a, b) => a + b, 0);
        squares += scores.reduce((a, b) => a + b * b, 0) / sum ** 2;
        logs += Math.log(sum);
      }
      expect(softmaxSquares(n, variance) / (squares / draws)).toBeCloseTo(1, 1);
      expect(logSumExp(n, variance)).toBeCloseTo(logs / draws, 1);
    }
    // Sampled with PyTorch, 200,000 pairs.
    expect((softmaxProducts(10, 2, 1) - 0.1) / 0.0711).toBeCloseTo(1, 0.5);
    expect((softmaxProducts(10, 8, 4) - 0.1) / 0.1413).toBeCloseTo(1, 0.5);
    expect((softmaxProducts(1000, 2, 1) - 0.001) / 0.0016).toBeCloseTo(1, 0.5);
    expect(softmaxSquares(10, 1e-20)).toBeCloseTo(0.1, 10);
    expect(logSumExp(10, 1e-20)).toBeCloseTo(Math.log(10), 10);
  });
});
