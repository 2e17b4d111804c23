import { describe, expect, it } from 'vitest';
import { atZero, constantKernel } from './kernel.ts';
import { routingSite } from './routing.ts';
import { normalSegment, type Segment } from './segment.ts';
import type { Routing } from './written-experts.ts';

const routing: Routing = {
  source: 0,
  scores: 1,
  fn: 'softmax',
  chosen: 4,
  experts: 8,
  isNormalized: true,
  factor: 1,
};

/** Tokens of which every two have this correlation. */
function tokens(correlation: number): Segment {
  const segment = normalSegment(16, [4, 1]);
  return { ...segment, total: { ...constantKernel(1), rows: 2, data: Float64Array.of(1, correlation) } };
}

describe('tokens spread over experts', () => {
  it('two tokens have as many experts in common as Sheppard’s formula for the median says', () => {
    const common = (correlation: number) => routingSite(routing, 1, tokens(correlation))?.common.data[1];
    for (const correlation of [-0.5, 0, 0.5, 0.9]) {
      expect(common(correlation)).toBeCloseTo(8 * (1 / 4 + Math.asin(correlation) / (2 * Math.PI)), 4);
    }
  });

  it('a token has all of its experts in common with itself, and unrelated ones share k² / n', () => {
    for (const [chosen, experts] of [
      [2, 8],
      [8, 128],
    ] as const) {
      const site = routingSite({ ...routing, chosen, experts }, 1, tokens(0));
      expect(site && atZero(site.common)).toBeCloseTo(chosen, 1);
      expect(site?.common.data[1]).toBeCloseTo((chosen * chosen) / experts, 6);
    }
  });

  it('weights that are divided by their sum are 1 / k on average, and all alike where scores hardly differ', () => {
    expect(routingSite(routing, 2, tokens(0))?.mean).toBeCloseTo(1 / 4, 12);
    expect(routingSite(routing, 1e-8, tokens(0))?.second).toBeCloseTo(1 / 16, 6);
    expect(routingSite({ ...routing, factor: 2.5 }, 2, tokens(0))?.mean).toBeCloseTo(2.5 / 4, 12);
  });

  it('softmax over all experts gives the chosen more than their share, sigmoid about a half', () => {
    expect(routingSite({ ...routing, isNormalized: false }, 1e-8, tokens(0))?.mean).toBeCloseTo(1 / 8, 4);
    expect(routingSite({ ...routing, isNormalized: false }, 1, tokens(0))?.mean).toBeGreaterThan(1.4 / 8);
    expect(routingSite({ ...routing, fn: 'sigmoid', isNormalized: false }, 1e-8, tokens(0))?.mean).toBeCloseTo(0.5, 4);
  });

  it('scores get no gradient where one expert is chosen and its weight is always 1, and a little where it is a share', () => {
    const one = { ...routing, chosen: 1 };
    expect(routingSite(one, 1, tokens(0))?.sensitivity).toBeCloseTo(0, 12);
    // Of equal shares p = 1/8 and one chosen: p² ((1 - p)² + 7 p²).
    const share = routingSite({ ...one, isNormalized: false }, 1e-8, tokens(0));
    expect(share?.sensitivity).toBeCloseTo((1 / 64) * ((7 / 8) ** 2 + 7 / 64), 4);
  });

  it('which experts are chosen is not known where all scores are equal', () => {
    expect(routingSite(routing, 0, tokens(0))).toBeNull();
  });
});
