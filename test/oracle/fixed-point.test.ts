import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { ActivationName } from '../../core/graph/op.ts';
import { constant, zeros } from '../../core/initializers/make.ts';
import { fixedPointOf } from '../../core/signal/fixed-point.ts';
import { graphBuilder } from '../../core/testing/graph-builder.ts';

/* What never gets a gradient and what stays equal, against twelve steps of training in PyTorch. */

type Draw = () => ReturnType<typeof zeros>;
const zero: Draw = () => zeros();
const half: Draw = () => constant(0.5);

function mlp(fn: ActivationName, middle?: Draw, first?: Draw, last?: Draw): ModelGraph {
  const b = graphBuilder();
  const weight = (draw: Draw | undefined) => (draw === undefined ? {} : { weight: draw });
  const x = b.activation(b.dense(b.input([null, 8]), 16, { name: 'first', ...weight(first) }), fn);
  const y = b.activation(b.dense(x, 16, { name: 'middle', ...weight(middle) }), fn);
  return b.build(b.dense(y, 4, { name: 'last', ...weight(last) }));
}

function lora(a?: Draw): ModelGraph {
  const b = graphBuilder();
  const x = b.input([null, 8]);
  const low = b.dense(x, 2, { bias: null, name: 'A', ...(a === undefined ? {} : { weight: a }) });
  return b.build(b.add(b.dense(x, 8, { name: 'base' }), b.dense(low, 8, { bias: null, weight: zero, name: 'B' })));
}

function residual(): ModelGraph {
  const b = graphBuilder();
  const x = b.activation(b.dense(b.input([null, 8]), 8), 'relu');
  const branch = b.dense(b.activation(b.dense(x, 8), 'relu'), 8, { weight: zero });
  const rezero = b.parameter('alpha', 'scale', [1], zeros());
  const scaled = b.op({ kind: 'scale' }, [b.dense(x, 8)], { parameters: { scale: rezero } });
  return b.build(b.dense(b.add(x, branch, scaled), 4));
}

function gate(first: Draw | undefined, second: Draw | undefined): ModelGraph {
  const b = graphBuilder();
  const x = b.input([null, 8]);
  const side = (name: string, draw: Draw | undefined) =>
    b.dense(x, 8, { name, bias: null, ...(draw === undefined ? {} : { weight: draw }) });
  const product = b.op({ kind: 'multiply' }, [side('left', first), side('right', second)]);
  return b.build(b.dense(product, 4, { name: 'head' }));
}

function convolution(gain: ReturnType<typeof zeros>, draw: Draw): ModelGraph {
  const b = graphBuilder();
  const x = b.activation(
    b.batchNorm(b.conv(b.input([null, 3, 6, 6]), 8, 3, { name: 'conv', weight: draw }), gain),
    'relu',
  );
  const flat = b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [x]);
  return b.build(b.dense(flat, 4, { name: 'fc' }));
}

function layerNormed(draw: Draw): ModelGraph {
  const b = graphBuilder();
  const x = b.activation(b.layerNorm(b.dense(b.input([null, 8]), 16, { name: 'first', weight: draw })), 'tanh');
  return b.build(b.dense(x, 4, { name: 'last' }));
}

const models: Readonly<Record<string, ModelGraph>> = {
  'zeros in the middle, ReLU': mlp('relu', zero),
  'zeros in the middle, tanh': mlp('tanh', zero),
  'zeros in the middle, GELU': mlp('gelu', zero),
  'zeros everywhere, ReLU': mlp('relu', zero, zero, zero),
  'zeros everywhere, tanh': mlp('tanh', zero, zero, zero),
  'zero head': mlp('relu', undefined, undefined, zero),
  'zeros first, ReLU': mlp('relu', undefined, zero),
  'constants everywhere, tanh': mlp('tanh', half, half, half),
  'constants everywhere, sigmoid': mlp('sigmoid', half, half, half),
  'constants in the middle, tanh': mlp('tanh', half),
  'constants first and in the middle, tanh': mlp('tanh', half, half),
  'residual branch and ReZero': residual(),
  'LoRA, A = B = 0': lora(zero),
  'LoRA, B = 0': lora(),
  'product of two zeros': gate(zero, zero),
  'product with one zero': gate(zero, undefined),
  'batch norm with gain zero': convolution(zeros(), half),
  'zero convolution before batch norm': convolution(constant(1), zero),
  'constants before layer norm': layerNormed(half),
};

interface Trained {
  readonly dead: readonly string[];
  readonly equal: readonly string[];
}

function train(graph: ModelGraph): Trained {
  const script = join(import.meta.dirname, 'train_graph.py');
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input: JSON.stringify({ graph }) }).toString());
}

function predicted(graph: ModelGraph): Trained {
  const { dead, symmetric } = fixedPointOf(graph);
  const weights = graph.layers
    .filter(({ id }) => symmetric.has(id))
    .map((layer) => graph.parameters[layer.parameters.weight ?? -1]?.name ?? '');
  return { dead: graph.parameters.filter(({ id }) => dead.has(id)).map(({ name }) => name), equal: weights };
}

describe('the fixed point of training', () => {
  it.each(Object.entries(models))('is that of PyTorch: %s', (_name, graph) => {
    expect(predicted(graph)).toEqual(train(graph));
  });
});
