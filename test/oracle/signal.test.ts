import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Initializer } from '../../core/graph/initializer.ts';
import type { ActivationName } from '../../core/graph/op.ts';
import type { Fans } from '../../core/initializers/fans.ts';
import { he, normal, xavier } from '../../core/initializers/make.ts';
import { propagate } from '../../core/signal/propagate.ts';
import { type GraphBuilder, graphBuilder } from '../../core/testing/graph-builder.ts';
import { opModels, torchDefault } from './op-models.ts';

/* The prediction against PyTorch itself: the same graph run there, second moments averaged over seeds. */

type Of = (fans: Fans) => Initializer;
const heNormal: Of = (fans) => he('normal', fans);
const glorot: Of = (fans) => xavier('uniform', fans);

function mlp(weight: Of, bias: Of | undefined, fn: ActivationName, depth = 20): ModelGraph {
  const b = graphBuilder();
  const options = { weight, ...(bias === undefined ? {} : { bias }) };
  let x = b.input([null, 256]);
  for (let i = 0; i < depth; i++) x = b.activation(b.dense(x, 256, options), fn);
  return b.build(b.dense(x, 10, options));
}

function pool(b: GraphBuilder, x: number): number {
  const padding = [
    [0, 0],
    [0, 0],
  ] as const;
  const layout = 'channelsFirst';
  return b.op({ kind: 'maxPool', rank: 2, kernel: [2, 2], stride: [2, 2], padding, ceilMode: false, layout }, [x]);
}

function head(b: GraphBuilder, x: number): ModelGraph {
  const pooled = b.op({ kind: 'adaptiveAveragePool', output: [1, 1], layout: 'channelsFirst' }, [x]);
  const flat = b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [pooled]);
  return b.build(b.dense(flat, 10, { weight: torchDefault, bias: torchDefault }));
}

function normalizedCnn(): ModelGraph {
  const b = graphBuilder();
  let x = b.input([null, 3, 16, 16]);
  for (const [width, stride] of [
    [32, 1],
    [32, 1],
    [64, 2],
    [64, 1],
    [128, 2],
    [128, 1],
  ] as const) {
    x = b.activation(b.batchNorm(b.conv(x, width, 3, { stride, bias: null, weight: glorot })), 'relu');
  }
  return head(b, x);
}

function residualCnn(): ModelGraph {
  const b = graphBuilder();
  let x = b.activation(b.batchNorm(b.conv(b.input([null, 3, 16, 16]), 64, 3, { bias: null })), 'relu');
  for (let block = 0; block < 4; block++) {
    const inner = b.activation(b.batchNorm(b.conv(x, 64, 3, { bias: null })), 'relu');
    x = b.activation(b.add(b.batchNorm(b.conv(inner, 64, 3, { bias: null })), x), 'relu');
  }
  return head(b, x);
}

function plainCnn(): ModelGraph {
  const b = graphBuilder();
  let x = b.input([null, 3, 16, 16]);
  for (const width of [64, 64, 0, 128, 128, 0, 128, 128]) {
    x = width === 0 ? pool(b, x) : b.activation(b.conv(x, width, 3), 'relu');
  }
  const flat = b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [x]);
  const hidden = b.activation(b.dense(flat, 256), 'relu');
  return b.build(b.dense(hidden, 10, { weight: torchDefault, bias: torchDefault }));
}

const models: Readonly<Record<string, ModelGraph>> = {
  'MLP, ReLU, He': mlp(heNormal, undefined, 'relu'),
  'MLP, ReLU, Xavier': mlp(glorot, undefined, 'relu'),
  "MLP, ReLU, PyTorch's default": mlp(torchDefault, torchDefault, 'relu'),
  'MLP, ReLU, std 1': mlp(() => normal(0, 1), undefined, 'relu'),
  'MLP, tanh, Xavier': mlp(glorot, undefined, 'tanh'),
  'MLP, tanh, std 1': mlp(() => normal(0, 1), undefined, 'tanh', 8),
  'MLP, sigmoid, Xavier': mlp(glorot, undefined, 'sigmoid', 8),
  'MLP, GELU, He': mlp(heNormal, undefined, 'gelu', 12),
  'CNN, batch norm': normalizedCnn(),
  'CNN, residual, batch norm': residualCnn(),
  'CNN, plain, max pooling': plainCnn(),
};

