import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { erf, erfc, erfInverse } from './gaussian.ts';
import { gaussianMean } from './quadrature.ts';

const points = Array.from({ length: 241 }, (_, i) => (i - 120) / 10);

describe('erf and erfc', () => {
  it("agree with C's over both tails", () => {
    const script =
      'import json,math,sys; print(json.dumps([[math.erf(x), math.erfc(x)] for x in json.load(sys.stdin)]))';
    const out = execFileSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify(points) });
    const truth: [number, number][] = JSON.parse(out.toString());
    points.forEach((x, i) => {
      const [e, c] = truth[i] ?? [Number.NaN, Number.NaN];
      expect(Math.abs(erf(x) - e)).toBeLessThan(1e-14);
      expect(Math.abs(erfc(x) / c - 1)).toBeLessThan(1e-10);
    });
  });
});

describe('erfInverse', () => {
  it('undoes erf, up to the ends', () => {
    for (const x of points.filter((point) => Math.abs(point) <= 4)) {
      // Close to 1 a step of the argument's last digit moves the result.
      const rounding = Number.EPSILON * Math.exp(x * x);
      expect(Math.abs(erfInverse(erf(x)) - x)).toBeLessThan(1e-14 + 2 * rounding);
    }
    expect(erfInverse(-1)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('gaussianMean', () => {
  it('integrates moments and the kink of ReLU', () => {
    expect(gaussianMean((z) => z ** 4)).toBeCloseTo(3, 10);
    expect(gaussianMean((z) => Math.cos(z))).toBeCloseTo(Math.exp(-0.5), 12);
    expect(gaussianMean((z) => Math.max(z, 0))).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 4);
    expect(gaussianMean((z) => Math.max(z, 0) ** 2)).toBeCloseTo(0.5, 10);
  });
});
