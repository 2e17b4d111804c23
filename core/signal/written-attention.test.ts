import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../graph/graph.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import { propagate } from './propagate.ts';
import { readAttention, windowOf } from './written-attention.ts';

const nothing: ReadonlySet<number> = new Set();

/** A map of 6 × 6 places with 8 channels; windows of 3 × 3 places, as a block or with every other place. */
function windowed(isGrid: boolean): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  const x = b.dense(b.op({ kind: 'permute', order: [0, 2, 3, 1] }, [b.conv(b.input([null, 3, 6, 6]), 8, 1)]), 8);
  const rolled = b.op({ kind: 'roll', shifts: [-1, -1], axes: [1, 2] }, [x]);
  const cut = b.op({ kind: 'reshape' }, [rolled], { shape: isGrid ? [null, 3, 2, 3, 2, 8] : [null, 2, 3, 2, 3, 8] });
  const order = isGrid ? [0, 2, 4, 1, 3, 5] : [0, 1, 3, 2, 4, 5];
  const tokens = b.op({ kind: 'reshape' }, [b.op({ kind: 'permute', order }, [cut])], { shape: [null, 9, 8] });
  return b.build(b.dense(tokens, 8));
}

describe('the window of tokens', () => {
  it.each([
    [false, 'a block', 1],
    [true, 'every other place', 2],
  ])('is known from the axes that a map was cut by (%s: %s)', (isGrid, _, stride) => {
    const graph = windowed(isGrid);
    expect(windowOf(graph, graph.layers.length - 1)).toEqual({
      length: [3, 3],
      stride: [stride, stride],
      rolled: [-1, -1],
    });
  });
});

describe('attention that is written out', () => {
  const build = (isWritten: boolean) => {
    const b = graphBuilder('torch', 'crossEntropy');
    const x = b.layerNorm(b.dense(b.input([null, 10, 16]), 16));
    const [q, k, v] = [b.dense(x, 16), b.dense(x, 16), b.dense(x, 16)];
    const scores = () => {
      const product = b.op({ kind: 'matmul', transposeA: false, transposeB: true }, [q, k]);
      const weights = b.op({ kind: 'affine', factor: 1 / 4, offset: 0 }, [product]);
      const shares = b.op({ kind: 'softmax', axis: -1, log: false }, [weights]);
      return b.op({ kind: 'matmul', transposeA: false, transposeB: false }, [shares, v], { name: 'mixed' });
    };
    const mixed = isWritten
      ? scores()
      : b.op({ kind: 'dotProductAttention', causal: false }, [q, k, v], { name: 'mixed' });
    const pooled = b.op({ kind: 'reduce', fn: 'mean', axes: [1], keepDims: false }, [b.dense(mixed, 16)]);
    return b.build(b.dense(pooled, 5));
  };

  it('is predicted as the op that does the same', () => {
    const [written, named] = [build(true), build(false)].map((graph) => {
      const prediction = propagate(graph);
      return graph.layers
        .filter(({ op, name }) => op.kind === 'dense' || op.kind === 'layerNorm' || name === 'mixed')
        .map(({ id }) => prediction.layers.get(id));
    });
    expect(written?.map((one) => [one?.signal.rms, one?.gradient])).toEqual(
      named?.map((one) => [one?.signal.rms, one?.gradient]),
    );
    expect(written?.every((one) => one?.gradient.weightRms !== undefined)).toBe(true);
  });

  it('is not seen where the weights are no softmax over what they are multiplied with', () => {
    const b = graphBuilder();
    const x = b.input([null, 10, 10]);
    const product = b.op({ kind: 'matmul', transposeA: false, transposeB: true }, [x, x]);
    const shares = b.op({ kind: 'softmax', axis: 1, log: false }, [product]);
    const graph = b.build(b.op({ kind: 'matmul', transposeA: false, transposeB: false }, [shares, x]));
    expect(readAttention(graph, nothing).scores.size).toBe(0);
  });
});
