import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../../core/graph/graph.ts';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { torch } from './index.ts';

const preamble = `import math
import torch
import torch.nn as nn
import torch.nn.functional as F
`;

function analyze(source: string) {
  const text = preamble + source;
  const analysis = createAnalyzer(createMemoryWorkspace({ '/net.py': text }), [torch]).analyze('/net.py');
  return { text, models: analysis.models, notes: analysis.notes.map((note) => note.message) };
}

/** The one model of a module. */
function graphOf(source: string): ModelGraph {
  const { models } = analyze(source);
  expect(models.map((model) => model.graph.name)).toHaveLength(1);
  const [model] = models;
  if (model === undefined) throw new Error('no model');
  return model.graph;
}

function net(init: string, forward: string, signature = 'self, x'): string {
  const indent = (text: string) =>
    text
      .split('\n')
      .map((line) => `        ${line}`)
      .join('\n');
  return `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
${indent(init)}

    def forward(${signature}):
${indent(forward)}
`;
}

const inputShapes = (graph: ModelGraph) => graph.inputs.map((id) => graph.layers[id]?.outputShape);
const steps = (graph: ModelGraph) =>
  graph.layers.map(({ op }) => (op.kind === 'activation' ? op.fn : op.kind === 'unknown' ? `?${op.name}` : op.kind));

describe('input shapes', () => {
  it.each([
    ['a dense layer: its features', 'self.a = nn.Linear(20, 3)', 'return self.a(x)', [[null, 20]]],
    ['an embedding: tokens', 'self.a = nn.Embedding(9, 4)', 'return self.a(x)', [[null, 32]]],
    ['a recurrent layer: time first', 'self.a = nn.GRU(6, 4)', 'return self.a(x)[0]', [[16, null, 6]]],
    [
      'a normalization of images',
      'self.a = nn.BatchNorm2d(8)\nself.b = nn.Linear(49, 2)',
      'return self.b(self.a(x).mean(1).flatten(1))',
      [[null, 8, 7, 7]],
    ],
    [
      'channels last',
      'self.a = nn.Conv2d(3, 8, 5, stride=5)',
      'return self.a(x.permute(0, 3, 1, 2))',
      [[null, 224, 224, 3]],
    ],
    ['a signal that gets its channel', 'self.a = nn.Conv1d(1, 4, 9)', 'return self.a(x.unsqueeze(1))', [[null, 128]]],
    [
      'a matrix of parameters',
      'self.w = nn.Parameter(torch.randn(12, 4))',
      'return torch.tanh(x @ self.w)',
      [[null, 12]],
    ],
  ])('come from %s', (_, init, forward, expected) => {
    expect(inputShapes(graphOf(net(init, forward)))).toEqual(expected);
  });

  const stack = `
class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(9, 4)
    def forward(self, ids=None, vectors=None):
        if (ids is None) == (vectors is None):
            raise ValueError('either of them')
        return self.table(ids) if vectors is None else vectors
`;
  const named = (graph: ModelGraph) => graph.inputs.map((id) => graph.layers[id]?.name);

  it.each([
    ['its own name', 'if y is None:\n    raise ValueError()\nreturn self.a(x) + self.a(y)', ['x', 'y']],
    ['another name, in a submodule', 'return self.a(x) + self.b(y, z)', ['x', 'y']],
    [
      'one name after the other',
      'if y is None:\n    raise ValueError()\nif z is None:\n    raise ValueError()\nreturn self.a(x) + self.a(y) + self.a(z)',
      ['x', 'y', 'z'],
    ],
    ['no name', 'return self.a(x)', ['x']],
  ])('include optional inputs whose None a raise asks about by %s', (_, forward, expected) => {
    const source = net('self.a = nn.Embedding(9, 4)\nself.b = Stack()', forward, 'self, x, mask=None, y=None, z=None');
    const { models } = analyze(stack + source);
    const graph = models.find((model) => model.graph.name === 'Net')?.graph;
    expect(graph?.notes).toEqual([]);
    expect(graph === undefined ? [] : named(graph)).toEqual(expected);
  });

  it('keep to what is required where more inputs do not help', () => {
    const { models, notes } = analyze(
      net('self.a = nn.Linear(3, 3)', 'if y is None or self.a:\n    raise ValueError()\nreturn x', 'self, x, y=None'),
    );
    expect(models.map(({ graph }) => graph.layers.map(({ name }) => name).join())).toEqual(['x']);
    expect(notes.join()).toContain('raises ValueError');
  });

  it('are tried until the layer behind a flattening fits', () => {
    const lenet = (side: number) =>
      net(
        `self.c = nn.Conv2d(3, 6, 5)\nself.f = nn.Linear(6 * ${side} * ${side}, 10)`,
        `x = F.max_pool2d(F.relu(self.c(x)), 2)\nreturn self.f(x.view(-1, 6 * ${side} * ${side}))`,
      );
    expect(inputShapes(graphOf(lenet(14)))).toEqual([[null, 3, 32, 32]]);
    expect(inputShapes(graphOf(lenet(110)))).toEqual([[null, 3, 224, 224]]);
    // Nobody's usual size.
    expect(inputShapes(graphOf(lenet(9)))).toEqual([[null, 3, 23, 23]]);
  });

  it('of several arguments come each from its own layer; what is only added takes the shape of the other', () => {
    const graph = graphOf(
      net(
        'self.a = nn.Linear(5, 7)\nself.b = nn.Linear(3, 7)',
        'return self.a(x) + self.b(y) + z',
        'self, x, y, z, w=None',
      ),
    );
    expect(inputShapes(graph)).toEqual([
      [null, 5],
      [null, 3],
      [null, 7],
    ]);
  });

  it('are the user’s where they are given, with or without a batch', () => {
    const source = net('self.a = nn.Conv2d(3, 4, 3)', 'return self.a(x)');
    const given = (shape: readonly number[]) => {
      const workspace = createMemoryWorkspace({ '/net.py': preamble + source });
      const [model] = createAnalyzer(workspace, [torch]).analyze('/net.py', { inputs: [shape] }).models;
      return model === undefined ? null : inputShapes(model.graph);
    };
    expect(given([3, 48, 64])).toEqual([[null, 3, 48, 64]]);
    expect(given([1, 3, 48, 64])).toEqual([[null, 3, 48, 64]]);
  });
});

