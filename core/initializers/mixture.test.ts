import { describe, expect, it } from 'vitest';
import type { Initializer, Region, Write } from '../graph/initializer.ts';
import { constant, normal, zeros } from './make.ts';
import { mixtureOf } from './mixture.ts';

function write(initializer: Initializer, region?: Region): Write {
  const base: Write = { initializer, origin: 'explicit', at: null, by: 'test', callee: null };
  return region === undefined ? base : { ...base, partial: true, region };
}

describe('a tensor whose parts were written differently', () => {
  it('has the moments of its elements: an LSTM bias of zeros with ones for the forget gate', () => {
    const bias = [...Array(8).fill(0), ...Array(8).fill(1), ...Array(16).fill(0)] as number[];
    const mean = bias.reduce((a, b) => a + b) / 32;
    const std = Math.sqrt(bias.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 32);
    const mixture = mixtureOf([32], [write(zeros()), write(constant(1), [[8, 16]])]);
    expect(mixture?.mean).toBeCloseTo(mean, 12);
    expect(mixture?.std).toBeCloseTo(std, 12);
  });

  it('shows the last write where two overlap', () => {
    const corner: Region = [
      [0, 1],
      [0, 2],
    ];
    const column: Region = [
      [0, 2],
      [1, 2],
    ];
    // [[5, 7], [0, 7]]
    const mixture = mixtureOf([2, 2], [write(zeros()), write(constant(5), corner), write(constant(7), column)]);
    expect(mixture?.mean).toBeCloseTo(19 / 4, 12);
  });

  it('is what its parts are where all of them were drawn alike', () => {
    const drawn = normal(0, 0.5);
    const parts = [write(drawn, [[0, 2]]), write(drawn, [[2, 4]])];
    expect(mixtureOf([4], [write(zeros()), ...parts])).toBe(drawn);
  });

  it('keeps the distribution of nearly all of it: a padding row of a large table', () => {
    const row: Region = [
      [0, 1],
      [0, 8],
    ];
    const drawn = normal(0, 1);
    expect(mixtureOf([1000, 8], [write(drawn), write(zeros(), row)])).toBe(drawn);
  });

  it('is not known where a part was never written, or where it is not known which', () => {
    expect(mixtureOf([4], [write(constant(1), [[0, 2]])])).toBeNull();
    expect(mixtureOf([4], [write(zeros()), { ...write(constant(1)), partial: true }])).toBeNull();
    expect(mixtureOf(['n'], [write(zeros()), write(constant(1), [[0, 2]])])).toBeNull();
  });
});
