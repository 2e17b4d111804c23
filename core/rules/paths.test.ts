import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../testing/graph-builder.ts';
import { followFactors } from './paths.ts';

/** A stack of dense ReLU layers; returns the graph and the ids of its dense layers. */
function stack(depth: number) {
  const b = graphBuilder();
  const dense: number[] = [];
  let x = b.input([null, 8]);
  for (let i = 0; i < depth; i++) {
    dense.push(b.dense(x, 8));
    x = b.activation(dense.at(-1) ?? x, 'relu');
  }
  const head = b.dense(x, 2);
  return { graph: b.build(head), dense };
}

describe('followFactors', () => {
  it('multiplies along a chain: the signal by all factors, the first layer’s gradient by all but its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.1, max: 0.95, noNaN: true }), (depth, factor) => {
        const { graph, dense } = stack(depth);
        const passage = followFactors(graph, new Map(dense.map((id) => [id, factor])));
        expect(passage.signal).toBeCloseTo(factor ** depth, 12);
        expect(passage.output).toBeCloseTo(factor ** depth, 12);
        expect(passage.gradient).toBeCloseTo(factor ** (depth - 1), 12);
        expect(passage.inARow).toBe(depth);
      }),
    );
  });

  it('lets a skip connection carry what a small branch loses, and adds up what a large one gains', () => {
    const b = graphBuilder();
    const skip = b.dense(b.input([null, 8]), 8);
    const inner = b.dense(skip, 8);
    const sum = b.add(skip, b.dense(b.activation(inner, 'relu'), 8));
    const graph = b.build(b.dense(sum, 2));
    expect(followFactors(graph, new Map([[inner, 0.01]]))).toMatchObject({ signal: 1, inARow: 0, layers: [] });
    expect(followFactors(graph, new Map([[inner, 30]]))).toMatchObject({ signal: 30, inARow: 1 });
  });

  it('lets a gate be small', () => {
    const b = graphBuilder();
    const x = b.dense(b.input([null, 8]), 8);
    const squeeze = b.dense(x, 2);
    const gate = b.activation(b.dense(b.activation(squeeze, 'relu'), 8), 'sigmoid');
    const graph = b.build(b.dense(b.op({ kind: 'multiply' }, [x, gate]), 2));
    expect(followFactors(graph, new Map([[squeeze, 0.001]]))).toMatchObject({ signal: 1, gradient: 1 });
  });

  it('starts anew behind a normalization', () => {
    const b = graphBuilder();
    const first = b.dense(b.input([null, 8]), 8);
    const second = b.dense(b.layerNorm(first), 8);
    const graph = b.build(b.dense(b.activation(second, 'relu'), 2));
    const passage = followFactors(
      graph,
      new Map([
        [first, 0.1],
        [second, 0.5],
      ]),
    );
    expect(passage).toMatchObject({ signal: 0.1, output: 0.5, inARow: 1 });
  });
});
