import { describe, expect, it } from 'vitest';
import { type Kernel, kernelOf } from './kernel.ts';
import { partedWindows, windowing } from './token-window.ts';

const at = (kernel: Kernel, dy: number, dx: number) => kernel.data[dy * kernel.columns + dx];

/** Means over all pairs of places at an offset, counted one by one; `windowOf` says which window a place is in. */
function counted(places: number, offset: number, windowOf: (place: number) => number, value: (d: number) => number) {
  const members = (window: number) => Array.from({ length: places }, (_, p) => p).filter((p) => windowOf(p) === window);
  let [pairs, together, across] = [0, 0, 0];
  for (let a = 0; a + offset < places; a++) {
    const [one, other] = [windowOf(a), windowOf(a + offset)];
    pairs++;
    if (one === other) together++;
    else {
      const all = members(one).flatMap((i) => members(other).map((j) => value(Math.abs(i - j))));
      across += all.reduce((sum, v) => sum + v, 0) / all.length;
    }
  }
  return { together: together / pairs, across: across / pairs };
}

describe.each([
  ['blocks', 1, (place: number) => Math.floor(place / 3)],
  ['grids', 2, (place: number) => place % 2],
])('windows that are %s of a map', (_, stride, windowOf) => {
  const value = (d: number) => 1 / (1 + d * d);
  const windows = windowing([6, 1], { length: [3, 1], stride: [stride, 1], rolled: [0, 0] });

  it.each([0, 1, 2, 4])('share what counting pairs at offset %i says', (offset) => {
    const kernel = kernelOf([6, 1], (dy) => value(dy));
    const expected = counted(6, offset, windowOf, value);
    expect(at(windows?.together ?? kernel, offset, 0)).toBeCloseTo(expected.together, 12);
    expect(at(windows?.across(kernel) ?? kernel, offset, 0)).toBeCloseTo(expected.across, 12);
  });

  it('have the kernel of their own tokens', () => {
    const within = windows?.within(kernelOf([6, 1], (dy) => dy)) ?? null;
    expect([...(within?.data ?? [])]).toEqual([0, stride, 2 * stride]);
  });
});

describe('windows of a rolled map', () => {
  it('are parted where the ends of the map meet', () => {
    const groups = partedWindows([8, 4], { length: [4, 4], stride: [1, 1], rolled: [-1, 0] });
    // Half of the windows are whole; the others are parted 1 : 3 along y.
    expect(groups).toEqual([
      { tokens: 16, share: 0.5 },
      { tokens: 4, share: 0.125 },
      { tokens: 12, share: 0.375 },
    ]);
  });

  it('are unknown where nothing was rolled', () => {
    expect(partedWindows([8, 4], { length: [4, 4], stride: [1, 1], rolled: [0, 0] })).toBeNull();
  });
});
