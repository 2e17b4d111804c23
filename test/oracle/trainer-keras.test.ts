import { createRequire } from 'node:module';
import path from 'node:path';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../server/workspace/memory.ts';
import type { Backend } from '../../trainer/backend-ops.ts';
import { startWasm } from '../../trainer/engines/wasm.ts';
import { kerasOnJax, runPython } from './python-packages.ts';
import { differences, gradientsOf, losses } from './trainer-gradients.ts';
import type { PackedTruth } from './trainer-truth.ts';
import { unpackTruth } from './trainer-unpack.ts';

/* As `trainer.test.ts`, for Keras' layouts and defaults: channels last, `same` padding, gates in its own order. */

interface Case {
  readonly model: string;
  readonly source: string;
  readonly loss: 'ce' | 'mse';
  readonly tokens?: number;
  readonly probabilities?: boolean;
}

const sequential = (input: string, layers: readonly string[]) =>
  [
    'import keras',
    `model = keras.Sequential([keras.Input(${input}),`,
    ...layers.map((layer) => `keras.layers.${layer},`),
    '])',
  ].join('\n');

const activations = [
  ...['elu', 'exponential', 'gelu', 'hard_sigmoid', 'leaky_relu', 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'silu'],
  ...['softplus', 'softsign', 'tanh'],
];

const cases: readonly Case[] = [
  {
    model: 'dense with softmax',
    source: sequential('(12,)', [
      "Dense(16, activation='relu')",
      "Dense(8, activation='tanh')",
      "Dense(4, activation='softmax')",
    ]),
    loss: 'ce',
    probabilities: true,
  },
  {
    model: 'every activation',
    source: [
      'import keras',
      'x = keras.Input((10,))',
      ...activations.map((name, i) => `y${i} = keras.layers.Dense(6, activation='${name}')(x)`),
      `y = keras.layers.Add()([${activations.map((_, i) => `y${i}`)}])`,
      'model = keras.Model(x, y)',
    ].join('\n'),
    loss: 'mse',
  },
  {
    model: 'convolutions of images',
    source: sequential('(12, 11, 3)', [
      "Conv2D(8, 3, strides=2, padding='same', use_bias=False)",
      'BatchNormalization()',
      "Activation('relu')",
      "DepthwiseConv2D(3, padding='same', depth_multiplier=2)",
      "SeparableConv2D(6, 3, padding='same', activation='tanh')",
      "MaxPooling2D(3, strides=2, padding='same')",
      "Conv2D(6, 3, dilation_rate=2, padding='same', groups=2)",
      "AveragePooling2D(2, padding='same')",
      'Flatten()',
      'Dense(4)',
    ]),
    loss: 'ce',
  },
  {
    model: 'transposed convolutions and upsampling',
    source: sequential('(4, 5, 3)', [
      "Conv2DTranspose(4, 3, strides=2, padding='same', activation='relu')",
      'Conv2DTranspose(3, 2, strides=2)',
      'UpSampling2D(2)',
      "Conv2D(3, 3, padding='same', activation='tanh')",
      "UpSampling2D(2, interpolation='bilinear')",
      'ZeroPadding2D(((1, 0), (2, 1)))',
      'Conv2D(2, 3)',
    ]),
    loss: 'mse',
  },
  {
    model: 'convolutions of sequences and volumes',
    source: sequential('(4, 6, 6, 2)', [
      "Conv3D(4, 3, padding='same', activation='relu')",
      'MaxPooling3D(2)',
      'Reshape((18, 4))',
      "Conv1D(5, 3, strides=2, padding='same', activation='tanh')",
      'GlobalAveragePooling1D()',
      'Dense(3)',
    ]),
    loss: 'ce',
  },
  {
    model: 'LSTM in both directions',
    source: sequential('(6,)', [
      'Embedding(9, 5)',
      'Bidirectional(keras.layers.LSTM(4, return_sequences=True))',
      'LSTM(5)',
      'Dense(3)',
    ]),
    loss: 'ce',
    tokens: 9,
  },
  {
    model: 'GRU and plain recurrence',
    source: sequential('(6, 4)', [
      'GRU(5, return_sequences=True)',
      'SimpleRNN(4, return_sequences=True)',
      'GRU(3, reset_after=False)',
      'Dense(3)',
    ]),
    loss: 'ce',
  },
  {
    model: 'attention block',
    source: `import keras
x = keras.Input((5, 8))
a = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)(x, x)
h = keras.layers.LayerNormalization()(keras.layers.Add()([x, a]))
f = keras.layers.Dense(8)(keras.layers.Dense(12, activation='gelu')(h))
h = keras.layers.Concatenate()([h, keras.layers.Multiply()([h, f])])
model = keras.Model(x, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling1D()(h)))`,
    loss: 'ce',
  },
];

const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const wasmFiles = Object.fromEntries(
  ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'].map((file) => [file, path.join(wasmFolder, 'dist', file)]),
);

describe('gradients on wasm are those of Keras', () => {
  let backend: Backend;
  const truths = new Map<string, PackedTruth>();
  beforeAll(async () => {
    ({ backend } = await startWasm(wasmFiles)());
    const output = runPython(kerasOnJax, [path.join(import.meta.dirname, 'trainer_keras.py')], JSON.stringify(cases));
    for (const line of output.trim().split('\n')) {
      const truth = JSON.parse(line) as PackedTruth;
      truths.set(truth.model, truth);
    }
  }, 600_000);

  it.each(cases.map((one) => [one.model, one] as const))('%s', async (name, { source }) => {
    const packed = truths.get(name);
    if (packed === undefined) throw new Error('Keras said nothing of it');
    const truth = unpackTruth(packed);
    const workspace = createMemoryWorkspace({ '/model.py': source });
    const [model] = createAnalyzer(workspace, createFrameworks()).analyze('/model.py').models;
    if (model === undefined) throw new Error('the analyzer finds no model');
    const graph = { ...model.graph, loss: losses[truth.loss] };
    expect(differences(await gradientsOf(backend, graph, truth), truth)).toEqual([]);
  });
});
