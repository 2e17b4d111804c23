import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../graph/graph.ts';
import type { ActivationName } from '../graph/op.ts';
import { constant, zeros } from '../initializers/make.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import { fixedPointOf } from './fixed-point.ts';

const zero = () => zeros();
const half = () => constant(0.5);

/** 8 → 16 → 16 → 4 with one odd hidden layer. */
function mlp(fn: ActivationName, middle: typeof zero | undefined, first?: typeof zero, last?: typeof zero): ModelGraph {
  const b = graphBuilder();
  const weight = (of: typeof zero | undefined) => (of === undefined ? {} : { weight: of });
  const x = b.activation(b.dense(b.input([null, 8]), 16, { name: 'first', ...weight(first) }), fn);
  const y = b.activation(b.dense(x, 16, { name: 'middle', ...weight(middle) }), fn);
  return b.build(b.dense(y, 4, { name: 'last', ...weight(last) }));
}

function deadNames(graph: ModelGraph): readonly string[] {
  const { dead } = fixedPointOf(graph);
  return graph.parameters.filter(({ id }) => dead.has(id)).map(({ name }) => name);
}

function symmetricNames(graph: ModelGraph): readonly string[] {
  const { symmetric } = fixedPointOf(graph);
  return graph.layers.filter(({ id }) => symmetric.has(id)).map(({ name }) => name);
}

// test/oracle/fixed-point.test.ts checks the same against training in PyTorch.
describe('parameters without gradient', () => {
  it('are those around a zero layer before ReLU, for ever', () => {
    expect(deadNames(mlp('relu', zero))).toEqual([
      'first.weight',
      'first.bias',
      'middle.weight',
      'middle.bias',
      'last.weight',
    ]);
  });

  it('are none with tanh, whose slope at zero is one', () => {
    expect(deadNames(mlp('tanh', zero))).toEqual([]);
  });

  it('are none behind a zero head, which moves first', () => {
    expect(deadNames(mlp('relu', undefined, undefined, zero))).toEqual([]);
  });

  it('are none in a residual branch that ends in zeros, nor with a ReZero factor', () => {
    const b = graphBuilder();
    const x = b.activation(b.dense(b.input([null, 8]), 8), 'relu');
    const branch = b.dense(b.activation(b.dense(x, 8), 'relu'), 8, { weight: zero });
    const rezero = b.parameter('alpha', 'scale', [1], zeros());
    const scaled = b.op({ kind: 'scale' }, [b.dense(x, 8)], { parameters: { scale: rezero } });
    expect(deadNames(b.build(b.dense(b.add(x, branch, scaled), 4)))).toEqual([]);
  });

  it('are both factors of a product of two zeros, as in LoRA with A = B = 0; one zero alone is fine', () => {
    const lora = (a: typeof zero | undefined) => {
      const b = graphBuilder();
      const x = b.input([null, 8]);
      const options = { bias: null, ...(a === undefined ? {} : { weight: a }) };
      const low = b.dense(b.dense(x, 2, { ...options, name: 'A' }), 8, { bias: null, weight: zero, name: 'B' });
      return b.build(b.add(b.dense(x, 8, { name: 'base' }), low));
    };
    expect(deadNames(lora(zero))).toEqual(['A.weight', 'B.weight']);
    expect(deadNames(lora(undefined))).toEqual([]);
  });

  it('are none where batch norm starts with gain zero', () => {
    const b = graphBuilder();
    const x = b.batchNorm(b.conv(b.input([null, 3, 8, 8]), 8, 3), zeros());
    expect(deadNames(b.build(x))).toEqual([]);
  });

  it('leave out what is frozen', () => {
    const graph = mlp('relu', zero);
    const frozen = { ...graph, parameters: graph.parameters.map((p) => ({ ...p, trainable: false })) };
    expect(deadNames(frozen)).toEqual([]);
  });
});

describe('symmetric layers', () => {
  it('are constant layers behind each other', () => {
    expect(symmetricNames(mlp('tanh', half, half, half))).toEqual(['first', 'middle']);
  });

  it('are not those whose next layer is random: it tells their units apart', () => {
    expect(symmetricNames(mlp('tanh', half))).toEqual([]);
    expect(symmetricNames(mlp('relu', half))).toEqual([]);
  });

  it('are zero layers before ReLU, which never move', () => {
    expect(symmetricNames(mlp('relu', zero))).toEqual(['middle']);
  });

  it('are not those before dropout, whose masks differ', () => {
    const b = graphBuilder();
    const x = b.activation(b.dense(b.input([null, 8]), 16, { weight: half }), 'tanh');
    const dropped = b.op({ kind: 'dropout', rate: 0.5, mode: 'element' }, [x]);
    expect(symmetricNames(b.build(b.dense(dropped, 4, { weight: half })))).toEqual([]);
  });

  it('are none in a sound net', () => {
    expect(symmetricNames(mlp('relu', undefined))).toEqual([]);
    const b = graphBuilder();
    expect(symmetricNames(b.build(b.layerNorm(b.dense(b.input([null, 8]), 8))))).toEqual([]);
  });
});
