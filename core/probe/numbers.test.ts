import { describe, expect, it } from 'vitest';
import { formatCount, formatFactor, formatNumber, formatShare, geometricMean, mean } from './numbers.ts';

describe('numbers', () => {
  it('are short, and scientific where they are small or large', () => {
    expect([0, 1, 2.304, 0.69, 0.022, 6.8e-4, 5.8e-6, 1e-5, 123.4, 12345].map(formatNumber)).toEqual([
      '0',
      '1',
      '2.3',
      '0.69',
      '0.022',
      '6.8e-4',
      '5.8e-6',
      '1e-5',
      '123',
      '1.2e4',
    ]);
    expect([null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map(formatNumber)).toEqual(['–', '–', 'NaN', '∞']);
  });

  it('as factors are read against 1', () => {
    expect([0.0009, 0.08, 0.5, 1, 1.234, 420, 3e-7].map(formatFactor)).toEqual([
      '×0.0009',
      '×0.08',
      '×0.5',
      '×1',
      '×1.2',
      '×420',
      '×3e-7',
    ]);
  });

  it('as counts and shares have a unit', () => {
    expect([512, 307_000, 1_600_000].map(formatCount)).toEqual(['512', '307 k', '1.60 M']);
    expect(formatShare(0.497)).toBe('50 %');
  });

  it('have means that skip what is not known', () => {
    expect(mean([1, null, 3, Number.NaN])).toBe(2);
    expect(mean([null])).toBeNull();
    expect(geometricMean([1e-6, 1e-2, null])).toBeCloseTo(1e-4, 12);
    expect(geometricMean([1, 0])).toBe(0);
  });
});
