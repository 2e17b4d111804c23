import { describe, expect, it } from 'vitest';
import type { FrameworkId } from '../core/graph/graph.ts';
import type { Initializer } from '../core/graph/initializer.ts';
import type { Parameter } from '../core/graph/parameter.ts';
import {
  constant,
  dirac,
  he,
  identity,
  normal,
  orthogonal,
  truncatedAtTwoStd,
  uniform,
  uninitialized,
  xavier,
} from '../core/initializers/make.ts';
import { drawParameter } from './initialize.ts';
import { seededRandom } from './random.ts';

function draw(initializer: Initializer, shape: readonly number[], framework: FrameworkId = 'torch'): Float32Array {
  const parameter: Parameter = {
    id: 0,
    name: 'weight',
    role: 'weight',
    shape,
    trainable: true,
    fanIn: shape[1] ?? null,
    fanOut: shape[0] ?? null,
    initializer,
    writes: [],
  };
  return drawParameter(parameter, framework, seededRandom(3));
}

const fans = { fanIn: 400, fanOut: 300 };

describe('drawParameter', () => {
  it.each([
    ['N(0.5, 2²)', normal(0.5, 2)],
    ['U(−0.3, 0.7)', uniform(-0.3, 0.7)],
    ['He, normal', he('normal', fans)],
    ['Xavier, uniform', xavier('uniform', fans)],
    ['a normal cut at two std', truncatedAtTwoStd(0, 0.05)],
  ])('draws %s with the mean and std of its record, within its bounds', (_, initializer) => {
    const values = draw(initializer, [300, 400]);
    const std = initializer.std ?? Number.NaN;
    expect(mean(values)).toBeCloseTo(initializer.mean ?? Number.NaN, 1);
    expect(spread(values) / std).toBeCloseTo(1, 1.7);
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual((initializer.low ?? -Infinity) - 1e-6);
    expect(Math.max(...values.subarray(0, 50_000))).toBeLessThanOrEqual((initializer.high ?? Infinity) + 1e-6);
  });

  it('fills with a constant', () => {
    expect(draw(constant(0.25), [2, 3])).toEqual(new Float32Array(6).fill(0.25));
  });

  it.each([
    [[8, 20], 'torch'],
    [[20, 8], 'torch'],
    [[12, 3, 3, 3], 'torch'],
    [[3, 3, 4, 16], 'keras'],
  ] as const)('draws an orthogonal matrix for %j in %s, times its gain', (shape, framework) => {
    const size = shape.reduce((a: number, b) => a * b, 1);
    const rows = framework === 'torch' ? shape[0] : size / (shape.at(-1) ?? 1);
    const columns = size / rows;
    const gain = 1.5;
    const matrix = draw(orthogonal(gain, rows, columns), shape, framework);
    const at = (i: number, k: number) =>
      rows <= columns ? (matrix[i * columns + k] ?? 0) : (matrix[k * columns + i] ?? 0);
    for (let i = 0; i < Math.min(rows, columns); i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
        expect(dot).toBeCloseTo(i === j ? gain * gain : 0, 5);
      }
    }
  });

  it('makes a dirac kernel pass every channel on, in both layouts', () => {
    const torch = draw(dirac(1, [2, 3, 3, 3]), [2, 3, 3, 3]);
    expect(torch[(0 * 3 + 0) * 9 + 4]).toBe(1);
    expect(torch[(1 * 3 + 1) * 9 + 4]).toBe(1);
    const keras = draw(dirac(1, [2, 3, 3, 3]), [3, 3, 3, 2], 'keras');
    expect(keras[(4 * 3 + 0) * 2 + 0]).toBe(1);
    expect(keras[(4 * 3 + 1) * 2 + 1]).toBe(1);
    for (const values of [torch, keras]) expect(values.reduce((a, b) => a + b, 0)).toBe(2);
  });

  it('makes an identity', () => {
    expect([...draw(identity(2, 2, 3), [2, 3])]).toEqual([2, 0, 0, 0, 2, 0]);
  });

  it('takes LeCun’s scale for a matrix that nobody initialized', () => {
    expect(spread(draw(uninitialized(), [300, 400])) * Math.sqrt(400)).toBeCloseTo(1, 1.7);
  });
});

function mean(values: Float32Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function spread(values: Float32Array): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / values.length);
}
