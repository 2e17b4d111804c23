import { describe, expect, it } from 'vitest';
import { normal, ones, uniform } from '../initializers/make.ts';
import { propagate } from '../signal/propagate.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import { defaultOptions, type VariantName, variantNames } from './request.ts';
import { applyVariant } from './variants.ts';

function net() {
  const b = graphBuilder();
  let x = b.input([null, 3, 8, 8]);
  x = b.activation(b.batchNorm(b.conv(x, 16, 3, { weight: () => normal(0, 1) }), ones()), 'relu');
  x = b.activation(b.conv(x, 16, 3, { groups: 16, weight: () => normal(0, 1) }), 'leakyRelu', 0.2);
  x = b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [x]);
  x = b.activation(b.dense(x, 32, { weight: () => normal(0, 1), bias: () => uniform(-1, 1) }), 'tanh');
  return b.build(b.dense(x, 10, { weight: () => normal(0, 1) }));
}

function stds(variant: VariantName): readonly (number | null)[] {
  const graph = applyVariant(net(), variant, { ...defaultOptions, normalStd: 0.3 });
  return graph.parameters.filter(({ role }) => role === 'weight').map(({ initializer }) => initializer.std);
}

function expectClose(actual: readonly (number | null)[], expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 12);
  });
}

describe('applyVariant', () => {
  it('draws every weight by the scheme, with the gain of what follows', () => {
    const fans = [27, 9, 1024, 32] as const;
    const gains = [Math.SQRT2, Math.sqrt(2 / 1.04), 5 / 3, 1] as const;
    expectClose(
      stds('he'),
      fans.map((fan, i) => (gains[i] ?? 1) / Math.sqrt(fan)),
    );
    expectClose(
      stds('lecun'),
      fans.map((fan) => 1 / Math.sqrt(fan)),
    );
    expectClose(
      stds('xavier'),
      [27 + 144, 9 + 9, 1024 + 32, 32 + 10].map((sum) => Math.sqrt(2 / sum)),
    );
    expectClose(stds('normal'), [0.3, 0.3, 0.3, 0.3]);
    expectClose(stds('zeros'), [0, 0, 0, 0]);
    expectClose(
      stds('orthogonal'),
      [27, 16, 1024, 32].map((side, i) => (gains[i] ?? 1) / Math.sqrt(side)),
    );
    expect(stds('lsuv')).toEqual(stds('orthogonal'));
  });

  it('leaves biases and norms alone and the graph as it was', () => {
    const graph = net();
    for (const variant of variantNames) {
      const changed = applyVariant(graph, variant, defaultOptions);
      changed.parameters.forEach((parameter, i) => {
        if (parameter.role !== 'weight') expect(parameter).toEqual(graph.parameters[i]);
      });
    }
    expect(graph).toEqual(net());
  });

  it('takes the framework default back where a default was overwritten', () => {
    const graph = net();
    const write = {
      initializer: uniform(-1, 1),
      origin: 'default',
      at: null,
      by: 'default of nn.Linear',
      callee: null,
    } as const;
    const written = { ...graph, parameters: graph.parameters.map((p) => ({ ...p, writes: [write, ...p.writes] })) };
    const changed = applyVariant(written, 'default', defaultOptions);
    expect(changed.parameters[0]?.initializer).toEqual(uniform(-1, 1));
  });

  it('gives a graph that can be propagated: He keeps what std 1 blows up', () => {
    const at = (variant: VariantName) =>
      propagate(applyVariant(net(), variant, defaultOptions)).loss.expected ?? Number.NaN;
    expect(at('he')).toBeLessThan(4);
    expect(at('as-written')).toBeGreaterThan(5);
    expect(at('zeros')).toBeCloseTo(Math.log(10), 6);
  });
});
