import { describe, expect, it } from 'vitest';
import { constantKernel, diagonalKernel, type Kernel } from './kernel.ts';
import {
  insideFactor,
  placesAbove,
  placesPooled,
  placesResized,
  placesShared,
  placesTogether,
  unevenness,
} from './places.ts';
import { type Mixing, noSpread, type Spread, spreadOfMasks, spreadOfMix, spreadOfSum } from './spread.ts';
import type { AxisWindow } from './window.ts';

const identity = (kernel: Kernel) => kernel;
const pointwise: Mixing = {
  inputs: 16,
  taps: 1,
  alike: 1,
  weightKurtosis: 3,
  overTaps: identity,
  strided: identity,
};
const alone = constantKernel(1);
const at = (kernel: Kernel) => kernel.data[0] ?? Number.NaN;

describe('the spread of a random mix', () => {
  it('leaves independent Gaussians Gaussian, with a common scale of variance 2/n', () => {
    // The mean square of n standard normals varies by 2/n; every output is a projection of the same n.
    const mixed = spreadOfMix(noSpread, alone, alone, pointwise);
    expect(at(mixed.excess)).toBeCloseTo(0, 12);
    expect(at(mixed.scale)).toBeCloseTo(2 / 16, 12);
    expect(at(mixed.crossing)).toBeCloseTo(1 / 16, 12);
    expect(mixed.power).toBeCloseTo(2 / 16, 12);
  });

  it('keeps 3/(n + 2) of the kurtosis in a depthwise sum of n independent taps', () => {
    // E of the sum of w^4 over the squared sum of w^2 is 3/(n + 2) for normal weights.
    const kurtosis = 4;
    const below: Spread = { ...noSpread, excess: constantKernel(kurtosis / 2) };
    const taps = 9;
    // Taps see independent elements: of the 81 pairs 9 are an element with itself.
    const overTaps = (kernel: Kernel) => constantKernel(at(kernel) / taps);
    const mixed = spreadOfMix(below, alone, alone, { ...pointwise, inputs: 1, taps, overTaps });
    expect(2 * at(mixed.excess)).toBeCloseTo((3 * kurtosis) / (taps + 2), 10);
  });

  it('adds what masks over whole inputs do to all scales: p / (1 - p)', () => {
    const masked = spreadOfMasks(noSpread, alone, 0.8);
    expect(at(masked.scale)).toBeCloseTo(0.2 / 0.8, 12);
    // The kurtosis of a Gaussian that is zero with probability p: 3 / (1 - p) - 3.
    expect(2 * at(masked.excess)).toBeCloseTo(3 / 0.8 - 3, 12);
  });

  it('keeps a scale that both parts of a sum have in common', () => {
    const part: Spread = { ...noSpread, scale: diagonalKernel([4, 4], 0.3, 0.1) };
    const sum = spreadOfSum([
      { spread: part, share: 0.4 },
      { spread: part, share: 0.6 },
    ]);
    expect(at(sum.scale)).toBeCloseTo(0.3, 12);
  });
});

describe('the places of a map', () => {
  const window: AxisWindow = { input: 6, output: 6, taps: 3, stride: 1, dilation: 1, before: 1 };
  const windows = [window, window] as const;

  it('lose what the taps of their windows read of the zeros around it', () => {
    const once = placesAbove(undefined, windows);
    // Two of three taps at the border: 2, 3, 3, 3, 3, 2 over their mean.
    expect([...(once?.rows ?? [])]).toEqual([0.75, 1.125, 1.125, 1.125, 1.125, 0.75].map((x) => expect.closeTo(x, 12)));
    expect(unevenness(once)).toBeCloseTo(1.03125 ** 2 - 1, 12);
  });

  it('weigh a second convolution more where the first one left more', () => {
    const once = placesAbove(undefined, windows);
    // Per axis 1.5 + 1 … of the border's windows: (0.75 + 1.125) · 2 + (0.75 + 2.25) · 2 + 3.375 · 2 = 16.5, over 16.
    expect(insideFactor(once, undefined, windows)).toBeCloseTo((16.5 / 16) ** 2, 12);
    expect(placesTogether(once, undefined)).toBe(1);
  });

  it('stay where they are through pooling and another resolution', () => {
    const places = { rows: Float64Array.of(0.5, 1.5, 1.5, 0.5), columns: Float64Array.of(1, 1, 1, 1) };
    const pool: AxisWindow = { input: 4, output: 2, taps: 2, stride: 2, dilation: 1, before: 0 };
    expect([...(placesPooled(places, [pool, pool])?.rows ?? [])]).toEqual([1, 1]);
    const uneven = { ...places, rows: Float64Array.of(0.5, 0.5, 1.5, 1.5) };
    expect([...(placesPooled(uneven, [pool, pool])?.rows ?? [])]).toEqual([0.5, 1.5]);
    expect([...(placesResized(uneven, [2, 2])?.rows ?? [])]).toEqual([0.5, 1.5]);
    expect([...(placesResized(uneven, [8, 4])?.rows ?? [])]).toEqual([0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5]);
    // A window at the border that has one place only hands it all of its own.
    const padded: AxisWindow = { input: 4, output: 3, taps: 2, stride: 2, dilation: 1, before: 1 };
    expect([...(placesShared(undefined, [padded, padded])?.rows ?? [])]).toEqual(
      [4 / 3, 2 / 3, 2 / 3, 4 / 3].map((x) => expect.closeTo(x, 12)),
    );
  });
});
