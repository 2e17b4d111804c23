import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../testing/graph-builder.ts';
import { expectedRows, metricIndex, probeRows } from './rows.ts';

const builder = graphBuilder();
const conv = builder.conv(builder.input([null, 3, 8, 8]), 16, 3, { name: 'conv' });
const norm = builder.batchNorm(conv);
const relu = builder.activation(norm, 'relu');
const head = builder.conv(relu, 10, 1, { name: 'head' });
const graph = builder.build(head);

describe('the rows of a probe', () => {
  const rows = probeRows(graph, [conv, norm, relu, head]);

  it('are the layers that carry a signal through weights, with the activation behind them', () => {
    expect(rows.map(({ layer, index, activation }) => [layer.name, index, activation])).toEqual([
      ['conv', 0, 2],
      ['head', 3, null],
    ]);
  });

  it('find dead and saturated units in the activation and all else in the layer', () => {
    expect(rows.map((row) => metricIndex(row, 'deadFraction'))).toEqual([2, 3]);
    expect(rows.map((row) => metricIndex(row, 'weightGradientRms'))).toEqual([0, 3]);
  });

  it('are known before anything is measured', () => {
    expect(expectedRows(graph).map(({ layer }) => layer.name)).toEqual(['conv', 'head']);
  });
});
