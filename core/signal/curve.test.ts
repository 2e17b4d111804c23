import { describe, expect, it } from 'vitest';
import { arcCosine, curveAt, curveOver, polynomial, scaledCurve } from './curve.ts';
import { kernelOf } from './kernel.ts';

describe('curves', () => {
  const correlations = [-1.2, -1, -0.9, -0.3, 0, 0.02, 0.4, 0.999, 1, 1.2];
  const kernel = kernelOf([2, 5], (dy, dx) => correlations[5 * dy + dx] ?? 0);
  const curves = [
    polynomial(0.5, 0, 2),
    scaledCurve(polynomial(0.5, 0, 2), 3),
    arcCosine(0, { odd: 0.25, even: 0.25 }),
    arcCosine(1, { odd: 0.25, even: 0.25, factor: 2, shift: 1 }),
    arcCosine(2, { odd: 2, even: 1 }),
  ];

  it.each(curves)('are over a kernel what they are at each of its correlations (%#)', (curve) => {
    const { data } = curveOver(curve, kernel, 4, 0.1);
    correlations.forEach((rho, i) => {
      expect(data[i]).toBeCloseTo(0.1 + 4 * curveAt(curve, rho), 12);
    });
  });

  it('give the moments of a rectified Gaussian at the ends of the range', () => {
    // E relu^2 = 1/2, E relu(x) relu(-x) = 0; the slope is 1 in half of all cases.
    const relu = { odd: 0.25, even: 0.25 };
    expect(curveAt(arcCosine(1, relu), 1)).toBeCloseTo(1 / 2, 12);
    expect(curveAt(arcCosine(1, relu), 0)).toBeCloseTo(1 / (2 * Math.PI), 12);
    expect(curveAt(arcCosine(1, relu), -1)).toBeCloseTo(0, 12);
    expect(curveAt(arcCosine(0, relu), 1)).toBeCloseTo(1 / 2, 12);
  });
});
