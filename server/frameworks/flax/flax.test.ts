import { describe, expect, it } from 'vitest';
import type { Layer, ModelGraph } from '../../../core/graph/graph.ts';
import type { Parameter } from '../../../core/graph/parameter.ts';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { createFrameworks } from '../all.ts';

/* What the graph says beyond names and numbers, which test/oracle compares with Flax itself. */

const imports = `import flax.linen as nn
import jax
import jax.numpy as jnp
from flax import nnx
`;

function analyze(body: string) {
  const source = imports + body;
  const analyzer = createAnalyzer(createMemoryWorkspace({ '/model.py': source }), createFrameworks());
  const { models } = analyzer.analyze('/model.py');
  const graphs = models.map(({ graph }) => graph);
  const at = (span: { start: number; end: number } | null | undefined) =>
    span ? source.slice(span.start, span.end) : null;
  return { graphs, graph: graphs[0] as ModelGraph, at };
}

const layer = (graph: ModelGraph, name: string) => graph.layers.find((item) => item.name === name) as Layer;
const parameter = (graph: ModelGraph, name: string) => graph.parameters.find((item) => item.name === name) as Parameter;

describe('linen', () => {
  it('takes the shapes of the inputs from the code that initializes the model', () => {
    const { graph } = analyze(`
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Conv(8, (3, 3), strides=(2, 2))(x)
        return nn.Dense(10)(x.reshape((x.shape[0], -1)))

def create(rng, config):
    return Net().init(rng, jnp.ones((1, 28, 28, 1)))["params"]
`);
    expect(layer(graph, 'x').outputShape).toEqual([null, 28, 28, 1]);
    expect(parameter(graph, 'Dense_0/kernel').shape).toEqual([14 * 14 * 8, 10]);
  });

  it('leaves open what nothing tells, and knows the gain all the same', () => {
    const { graph } = analyze(`
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(16)(x))
        return nn.Dense(10)(x)
`);
    const first = parameter(graph, 'Dense_0/kernel');
    expect(first.shape).toEqual([null, 16]);
    expect(first.initializer).toMatchObject({ std: null, scaling: { scale: 1, mode: 'fanIn' } });
    expect(parameter(graph, 'Dense_1/kernel').initializer.std).toBeCloseTo(1 / 4, 3);
  });

  it('has the dropout and the batch statistics of training, whatever the flag is called', () => {
    const { graph } = analyze(`
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, deterministic=True, *, train: bool = False):
        x = nn.BatchNorm(use_running_average=not train)(nn.Dense(8)(x))
        return nn.Dropout(0.25)(x, deterministic=deterministic)

variables = Net().init(jax.random.key(0), jnp.ones((1, 4)), train=False)
`);
    expect(graph.layers.map(({ op }) => op.kind)).toEqual(['input', 'dense', 'batchNorm', 'dropout']);
  });

  it('shows a class that is only made on the way as a part of the model that makes it', () => {
    const { graphs } = analyze(`
class Block(nn.Module):
    features: int
    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.features)(x)

class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = Block(5)(x)
        return Block(3)(nn.relu(x))
`);
    expect(graphs.map(({ name }) => name)).toEqual(['Net']);
    expect(graphs[0]?.parameters.map(({ name }) => name)).toEqual([
      ...['Block_0/Dense_0/kernel', 'Block_0/Dense_0/bias', 'Block_1/Dense_0/kernel', 'Block_1/Dense_0/bias'],
    ]);
  });

  it('says where an initializer is written: at its call, at its name, in the function that draws', () => {
    const { graph, at } = analyze(`
def mine(key, shape, dtype=None):
    return 0.5 * jax.random.normal(key, shape)

class Net(nn.Module):
    init: object = nn.initializers.he_normal()
    @nn.compact
    def __call__(self, x):
        x = nn.Dense(8, kernel_init=self.init)(x)
        x = nn.Dense(8, kernel_init=nn.initializers.zeros)(x)
        x = nn.Dense(8, kernel_init=mine)(x)
        return nn.Dense(8)(x)

variables = Net().init(jax.random.key(0), jnp.ones((1, 8)))
`);
    const writes = [0, 1, 2, 3].map((index) => parameter(graph, `Dense_${index}/kernel`).writes.at(-1));
    expect(writes.map((write) => [write?.origin, at(write?.at)])).toEqual([
      ['explicit', 'nn.initializers.he_normal()'],
      ['explicit', 'nn.initializers.zeros'],
      ['explicit', 'jax.random.normal(key, shape)'],
      ['default', 'nn.Dense(8)'],
    ]);
    expect(parameter(graph, 'Dense_2/kernel').initializer.std).toBe(0.5);
  });

  it('shares the parameters of a module that is called twice, and of an embedding that is also the head', () => {
    const { graph } = analyze(`
class Net(nn.Module):
    def setup(self):
        self.embed = nn.Embed(50, 8)
        self.dense = nn.Dense(8)
    def __call__(self, tokens):
        return self.embed.attend(self.dense(self.dense(self.embed(tokens))))
`);
    expect(graph.parameters.map(({ name }) => name)).toEqual(['embed/embedding', 'dense/kernel', 'dense/bias']);
    expect(graph.layers.at(-1)?.outputShape?.at(-1)).toBe(50);
  });

  it('runs a scanned block once per step, each on its slice of the parameters', () => {
    const { graph } = analyze(`
class Step(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.relu(nn.Dense(8)(x)), None

class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        steps = nn.scan(Step, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)
        x, _ = steps()(x, None)
        return x

variables = Net().init(jax.random.key(0), jnp.ones((1, 8)))
`);
    const dense = graph.layers.filter(({ op }) => op.kind === 'dense');
    expect(parameter(graph, 'ScanStep_0/Dense_0/kernel').shape).toEqual([3, 8, 8]);
    expect(dense.map(({ slices }) => slices?.weight)).toEqual([0, 1, 2].map((index) => [{ axis: 0, index }]));
  });

  it('recognizes attention that is written out with einsum', () => {
    const { graph } = analyze(`
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        q, k, v = (nn.DenseGeneral((2, 4), name=name)(x) for name in "qkv")
        weights = nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) / jnp.sqrt(4), axis=-1)
        y = jnp.einsum("bhqk,bkhd->bqhd", weights, v)
        return nn.DenseGeneral(8, axis=(-2, -1))(y)

variables = Net().init(jax.random.key(0), jnp.ones((1, 6, 8)))
`);
    expect(graph.layers.filter(({ op }) => op.kind === 'dotProductAttention')).toHaveLength(1);
    expect(graph.complete).toBe(true);
  });
});

describe('nnx', () => {
  it('finds shapes that fit its layers, with the channels last', () => {
    const { graph } = analyze(`
class Net(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.conv = nnx.Conv(1, 4, kernel_size=(3, 3), rngs=rngs)
        self.linear = nnx.Linear(28 * 28 * 4, 10, rngs=rngs)
    def __call__(self, x):
        x = nnx.relu(self.conv(x))
        return self.linear(x.reshape(x.shape[0], -1))
`);
    expect(layer(graph, 'x').outputShape).toEqual([null, 28, 28, 1]);
    expect(graph.complete).toBe(true);
  });

  it('lets the last write win: a value that is assigned after the layer was made', () => {
    const { graph } = analyze(`
class Net(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.linear = nnx.Linear(8, 4, rngs=rngs)
        self.linear.kernel.value = jnp.zeros((8, 4))
        self.scale = nnx.Param(jnp.full((4,), 0.5))
    def __call__(self, x):
        return self.linear(x) * self.scale
`);
    expect(parameter(graph, 'linear.kernel').initializer.family).toBe('zeros');
    expect(parameter(graph, 'scale').initializer.mean).toBe(0.5);
  });
});
