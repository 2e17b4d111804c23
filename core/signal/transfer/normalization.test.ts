import { describe, expect, it } from 'vitest';
import type { Op } from '../../graph/op.ts';
import { lecun, ones, zeros } from '../../initializers/make.ts';
import { graphBuilder } from '../../testing/graph-builder.ts';
import { propagate } from '../propagate.ts';

/** Measured by PyTorch, 250 seeds, standard errors of 1 to 2 % (weights of the group norm 2.4 %): RMS gradients. */
const cases: readonly (readonly [string, Op, { below: number; conv: number; weight: number }])[] = [
  ['batch', { kind: 'batchNorm', epsilon: 1e-5, axis: 1 }, { below: 4.116e-4, conv: 1.581e-4, weight: 5.628e-3 }],
  ['instance', { kind: 'instanceNorm', epsilon: 1e-5, axis: 1 }, { below: 3.01e-4, conv: 1.177e-4, weight: 4.353e-3 }],
  [
    'group',
    { kind: 'groupNorm', groups: 8, epsilon: 1e-5, axis: 1 },
    { below: 3.446e-4, conv: 1.333e-4, weight: 1.95e-2 },
  ],
];

describe('the gradient below a normalization under a maximum', () => {
  it.each(cases)('of a %s norm is what PyTorch measures', (_, op, measured) => {
    const b = graphBuilder('torch', 'crossEntropy');
    const below = b.activation(b.conv(b.input([null, 3, 8, 8]), 8, 3, { padding: 1, bias: null }), 'relu');
    const conv = b.conv(below, 32, 3, { padding: 1, bias: null });
    const norm = b.op(op, [conv], {
      parameters: {
        gain: b.parameter('gain', 'normGain', [32], ones()),
        bias: b.parameter('bias', 'normBias', [32], zeros()),
      },
    });
    const pooled = b.maxPool(b.activation(norm, 'relu'), 2);
    const means = b.op({ kind: 'reduce', fn: 'mean', axes: [2, 3], keepDims: false }, [pooled]);
    const graph = b.build(b.dense(means, 10, { weight: (fans) => lecun('normal', fans), bias: null }));
    const { layers } = propagate(graph);
    const predicted = {
      below: layers.get(below)?.gradient.activationRms,
      conv: layers.get(conv)?.gradient.activationRms,
      weight: layers.get(conv)?.gradient.weightRms,
    };
    for (const [name, value] of Object.entries(measured)) {
      const own = predicted[name as keyof typeof predicted] ?? 0;
      expect(Math.abs(Math.log10(own / value)), name).toBeLessThan(name === 'weight' ? 0.07 : 0.03);
    }
  });
});