describe('the forward pass', () => {
  it('is traced once: trials leave neither nodes nor parameters, notes nor changes behind', () => {
    const { models } = analyze(
      net(
        'self.a = nn.Linear(4 * 9 * 9, 2)\nself.seen = []\nself.c = nn.Conv2d(1, 4, 3)',
        'self.seen.append(1)\nx = self.c(x)\nif len(self.seen) > 1:\n    x = torch.tanh(x)\nreturn self.a(x.flatten(1))',
      ),
    );
    expect(models).toHaveLength(1);
    const graph = models[0]?.graph;
    expect(graph?.parameters.map((parameter) => parameter.name)).toEqual(['a.weight', 'a.bias', 'c.weight', 'c.bias']);
    expect(graph && steps(graph)).toEqual(['input', 'conv', 'flatten', 'dense']);
    expect(graph?.notes).toEqual([]);
  });

  it('makes one node of an RMS normalization that is written out', () => {
    const init = 'self.a = nn.Linear(8, 8)\nself.weight = nn.Parameter(torch.ones(8))';
    const normalized = (forward: string) => graphOf(net(init, `x = self.a(x)\nreturn ${forward}`));
    const product = normalized('self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))');
    expect(steps(product)).toEqual(['input', 'dense', 'rmsNorm', 'scale']);
    expect(product.layers[2]?.op).toEqual({ kind: 'rmsNorm', epsilon: 1e-5 });
    expect(product.complete).toBe(true);
    expect(steps(normalized('x / torch.sqrt((x * x).mean(dim=-1, keepdim=True) + 1e-5)'))).toEqual([
      'input',
      'dense',
      'rmsNorm',
    ]);
    // By the size of something else it is another function.
    const other = normalized('x * torch.rsqrt((x + 1).pow(2).mean(-1, keepdim=True) + 1e-5)');
    expect(steps(other)).not.toContain('rmsNorm');
  });

  it('makes one node of an attention that is written out', () => {
    const graph = graphOf(
      net(
        'self.qkv = nn.Linear(16, 48)\nself.register_buffer("mask", torch.tril(torch.ones(64, 64)))',
        `B, T, C = x.shape
q, k, v = self.qkv(x).view(B, T, 3, 2, 8).permute(2, 0, 3, 1, 4)
a = (q @ k.transpose(-2, -1)) / math.sqrt(8)
a = F.dropout(a.masked_fill(self.mask[:T, :T] == 0, -1e9).softmax(dim=-1), 0.1)
return (a @ v).transpose(1, 2).reshape(B, T, C)`,
      ),
    );
    const attention = graph.layers.find((layer) => layer.op.kind === 'dotProductAttention');
    expect(attention?.op).toEqual({ kind: 'dotProductAttention', causal: true });
    expect(attention?.outputShape).toEqual([null, 2, 16, 8]);
    expect(graph.complete).toBe(true);
    // Without its scale it is another function.
    const other = graphOf(
      net('self.q = nn.Linear(16, 16)', 'q = self.q(x)\nreturn (q @ q.transpose(-2, -1)).softmax(-1) @ q'),
    );
    expect(steps(other)).toEqual(['input', 'dense', 'permute', 'matmul', 'softmax', 'matmul']);
  });

  it('follows the mask that scaled_dot_product_attention is given', () => {
    const attention = (init: string, mask: string) => {
      const graph = graphOf(
        net(
          `self.qkv = nn.Linear(16, 48)\n${init}`,
          `B, T, C = x.shape
q, k, v = self.qkv(x).view(B, T, 3, 2, 8).permute(2, 0, 3, 1, 4)
a = F.scaled_dot_product_attention(q, k, v, attn_mask=${mask})
return a.transpose(1, 2).reshape(B, T, C)`,
        ),
      );
      expect(graph.notes).toEqual([]);
      const one = graph.layers.find(({ op }) => op.kind === 'dotProductAttention');
      return one?.op.kind === 'dotProductAttention' ? one.op.causal : steps(graph).filter((step) => step !== 'reshape');
    };
    expect(attention('', 'torch.arange(T)[:, None] >= torch.arange(T)[None, :]')).toBe(true);
    expect(attention('self.register_buffer("mask", torch.ones(64, 64).tril().bool())', 'self.mask[:T, :T]')).toBe(true);
    expect(attention('', 'torch.ones(T, T, dtype=torch.bool)')).toBe(false);
    expect(attention('', 'None')).toBe(false);
    // What is learned is added to the scores.
    expect(attention('self.bias = nn.Parameter(torch.zeros(1, 2, 16, 16))', 'self.bias')).toEqual(
      expect.arrayContaining(['matmul', 'add', 'softmax']),
    );
    // Of each token and the one before it: neither all nor the earlier ones.
    const band = '(torch.arange(T)[:, None] - torch.arange(T)[None, :]) // 2 == 0';
    expect(attention('', band)).toEqual(expect.arrayContaining(['matmul', 'add', 'softmax']));
  });

  it('does not take slopes over tokens for a mask of later ones', () => {
    const graph = graphOf(
      net(
        'self.qkv = nn.Linear(16, 48)',
        `B, T, C = x.shape
q, k, v = self.qkv(x).view(B, T, 3, 2, 8).permute(2, 0, 3, 1, 4)
slopes = torch.tensor([0.5, 0.25])[:, None, None] * torch.arange(16)[None, None, :]
a = (q @ k.transpose(-2, -1)) / math.sqrt(8) + slopes
return (a.softmax(dim=-1) @ v).transpose(1, 2).reshape(B, T, C)`,
      ),
    );
    expect(graph.layers.map(({ op }) => op.kind)).not.toContain('dotProductAttention');
  });

  it('runs the forward pass of a function with a backward pass of its own', () => {
    const function_ = (result: string) => `
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return ${result}

    @staticmethod
    def backward(ctx, gradient):
        return gradient
${net('self.a = nn.Linear(4, 4)', 'return Own.apply(self.a(x))')}`;
    expect(steps(graphOf(function_('x * torch.sigmoid(x)')))).toEqual(['input', 'dense', 'silu']);
    // Of what only passes on (a reversed gradient, say) nothing tells what comes back.
    expect(steps(graphOf(function_('x.view_as(x)')))).toContain('?Own');
  });

  it('knows a weight whose filters are standardized, however that is written', () => {
    const standardized = (weight: string) =>
      graphOf(
        net(
          'self.w = nn.Parameter(torch.randn(8, 3, 3, 3))',
          `w = self.w\n${weight}\nreturn F.conv2d(x, w, padding=1)`,
        ),
      ).layers.map(({ op }) => (op.kind === 'conv' ? op.standardized : undefined))[1];
    const half = { epsilon: 1e-5, factor: 0.5 };
    expect(
      standardized('w = F.batch_norm(w.reshape(1, 8, -1), None, None, training=True, eps=1e-5).reshape_as(w) * 0.5'),
    ).toEqual(half);
    expect(
      standardized(
        'v, m = torch.var_mean(w, dim=[1, 2, 3], keepdim=True, unbiased=False)\nw = 0.5 * ((w - m) / torch.sqrt(v + 1e-5))',
      ),
    ).toEqual(half);
    expect(
      standardized(
        'm = w.mean([1, 2, 3], keepdim=True)\nv = w.var([1, 2, 3], keepdim=True, unbiased=False)\nw = (w - m) * (4 * v + 4e-5).rsqrt()',
      ),
    ).toEqual(half);
    // With the mean over all filters together it is something else.
    expect(standardized('v, m = torch.var_mean(w)\nw = (w - m) / torch.sqrt(v + 1e-5)')).toBeUndefined();
  });

  it('reads rates off an array that becomes a tensor, all zeros', () => {
    const rates = (last: number) => {
      const init = `rates = [x.tolist() for x in torch.Tensor(np.linspace(0, ${last}, 4)).split([1, 3])]
self.a = nn.Dropout(rates[1][2]) if rates[1][2] > 0 else nn.Linear(8, len(rates[1]))`;
      return steps(graphOf(`import numpy as np\n${net(init, 'return self.a(x)')}`));
    };
    expect(rates(0)).toEqual(['input', 'dense']);
  });

  it('looks tables up by positions that it knows', () => {
    const graph = graphOf(
      net(
        'self.a = nn.Linear(8, 8)\nself.register_buffer("table", torch.arange(4096).float()[:, None] * torch.ones(1, 8), persistent=False)',
        'return self.a(x) * self.table[torch.arange(1, 4).unsqueeze(0)]',
      ),
    );
    const table = graph.layers.find(({ op }) => op.kind === 'constant');
    expect(table?.outputShape).toEqual([1, 3, 8]);
    expect(table?.op).toMatchObject({ numbers: [1, 2, 3].flatMap((place) => Array(8).fill(place)) });
  });

  it('goes on behind functions that no table knows, and says so', () => {
    const { models, notes } = analyze(
      net('self.a = nn.Linear(4, 4)\nself.b = nn.Linear(4, 2)', 'return self.b(strange.function(self.a(x)))'),
    );
    expect(models[0] && steps(models[0].graph)).toEqual(['input', 'dense', '?strange.function', 'dense']);
    expect(models[0]?.graph.complete).toBe(false);
    expect(notes).toContain('strange.function is not known: it is taken to keep the shape');
  });

  it('tells learned factors, biases and weights apart by their use', () => {
    const graph = graphOf(
      net(
        `self.w = nn.Parameter(torch.zeros(8, 8))
self.b = nn.Parameter(torch.zeros(8))
self.gamma = nn.Parameter(torch.ones(8))
self.pos = nn.Parameter(torch.zeros(1, 16, 8))`,
        'return F.linear(x, self.w, self.b) * self.gamma + self.pos',
      ),
    );
    expect(graph.parameters.map(({ name, role }) => `${name}: ${role}`)).toEqual([
      'w: weight',
      'b: bias',
      'gamma: scale',
      'pos: other',
    ]);
  });

  it('knows the loss that a model carries', () => {
    expect(
      graphOf(net('self.a = nn.Linear(2, 2)\nself.criterion = nn.CrossEntropyLoss()', 'return self.a(x)')).loss,
    ).toBe('crossEntropy');
    expect(graphOf(net('self.a = nn.Linear(2, 2)', 'return self.a(x)')).loss).toBeNull();
  });
});

