import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveShape } from './resolve-shape.ts';

describe('resolveShape', () => {
  it('gives back any shape that it is asked for, with or without one size left out', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.nat(), (shape, choice) => {
        const size = shape.reduce((product, dim) => product * dim, 1);
        const left = choice % shape.length;
        const target = shape.map((dim, axis) => (axis === left ? -1 : dim));
        expect(resolveShape([size], shape)).toEqual({ shape, fit: 'good' });
        expect(resolveShape([size], target)).toEqual({ shape, fit: 'good' });
        expect(resolveShape([null, size], [null, ...target])).toEqual({ shape: [null, ...shape], fit: 'good' });
      }),
    );
  });

  it('refuses what cannot be', () => {
    expect(resolveShape([4, 5], [3, 7]).fit).toBe('misfit');
    expect(resolveShape([4, 5], [3, -1]).fit).toBe('misfit');
    expect(resolveShape([null, 16, 53, 53], [null, 400]).fit).toBe('misfit');
    expect(resolveShape([null, 16, 53, 53], [-1, 400]).fit).toBe('misfit');
  });

  it('keeps the batch where the rest comes out even', () => {
    expect(resolveShape([null, 256, 6, 6], [-1, 9216])).toEqual({ shape: [null, 9216], fit: 'good' });
    expect(resolveShape([null, 32, 64], [null, 32, 8, 8])).toEqual({ shape: [null, 32, 8, 8], fit: 'good' });
    expect(resolveShape([null, 'tokens', 64], [null, 'tokens', 8, -1]).shape).toEqual([null, 'tokens', 8, 8]);
  });

  it('doubts a batch that turns into several in front of a dense layer, not one that is cut into windows', () => {
    expect(resolveShape([null, 64, 56, 56], [-1, 4096]).fit).toBe('doubt');
    expect(resolveShape([null, 8, 7, 8, 7, 96], [null, 49, 96]).fit).toBe('good');
  });

  it('counts what is cut out of the batch, so that it can be put together again', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 8 }), (shape, heads) => {
        const counted = resolveShape([null, heads, ...shape], [-1, ...shape]).shape;
        expect(resolveShape([null, heads, ...shape], counted)).toEqual({ shape: counted, fit: 'good' });
        expect(resolveShape(counted, [null, heads, ...shape])).toEqual({ shape: [null, heads, ...shape], fit: 'good' });
        expect(resolveShape(counted, [null, heads, -1, shape.at(-1) ?? 1]).shape.at(2)).toBe(
          shape.slice(0, -1).reduce((product, dim) => product * dim, 1),
        );
      }),
    );
  });
});
