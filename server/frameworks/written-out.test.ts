import { describe, expect, it } from 'vitest';
import { createAnalyzer } from '../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../workspace/memory.ts';
import { createFrameworks } from './all.ts';

/* Activations that are written out have the names of the functions that they are; test/oracle/families measures them in PyTorch. */

function kinds(source: string): readonly string[] {
  const analyzer = createAnalyzer(createMemoryWorkspace({ '/model.py': source }), createFrameworks());
  const { models } = analyzer.analyze('/model.py');
  return models[0]?.graph.layers.map(({ op }) => (op.kind === 'activation' ? op.fn : op.kind)) ?? [];
}

const torch = (body: string) => `import math
import torch
import torch.nn.functional as F
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.gate = nn.Sigmoid()
    def forward(self, x):
        x = self.a(x)
        ${body}
        return self.b(x)
`;

describe('PyTorch', () => {
  it.each([
    ['0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))', 'geluTanh'],
    ['x / 2 * (torch.tanh(0.7978845608 * x * (1 + 0.044715 * x * x)) + 1)', 'geluTanh'],
    ['x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))', 'gelu'],
    ['x * torch.sigmoid(x)', 'silu'],
    ['x.sigmoid().mul(x)', 'silu'],
    ['self.gate(x) * x', 'silu'],
    ['x.mul(F.softplus(x).tanh())', 'mish'],
    ['x * F.relu6(x + 3.0) / 6.0', 'hardSwish'],
    ['x * F.hardsigmoid(x)', 'hardSwish'],
    ['x / (1 + x.abs())', 'softsign'],
    ['x * x', 'square'],
  ])('reads %s as %s', (written, name) => {
    expect(kinds(torch(`x = ${written}`))).toEqual(['input', 'dense', name, 'dense']);
  });

  it('takes the function of a multiple for one', () => {
    expect(kinds(torch('x = x * torch.sigmoid(1.702 * x)'))).toEqual([
      'input',
      'dense',
      'affine',
      'silu',
      'affine',
      'dense',
    ]);
  });

  it.each([
    ['a function without a name', 'x = x * torch.tanh(x)', ['tanh', 'multiply']],
    ['a gate of its own', 'x = x * torch.sigmoid(self.b(x))', ['dense', 'sigmoid', 'multiply']],
    [
      'one that is read on the way too',
      's = torch.sigmoid(x)\n        x = self.b(s) + x * s',
      ['sigmoid', 'dense', 'silu', 'add'],
    ],
  ])('leaves %s', (_, body, expected) => {
    expect(kinds(torch(body))).toEqual(['input', 'dense', ...expected, 'dense']);
  });
});

it.each([
  [
    '(x - x.mean(-1, keepdim=True)) * torch.rsqrt((x - x.mean(-1, keepdim=True)).pow(2).mean(-1, keepdim=True) + 1e-5)',
    'layerNorm',
  ],
  [
    '(x - x.mean(-1, keepdim=True)) / torch.sqrt((x - x.mean(-1, keepdim=True)).pow(2).mean(-1, True) + 1e-12)',
    'layerNorm',
  ],
  ['x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)', 'rmsNorm'],
])('PyTorch: reads %s as %s', (written, name) => {
  expect(kinds(torch(`x = ${written}`))).toEqual(['input', 'dense', name, 'dense']);
});

it('keeps what is clamped as functions that are known', () => {
  expect(kinds(torch('x = x.clamp(min=0.1)'))).toEqual(['input', 'dense', 'affine', 'relu', 'affine', 'dense']);
  expect(kinds(torch('x = torch.clamp(x, -2, 6)'))).toEqual([
    'input',
    'dense',
    'affine',
    'hardTanh',
    'affine',
    'dense',
  ]);
});

it('follows the run in the format that nobody has changed', () => {
  const body = `if x.dtype == torch.float16 and not torch.isfinite(x).all():
            x = torch.clamp(x, -torch.finfo(x.dtype).max, torch.finfo(x.dtype).max)
        if x.dtype in [torch.half, torch.bfloat16]:
            x = x * 2
        if self.a.weight.dtype == torch.float:
            x = torch.relu(x)`;
  expect(kinds(torch(body))).toEqual(['input', 'dense', 'relu', 'dense']);
});

it.each([
  ['x * tf.sigmoid(x)', 'silu'],
  ['0.5 * x * (1 + tf.tanh(0.79788456 * (x + 0.044715 * tf.pow(x, 3))))', 'geluTanh'],
  ['x * tf.nn.relu6(x + 3) / 6', 'hardSwish'],
])('Keras: reads %s as %s', (written, name) => {
  const source = `import tensorflow as tf
inputs = tf.keras.Input((8,))
x = tf.keras.layers.Dense(8)(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(4)(${written}))
`;
  expect(kinds(source)).toEqual(['input', 'dense', name, 'dense']);
});

it.each([
  ['x * nn.sigmoid(x)', 'silu'],
  ['0.5 * x * (1 + jnp.tanh(jnp.sqrt(2 / jnp.pi) * (x + 0.044715 * x**3)))', 'geluTanh'],
])('Flax: reads %s as %s', (written, name) => {
  const source = `import flax.linen as nn
import jax.numpy as jnp
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Dense(8)(x)
        return nn.Dense(4)(${written})
def create(rng):
    return Net().init(rng, jnp.ones((1, 8)))
`;
  expect(kinds(source)).toEqual(['input', 'dense', name, 'dense']);
});

it.each([
  ['x @ self.weight + self.bias', 'i, o'],
  ['torch.addmm(self.bias, x, self.weight)', 'i, o'],
  ['x @ self.weight.T + self.bias', 'o, i'],
])('predicts %s like nn.Linear', (product, shape) => {
  const source = `import torch
from torch import nn
class Matrix(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(${shape}))
        self.bias = nn.Parameter(torch.zeros(o))
        nn.init.normal_(self.weight, std=0.1)
    def forward(self, x):
        return ${product}
class Layer(nn.Linear):
    def reset_parameters(self):
        nn.init.normal_(self.weight, std=0.1)
        nn.init.zeros_(self.bias)
def build(kind):
    return nn.Sequential(kind(32, 64), nn.ReLU(), kind(64, 64), nn.Tanh(), kind(64, 10))
written = build(Matrix)
layers = build(Layer)
`;
  const analyzer = createAnalyzer(createMemoryWorkspace({ '/model.py': source }), createFrameworks());
  const predicted = (symbol: string) => {
    const { graph, prediction } = analyzer.analyze('/model.py', { symbol }).models[0] ?? {};
    const of = (id: number) => prediction?.layers.get(id);
    return {
      outputs: graph?.layers
        .filter(({ isModule }) => isModule)
        .map((layer) => [layer.name, of(layer.id)?.signal.rms, of(layer.id)?.gradient.activationRms]),
      weightGradients: graph?.layers.flatMap(({ id }) => of(id)?.gradient.weightRms ?? []),
      loss: prediction?.loss,
    };
  };
  const [written, layers] = [predicted('written'), predicted('layers')];
  expect(layers.weightGradients).toHaveLength(3);
  expect(written).toEqual(layers);
});