describe('writes', () => {
  it('keep the whole call, the callee as written and who swept', () => {
    const { text, models } = analyze(`
from torch.nn import init as weight_init

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        weight_init.xavier_normal_(self.a.weight, gain=2)
        self.apply(self._init)

    def _init(self, m):
        if isinstance(m, nn.Linear):
            m.bias.data.fill_(0.1)
`);
    const [weight, bias] = models[0]?.graph.parameters ?? [];
    const shown = (parameter: typeof weight) =>
      parameter?.writes.map(({ origin, by, callee, at }) => [origin, by, callee, at && text.slice(at.start, at.end)]);
    expect(shown(weight)).toEqual([
      ['default', 'default of nn.Linear', null, 'nn.Linear(4, 4)'],
      [
        'explicit',
        'nn.init.xavier_normal_',
        'weight_init.xavier_normal_',
        'weight_init.xavier_normal_(self.a.weight, gain=2)',
      ],
    ]);
    expect(shown(bias)?.at(-1)).toEqual([
      'applied',
      'self.apply(self._init)',
      'm.bias.data.fill_',
      'm.bias.data.fill_(0.1)',
    ]);
    expect(weight?.initializer).toMatchObject({ scheme: 'xavier', gain: 2, scaling: { scale: 4, mode: 'fanAvg' } });
  });

  it('give the scaling where a width is not known', () => {
    const graph = graphOf(`
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Linear(width, 4)
        nn.init.kaiming_normal_(self.a.weight, nonlinearity='relu')
    def forward(self, x):
        return F.relu(self.a(x))
`);
    const { initializer, shape, fanIn } = graph.parameters[0] ?? {};
    expect(shape).toEqual([4, 'width']);
    expect(fanIn).toBeNull();
    expect(initializer).toMatchObject({
      family: 'normal',
      std: null,
      nonlinearity: 'relu',
      scaling: { mode: 'fanIn' },
    });
    expect(initializer?.scaling?.scale).toBeCloseTo(2);
  });

  it('do not happen where the call raises: the fact is reported with its literal or its argument', () => {
    const { text, models } = analyze(
      net(
        `self.a = nn.Linear(4, 4)
nn.init.kaiming_normal_(self.a.weight, nonlinearity='gelu')
for p in self.parameters():
    nn.init.xavier_uniform_(p)
self.gain = nn.init.calculate_gain("swish")`,
        'return self.a(x)',
      ),
    );
    const facts = models[0]?.facts ?? [];
    expect(facts.map(({ at }) => text.slice(at.start, at.end))).toEqual([
      "'gelu'",
      'nn.init.xavier_uniform_(p)',
      '"swish"',
    ]);
    expect(facts[1]).toMatchObject({ kind: 'fanOfVector', shape: [4], argument: 'p' });
    expect(models[0]?.graph.parameters[1]?.writes).toHaveLength(1);
  });

  it('to a part are kept as such: one gate of an LSTM, one row', () => {
    const graph = graphOf(
      net(
        `self.lstm = nn.LSTM(4, 4)
for names in self.lstm._all_weights:
    for name in filter(lambda n: "bias" in n, names):
        bias = getattr(self.lstm, name)
        bias.data[bias.size(0) // 4 : bias.size(0) // 2].fill_(1.0)
self.lstm.weight_ih_l0.data[0] = 0
self.lstm.weight_hh_l0.data[:] = 0.5`,
        'return self.lstm(x)[0]',
      ),
    );
    const shown = graph.parameters.map(({ name, writes, initializer }) => [
      name,
      writes.at(-1)?.partial ?? false,
      initializer.family,
    ]);
    expect(shown).toEqual([
      ['lstm.weight_ih_l0', true, 'mixture'],
      ['lstm.weight_hh_l0', false, 'constant'],
      ['lstm.bias_ih_l0', true, 'mixture'],
      ['lstm.bias_hh_l0', true, 'mixture'],
    ]);
  });

  it('make the initializer unknown where values come from elsewhere', () => {
    const graph = graphOf(
      net('self.a = nn.Linear(4, 4)\nself.load_state_dict(torch.load("net.pt"))', 'return self.a(x)'),
    );
    expect(graph.parameters.map((parameter) => parameter.overwrittenByUnknown)).toEqual([true, true]);
  });
});

