import { describe, expect, it } from 'vitest';
import type { Layer, ModelGraph } from '../../../core/graph/graph.ts';
import type { Parameter } from '../../../core/graph/parameter.ts';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { createFrameworks } from '../all.ts';

/* What the graph says beyond names and numbers, which test/oracle compares with Keras itself. */

function analyze(source: string, path = '/model.py') {
  const analyzer = createAnalyzer(createMemoryWorkspace({ [path]: source }), createFrameworks());
  const { models } = analyzer.analyze(path);
  const graphs = models.map(({ graph }) => graph);
  const at = (span: { start: number; end: number } | null | undefined) =>
    span ? source.slice(span.start, span.end) : null;
  return { graphs, graph: graphs[0] as ModelGraph, at };
}

const layer = (graph: ModelGraph, name: string) => graph.layers.find((item) => item.name === name) as Layer;
const parameter = (graph: ModelGraph, name: string) => graph.parameters.find((item) => item.name === name) as Parameter;
const kinds = (graph: ModelGraph) => graph.layers.map(({ name }) => name);

describe('keras', () => {
  it('says where an initializer is written, and by what name', () => {
    const { graph, at } = analyze(`from tensorflow import keras
init = keras.initializers.RandomNormal(stddev=2.0)
model = keras.Sequential([
    keras.Input((8,)),
    keras.layers.Dense(4, kernel_initializer="he_normal"),
    keras.layers.Dense(4, kernel_initializer=keras.initializers.HeNormal()),
    keras.layers.Dense(4, kernel_initializer=init),
    keras.layers.Dense(4),
])
`);
    const writes = ['dense', 'dense_1', 'dense_2', 'dense_3'].map((name) =>
      parameter(graph, `${name}/kernel`).writes.at(-1),
    );
    expect(writes.map((write) => [write?.origin, write?.callee, at(write?.at)])).toEqual([
      ['explicit', 'he_normal', '"he_normal"'],
      ['explicit', 'keras.initializers.HeNormal', 'keras.initializers.HeNormal()'],
      ['explicit', 'keras.initializers.RandomNormal', 'init'],
      ['default', null, 'keras.layers.Dense(4)'],
    ]);
    expect(writes[3]?.by).toBe('default of keras.layers.Dense');
  });

  it('gives an activation a node of its own, whatever way it is said', () => {
    const { graph } = analyze(`import tensorflow as tf
from tensorflow.keras import layers
model = tf.keras.Sequential([
    layers.Dense(4, activation="relu", input_shape=(3,)),
    layers.Dense(4, activation=tf.nn.tanh),
    layers.Dense(4, activation=tf.keras.activations.gelu),
    layers.Dense(4, activation=layers.LeakyReLU(0.1)),
    layers.Dense(4, activation=lambda x: tf.nn.relu(x) * 2.0),
    layers.Dense(4, activation=None),
])
`);
    expect(kinds(graph)).toEqual([
      ...['input_layer', 'dense', 'dense/relu', 'dense_1', 'dense_1/tanh', 'dense_2', 'dense_2/gelu', 'dense_3'],
      ...['dense_3/leaky_re_lu', 'dense_4', 'relu', 'affine', 'dense_5'],
    ]);
    expect(layer(graph, 'dense/relu')).toMatchObject({ isModule: false, op: { kind: 'activation', fn: 'relu' } });
    expect(layer(graph, 'dense_3/leaky_re_lu').op).toEqual({ kind: 'activation', fn: 'leakyRelu', parameter: 0.1 });
    expect(graph.complete).toBe(true);
  });

  it.each([
    ['"sparse_categorical_crossentropy"', 'crossEntropy'],
    ['keras.losses.CategoricalCrossentropy(from_logits=True)', 'crossEntropy'],
    ['keras.losses.categorical_crossentropy', 'crossEntropy'],
    ['"binary_crossentropy"', 'binaryCrossEntropy'],
    ['keras.losses.BinaryCrossentropy', 'binaryCrossEntropy'],
    ['"mse"', 'meanSquaredError'],
    ['keras.losses.MeanSquaredError()', 'meanSquaredError'],
    ['"mae"', null],
    ['my_loss', null],
  ])('reads the loss %s', (loss, kind) => {
    const { graph } = analyze(`import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", loss=${loss})
`);
    expect(graph.loss).toBe(kind);
  });

  it('ties a layer that is called twice, and follows the functional graph', () => {
    const { graph } = analyze(`import keras
from keras import layers
left, right = keras.Input((16,), name="left"), keras.Input((16,), name="right")
encoder = layers.Dense(8, name="encoder")
unused = layers.Dense(99)(left)
merged = layers.concatenate([encoder(left), encoder(right)])
model = keras.Model([left, right], layers.Dense(1)(merged))
`);
    expect(graph.inputs).toHaveLength(2);
    const dense = graph.layers.filter(({ op }) => op.kind === 'dense');
    expect(dense.map(({ parameters }) => parameters.weight)).toEqual([0, 0, 2]);
    expect(graph.parameters.map(({ name }) => name)).toEqual([
      'encoder/kernel',
      'encoder/bias',
      'dense/kernel',
      'dense/bias',
    ]);
    expect(graph.layers.find(({ op }) => op.kind === 'concat')?.outputShape).toEqual([null, 16]);
  });

  it('follows subclassed models into their parts', () => {
    const { graph, at } = analyze(`import tensorflow as tf

class Block(tf.keras.layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.dense = tf.keras.layers.Dense(width, kernel_initializer="zeros")
        self.norm = tf.keras.layers.LayerNormalization()

    def call(self, x):
        return x + tf.nn.relu(self.dense(self.norm(x)))

class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Block(32) for _ in range(2)]
        self.head = tf.keras.layers.Dense(3)

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x)
        return self.head(x)

net = Net()
net.build((None, 32))
`);
    expect(graph.name).toBe('Net');
    expect(kinds(graph).filter((name) => name.includes('block'))).toEqual([
      'block/layer_normalization',
      'block/dense',
      'block_1/layer_normalization_1',
      'block_1/dense_1',
    ]);
    expect(at(layer(graph, 'block/dense').calledAt)).toBe('self.dense(self.norm(x))');
    expect(graph.layers.filter(({ op }) => op.kind === 'add')).toHaveLength(2);
    expect(graph.parameters.map(({ name }) => name)).toContain('block_1/dense_1/kernel');
  });

  it('finds a model that only main() builds', () => {
    const { graphs } = analyze(`import keras
def build_model(width=8):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(width)])
def main():
    model = build_model(16)
    model.fit()
if __name__ == "__main__":
    main()
`);
    expect(graphs.map(({ name }) => name)).toEqual(['build_model']);
    expect(graphs[0]?.parameters[0]?.shape).toEqual([4, 16]);
  });

  it('no longer knows weights that are loaded, and leaves frozen ones untrained', () => {
    const { graph } = analyze(`import keras
base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="frozen")])
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(2, name="head")])
other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
other.load_weights("x.h5")
`);
    expect(graph.parameters.filter(({ trainable }) => !trainable).map(({ name }) => name)).toEqual([
      'sequential/frozen/kernel',
      'sequential/frozen/bias',
    ]);
  });

  it('leaves tensors of PyTorch to PyTorch', () => {
    const { graphs } = analyze(`import torch
import torch.nn as nn
import keras
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        return x + self.fc(x)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
`);
    expect(graphs.map(({ framework }) => framework).sort()).toEqual(['keras', 'torch']);
    expect(graphs.find(({ framework }) => framework === 'torch')?.layers.map(({ op }) => op.kind)).toContain('add');
  });
});