interface Truth {
  readonly loss: number;
  /** Per layer: second moment, variance over inputs, squared gradient, squared weight gradient, dead share. */
  readonly rows: readonly (readonly [number, number, number, number, number])[];
}

function torch(graph: ModelGraph, seeds: number): Truth {
  const script = join(import.meta.dirname, 'run_graph.py');
  const input = JSON.stringify({ graph, seeds });
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input, maxBuffer: 2 ** 26 }).toString());
}

const quantities = ['rms', 'input std', 'activation gradient', 'weight gradient'] as const;

/** Absolute errors in decades, per quantity. */
function errorsOf(graph: ModelGraph, truth: Truth): readonly (readonly number[])[] {
  const prediction = propagate(graph);
  const errors: number[][] = quantities.map(() => []);
  graph.layers.forEach((layer, i) => {
    const { signal, gradient } = prediction.layers.get(layer.id) ?? {};
    const predicted = [signal?.rms, signal?.inputStd, gradient?.activationRms, gradient?.weightRms];
    predicted.forEach((value, k) => {
      const measured = Math.sqrt(truth.rows[i]?.[k] ?? 0);
      // A convolution's bias before batch norm, or the input's own gradient: nothing to compare where either side has none.
      if (value === null || value === undefined || measured < 1e-30 || layer.op.kind === 'input') return;
      errors[k]?.push(Math.abs(Math.log10(value) - Math.log10(measured)));
    });
  });
  return errors;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? 0;
}

describe('the predicted signal and gradient', () => {
  it('are those of PyTorch, layer by layer', { timeout: 300_000 }, () => {
    const names = Object.keys(models);
    const graphs = Object.values(models);
    // Depth over width makes the second moments of plain MLPs scatter from seed to seed; they are cheap, so they get more seeds.
    const truths = graphs.map((graph) => torch(graph, graph.layers.some(({ op }) => op.kind === 'conv') ? 6 : 32));
    const all: number[][] = quantities.map(() => []);
    const table = graphs.map((graph, i) => {
      const truth = truths[i];
      if (truth === undefined) throw new Error('no answer');
      const errors = errorsOf(graph, truth);
      errors.forEach((values, k) => {
        all[k]?.push(...values);
      });
      return [
        names[i],
        ...errors.map((values) => `${quantile(values, 0.5).toFixed(3)} ${quantile(values, 0.95).toFixed(3)}`),
      ];
    });
    const total = all.map((values) => `${quantile(values, 0.5).toFixed(3)} ${quantile(values, 0.95).toFixed(3)}`);
    console.table(
      [...table, ['all', ...total]].map((row) =>
        Object.fromEntries(row.map((cell, k) => [['model', ...quantities][k], cell])),
      ),
    );
    all.forEach((values, k) => {
      expect(quantile(values, 0.5), `median of ${quantities[k]}`).toBeLessThan(0.03);
      expect(quantile(values, 0.95), `95th percentile of ${quantities[k]}`).toBeLessThan(0.2);
    });
  });

  it.each(Object.entries(opModels()))('follows PyTorch through every op: %s', { timeout: 60_000 }, (_name, graph) => {
    const truth = torch(graph, 12);
    const [rms, std, gradient, weight] = errorsOf(graph, truth).map((values) => quantile(values, 1));
    expect(rms).toBeLessThan(0.25);
    expect(std).toBeLessThan(0.25);
    expect(gradient).toBeLessThan(0.15);
    expect(weight).toBeLessThan(0.25);
    expect(propagate(graph).loss.expected).toBeCloseTo(truth.loss, 0.8);
  });
});