describe('a small language model', () => {
  it('is followed from tokens and positions to the last token’s logits', () => {
    const { models } = analyze(
      net(
        'self.tokens = nn.Embedding(50, 16)\nself.places = nn.Embedding(64, 16)\nself.head = nn.Linear(16, 50)\nfor table in (self.tokens, self.places):\n    nn.init.normal_(table.weight, std=0.02)',
        'places = torch.arange(0, ids.size(1), device=ids.device)\nx = self.tokens(ids) + self.places(places)\nreturn self.head(x[:, [-1], :])',
        'self, ids',
      ),
    );
    const [model] = models;
    const rms = (name: string) => {
      const layer = model?.graph.layers.find((one) => one.name === name);
      return layer === undefined ? undefined : model?.prediction.layers.get(layer.id)?.signal;
    };
    expect(model?.graph.complete).toBe(true);
    expect(model?.graph.layers.find(({ name }) => name === 'head')?.outputShape?.slice(1)).toEqual([1, 50]);
    // Positions are the same for every input: of their sum with the tokens, half of the variance depends on the input.
    expect(rms('places')).toMatchObject({ rms: 0.02, inputStd: 0 });
    expect(rms('add')?.rms).toBeCloseTo(0.02 * Math.SQRT2, 6);
    expect(rms('add')?.inputStd).toBeCloseTo(0.02 * Math.sqrt(1 - 1 / 50), 6);
  });
});

