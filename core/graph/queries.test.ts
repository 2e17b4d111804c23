import { describe, expect, it } from 'vitest';
import { normal } from '../initializers/make.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import type { Layer, ModelGraph } from './graph.ts';
import { activationAfter, isHead, isStem, normalizationAfter, residualAddAfter, weightsOf } from './queries.ts';

/** stem → bn → relu → [conv1 → bn → relu → conv2 → bn] + skip → relu → pool → flatten → fc */
function residualNet() {
  const b = graphBuilder();
  const image = b.input([null, 3, 8, 8]);
  const stem = b.conv(image, 16, 3);
  const skip = b.activation(b.batchNorm(stem), 'relu');
  const conv1 = b.conv(skip, 16, 3);
  const relu1 = b.activation(b.batchNorm(conv1), 'relu');
  const conv2 = b.conv(relu1, 16, 3);
  const norm2 = b.batchNorm(conv2);
  const sum = b.add(norm2, skip);
  const relu2 = b.activation(sum, 'relu');
  const pooled = b.op({ kind: 'adaptiveAveragePool', output: [1, 1], layout: 'channelsFirst' }, [relu2]);
  const fc = b.dense(b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [pooled]), 10);
  return { graph: b.build(fc), stem, conv1, conv2, norm2, sum, relu1, relu2, fc };
}

function layer(graph: ModelGraph, id: number): Layer {
  const found = graph.layers[id];
  if (found === undefined) throw new Error(`no layer ${id}`);
  return found;
}

describe('queries about a residual network', () => {
  const net = residualNet();
  const at = (id: number) => layer(net.graph, id);

  it('find the activation through normalization and the residual sum', () => {
    expect(activationAfter(net.graph, at(net.conv1))?.layer.id).toBe(net.relu1);
    expect(activationAfter(net.graph, at(net.conv2))?.layer.id).toBe(net.relu2);
    expect(activationAfter(net.graph, at(net.fc))).toBeNull();
  });

  it('find the normalization that follows at once', () => {
    expect(normalizationAfter(net.graph, at(net.conv2))?.id).toBe(net.norm2);
    expect(normalizationAfter(net.graph, at(net.fc))).toBeNull();
  });

  it('know stem, head and the end of a residual branch', () => {
    expect([net.stem, net.conv1, net.fc].map((id) => isStem(net.graph, at(id)))).toEqual([true, false, false]);
    expect([net.stem, net.conv1, net.fc].map((id) => isHead(net.graph, at(id)))).toEqual([false, false, true]);
    expect(residualAddAfter(net.graph, at(net.conv2))?.id).toBe(net.sum);
    expect(residualAddAfter(net.graph, at(net.conv1))).toBeNull();
    expect(residualAddAfter(net.graph, at(net.fc))).toBeNull();
  });

  it('name the weights, not biases or norm parameters', () => {
    expect(weightsOf(net.graph, at(net.conv1)).map(({ role }) => role)).toEqual(['weight']);
    expect(weightsOf(net.graph, at(net.norm2))).toEqual([]);
  });
});

describe('residualAddAfter', () => {
  it('does not take an added position embedding for a residual branch', () => {
    const b = graphBuilder();
    const fc = b.dense(b.input([null, 4, 8]), 8);
    const table = b.parameter('positions', 'other', [1, 4, 8], normal(0, 0.02));
    const positions = b.op({ kind: 'parameter' }, [], { parameters: { weight: table }, shape: [1, 4, 8] });
    const graph = b.build(b.add(fc, positions));
    expect(residualAddAfter(graph, layer(graph, fc))).toBeNull();
  });
});
