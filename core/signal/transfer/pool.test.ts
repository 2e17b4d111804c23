import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../../testing/graph-builder.ts';
import { propagate } from '../propagate.ts';

describe('a maximum over windows', () => {
  it('finds places unlike that are so for every input: zeros around a small map, after twelve convolutions', () => {
    const b = graphBuilder();
    let x = b.input([null, 8, 2, 2]);
    for (let i = 0; i < 12; i++) x = b.activation(b.conv(x, 128, 3, { padding: 1, bias: null }), 'relu');
    const pooled = b.maxPool(x, 2);
    const { layers } = propagate(b.build(pooled));
    const before = layers.get(x)?.signal.rms ?? 0;
    const after = layers.get(pooled)?.signal;
    // Measured by PyTorch, 300 seeds: rms 0.0077 before, 0.0130 after (standard error 1 %), 0.0037 of it from input to input.
    expect((after?.rms ?? 0) / before / (0.013 / 0.0077)).toBeCloseTo(1, 1);
    expect(Math.abs(Math.log10((after?.inputStd ?? 0) / 0.0037))).toBeLessThan(0.1);
  });
});