describe('patches and windows', () => {
  // What PyTorch gives for an image of 12 × 10 with kernel 3, stride 2 and padding 1: 6 · 5 places.
  it.each([
    ['self.u = nn.Unfold(3, padding=1, stride=2)', 'return F.relu(self.u(self.a(x)))', [null, 36, 30]],
    ['', 'return F.relu(F.unfold(self.a(x), 3, padding=1, stride=2))', [null, 36, 30]],
    ['', 'return F.relu(F.fold(F.unfold(self.a(x), 2, stride=2), (12, 10), 2, stride=2))', [null, 4, 12, 10]],
    ['', 'return F.relu(self.a(x).unfold(2, 4, 4).unfold(3, 5, 5))', [null, 4, 3, 2, 4, 5]],
    [
      'self.p = nn.Parameter(torch.zeros(1, 4, 6, 5))',
      'return F.relu(self.a(x) + self.p.tile((2, 2)))',
      [null, 4, 12, 10],
    ],
    [
      'self.g = nn.Parameter(torch.ones(1, 4, 1, 1))\nself.b = nn.Parameter(torch.zeros(1, 4, 1, 1))',
      'return F.relu(torch.addcmul(self.b, self.g, self.a(x)))',
      [null, 4, 12, 10],
    ],
    ['', 'if torch.jit.is_scripting():\n    return x\nreturn F.relu(self.a(x))', [null, 4, 12, 10]],
    [
      '',
      'if torch.compiler.is_compiling() | isinstance(x, torch.fx.Proxy):\n    return x\nreturn self.a(x)',
      [null, 4, 12, 10],
    ],
    [
      '',
      'if hasattr(x, "jax") or getattr(x, "jax", None) is not None:\n    return x\nreturn self.a(x)',
      [null, 4, 12, 10],
    ],
    ['', 'if not str(type(x)).startswith("<class \'torch."):\n    return x\nreturn self.a(x)', [null, 4, 12, 10]],
    ['', 'if torch.ones(2, 3).all() and not torch.zeros(2).any():\n    return self.a(x)\nreturn x', [null, 4, 12, 10]],
  ])('%s %s', (init, forward, expected) => {
    const source = preamble + net(`self.a = nn.Conv2d(3, 4, 3, padding=1)\n${init}`, forward);
    const analyzer = createAnalyzer(createMemoryWorkspace({ '/net.py': source }), [torch]);
    const [model] = analyzer.analyze('/net.py', { inputs: [[null, 3, 12, 10]] }).models;
    expect(model?.graph.layers.at(-1)?.outputShape).toEqual(expected);
    expect(model?.graph.notes).toEqual([]);
  });
});

