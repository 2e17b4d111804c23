import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const count = 200_000;

describe('seededRandom', () => {
  it('gives the same stream for the same seed and another one for another seed', () => {
    const first = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).uniform);
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
  });

  it('forks streams that do not move when another one is drawn from', () => {
    const random = seededRandom(1);
    const before = random.fork('a').uniform();
    random.uniform();
    expect(random.fork('a').uniform()).toBe(before);
    expect(random.fork('b').uniform()).not.toBe(before);
  });

  it('draws uniform numbers with mean 1/2 and variance 1/12, in no order', () => {
    const { uniform } = seededRandom('uniform');
    const values = Array.from({ length: count }, uniform);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 3);
    expect(mean(values.slice(1).map((x, i) => (x - 0.5) * ((values[i] ?? 0) - 0.5)))).toBeCloseTo(0, 3);
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 50_000))).toBeLessThan(1);
  });

  it('draws normal numbers with the moments 0, 1, 0, 3', () => {
    const { normal } = seededRandom('normal');
    const values = Array.from({ length: count }, normal);
    const moment = (k: number) => mean(values.map((x) => x ** k));
    expect(moment(1)).toBeCloseTo(0, 2);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(moment(4)).toBeCloseTo(3, 0);
  });

  it('draws every integer below the bound about as often', () => {
    const random = seededRandom('integers');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const value = random.integer(7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const times of counts) expect(Math.abs(times - 10_000)).toBeLessThan(500);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