describe('tensors of positions', () => {
  it('have the mean square of their numbers, whatever was done with them', () => {
    const graph = graphOf(
      net(
        [
          'axis = torch.arange(-31, 32, dtype=torch.float32)',
          'table = torch.stack(torch.meshgrid([axis, axis], indexing="ij")).permute(1, 2, 0).contiguous().unsqueeze(0)',
          'table[:, :, :, 0] /= 31',
          'table[:, :, :, 1] /= 31',
          'table *= 8',
          'table = torch.sign(table) * torch.log2(torch.abs(table) + 1.0) / 3.0',
          'self.register_buffer("table", table)',
          'self.fc = nn.Linear(2, 2)',
        ].join('\n'),
        'return x + self.fc(self.table)',
      ),
    );
    const positions = Array.from({ length: 63 }, (_, i) => (Math.abs(i - 31) / 31) * 8);
    const second = positions.reduce((sum, x) => sum + (Math.log2(x + 1) / 3) ** 2, 0) / 63;
    const [op] = graph.layers.map((layer) => layer.op).filter(({ kind }) => kind === 'constant');
    expect(op?.kind === 'constant' ? op.moments?.mean : null).toBeCloseTo(0, 6);
    expect((op?.kind === 'constant' ? (op.moments?.second ?? 0) : 0) / second).toBeCloseTo(1, 1);
  });
});

describe('numbers that a forward pass computes of numbers alone', () => {
  /** What the only constant of the graph holds. */
  const numbersOf = (forward: string) => {
    const graph = graphOf(net('self.fc = nn.Linear(3, 3)', `return self.fc(x) * (${forward})`));
    const constants = graph.layers.flatMap(({ op }) => (op.kind === 'constant' ? [op] : []));
    expect(constants).toHaveLength(1);
    const [only] = constants;
    return only?.numbers?.map((x) => Number(x.toFixed(4)));
  };
  // Right sides as NumPy gives them.
  it.each([
    ['torch.arange(3.0).cos()', [1, 0.5403, -0.4161]],
    ['torch.outer(torch.arange(2.0), torch.arange(3.0))[1]', [0, 1, 2]],
    ['torch.cat((torch.arange(1.0), torch.arange(2.0) + 5))', [0, 5, 6]],
    ['(torch.arange(6.0).view(2, 3).t() @ torch.arange(2.0).view(2, 1)).view(3)', [3, 4, 5]],
    ['torch.arange(6.0).view(2, 3).permute(1, 0)[:, 1]', [3, 4, 5]],
    ['torch.arange(6.0)[1::2]', [1, 3, 5]],
    ['torch.arange(6.0).view(3, 2).repeat_interleave(3, dim=1)[0, ::2]', [0, 0, 1]],
    ['torch.polar(torch.ones(3), torch.arange(3.0)).imag', [0, 0.8415, 0.9093]],
    ['torch.arange(3.0).unsqueeze(0).expand(4, -1)[2]', [0, 1, 2]],
  ])('%s', (forward, numbers) => {
    expect(numbersOf(forward)).toEqual(numbers);
  });

  it('are no longer known once the tensor was written to', () => {
    const graph = graphOf(
      net('self.fc = nn.Linear(3, 3)', 'table = torch.arange(3.0)\ntable.mul_(2)\nreturn self.fc(x) * table'),
    );
    const [op] = graph.layers.flatMap(({ op }) => (op.kind === 'constant' ? [op] : []));
    expect(op?.numbers).toBeUndefined();
  });
});

describe('a parameter that was filled with numbers', () => {
  it('stays a parameter of the forward pass', () => {
    const graph = graphOf(
      net(
        'self.fc = nn.Linear(3, 3)\nself.table = nn.Parameter(torch.empty(3))\nwith torch.no_grad():\n    self.table.copy_(torch.arange(3.0))',
        'return self.fc(x) + self.table + self.table[1:2]',
      ),
    );
    const kinds = graph.layers.map(({ op }) => op.kind);
    expect(kinds).toContain('parameter');
    expect(kinds).not.toContain('constant');
  });
});

describe('a table of more positions than are read', () => {
  const angles = 'angles = torch.arange(5000.0).unsqueeze(1) * torch.exp(torch.arange(4.0) * -2.0)';
  const sine = (place: number, pair: number) => Math.sin(place * Math.exp(-2 * pair));
  const cosine = (place: number, pair: number) => Math.cos(place * Math.exp(-2 * pair));
  const placesOf = (f: (place: number, channel: number) => number) =>
    Array.from({ length: 32 * 8 }, (_, i) => f(Math.floor(i / 8), i % 8));

  it.each([
    [
      'every other channel is written',
      'table = torch.zeros(5000, 8)\ntable[:, 0::2] = torch.sin(angles)\ntable[:, 1::2] = torch.cos(angles)',
      placesOf((place, i) => (i % 2 === 0 ? sine(place, i / 2) : cosine(place, (i - 1) / 2))),
    ],
    [
      'halves are joined',
      'table = torch.cat([angles.sin(), angles.cos()], dim=-1)',
      placesOf((place, i) => (i < 4 ? sine(place, i) : cosine(place, i - 4))),
    ],
    [
      'the rest keeps what it was filled with',
      'table = torch.full((5000, 8), 0.5)\ntable[..., :4] = angles.sin()\ntable[:3] = 2.0',
      placesOf((place, i) => (place < 3 ? 2 : i < 4 ? sine(place, i) : 0.5)),
    ],
  ])('is known where it is read: %s', (_, make, expected) => {
    const graph = graphOf(
      net(
        `${angles}\n${make}\nself.register_buffer('table', table.unsqueeze(0))\nself.a = nn.Embedding(9, 8)`,
        'return self.a(x) + self.table[:, :x.size(1)]',
      ),
    );
    const numbers = graph.layers.flatMap(({ op }) => (op.kind === 'constant' ? [...(op.numbers ?? [])] : []));
    expect(numbers).toHaveLength(expected.length);
    for (const [i, one] of numbers.entries()) expect(one).toBeCloseTo(expected[i] ?? Number.NaN, 12);
  });
});

describe('einsum', () => {
  it('knows the numbers of an outer product of two small tables', () => {
    const graph = graphOf(
      net(
        'self.a = nn.Embedding(9, 3)',
        "return self.a(x) + torch.einsum('i,j->ij', torch.arange(32.0), torch.arange(3.0))",
      ),
    );
    const numbers = graph.layers.flatMap(({ op }) => (op.kind === 'constant' ? [...(op.numbers ?? [])] : []));
    expect(numbers).toEqual(Array.from({ length: 96 }, (_, i) => Math.floor(i / 3) * (i % 3)));
  });
});

describe('a value written into part of a computed tensor', () => {
  const written = (write: string) =>
    steps(graphOf(net('self.a = nn.Linear(4, 4)', `y = self.a(x)\n${write}\nreturn self.a(y)`)));

  it.each([
    ['a mask of what is larger', 'y[y > 1] = 0'],
    ['drawn places', 'y[torch.rand(y.shape) < 0.1] = 0'],
    ['places that are not known', 'import elsewhere\ny[elsewhere.places(y)] = 0'],
  ])('makes the tensor unknown where it goes to %s', (_, write) => {
    expect(written(write)).toEqual(['input', 'dense', '?masked assignment', 'dense']);
  });

  it('leaves the tensor as it is where it goes to the few places that are one number', () => {
    expect(written('y[y == 3] = 0')).toEqual(['input', 'dense', 'dense']);
  });
});

describe('attention as a function', () => {
  const heads =
    'q, k, v = (self.q(x).view(-1, 8, 4, 16).transpose(1, 2), *(f(x).view(-1, 8, 2, 16).transpose(1, 2) for f in (self.k, self.v)))';
  const layers =
    'self.q = nn.Linear(64, 64)\nself.k = nn.Linear(64, 32)\nself.v = nn.Linear(64, 32)\nself.o = nn.Linear(64, 64)';
  const predicted = (attention: string) => {
    const source =
      preamble + net(layers, `${heads}\n${attention}\nreturn self.o(y.transpose(1, 2).reshape(-1, 8, 64))`);
    const analyzer = createAnalyzer(createMemoryWorkspace({ '/net.py': source }), [torch]);
    const [model] = analyzer.analyze('/net.py', { inputs: [[null, 8, 64]] }).models;
    return model?.graph.layers
      .map(({ id, name }) => [name, model.prediction.layers.get(id)])
      .filter(([name]) => `${name}`.length === 1);
  };
  const repeated = 'k, v = k.repeat_interleave(2, dim=1), v.repeat_interleave(2, dim=1)';

  it('takes a scale of its own, as if the query were multiplied', () => {
    const own = predicted(`${repeated}\ny = F.scaled_dot_product_attention(q, k, v, scale=2.0)`);
    expect(own).toEqual(predicted(`${repeated}\ny = F.scaled_dot_product_attention(q * 8, k, v)`));
    expect(own).not.toEqual(predicted(`${repeated}\ny = F.scaled_dot_product_attention(q, k, v)`));
  });

  it('gives a key and a value to several queries where it is told to', () => {
    const own = predicted('y = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)');
    expect(own).toHaveLength(5);
    expect(own).toEqual(predicted(`${repeated}\ny = F.scaled_dot_product_attention(q, k, v)`));
  });
});

describe('memory that a forward pass fills section by section', () => {
  const filled = (writes: string) =>
    steps(
      graphOf(
        net(
          'self.a = nn.Linear(8, 4)\nself.b = nn.Linear(12, 2)',
          `y = self.a(x)\nz = x.new_empty(x.shape[0], 12)\n${writes}\nreturn self.b(z)`,
        ),
      ),
    );

  it('is what was written, side by side', () => {
    const side = ['input', 'dense', 'concat', 'dense'];
    expect(filled('z[:, :4] = y\nz[:, 4:].copy_(x)')).toEqual(side);
    expect(filled('z[:, 4:] = x\nz[:, :4].copy_(y)')).toEqual(side);
  });

  it('is not known where sections overlap, or where a part was left out', () => {
    const unknown = ['input', 'constant', 'dense'];
    expect(filled('z[:, 4:] = x\nz[:, 2:6] = y')).toEqual(unknown);
    expect(filled('z[:, 4:] = x')).toEqual(unknown);
    expect(filled('z[:, 4:] = x\nz[:, :4] = y\nz[:, :2] = 0')).toEqual(unknown);
  });
});
