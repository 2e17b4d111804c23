import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keras } from '../../server/frameworks/keras/index.ts';
import { analyzeSource, compareModels, type RealModel } from './compare-models.ts';
import { kerasOnJax, runPython } from './python-packages.ts';

/* Our reading of Keras' layers against the real Keras 3: names, shapes, and what the weights start with. */

const initializers = [
  ...['glorot_uniform', 'glorot_normal', 'he_uniform', 'he_normal', 'lecun_uniform', 'lecun_normal'],
  ...['random_normal', 'random_uniform', 'truncated_normal', 'variance_scaling', 'orthogonal', 'zeros', 'ones'],
  ...['normal', 'uniform', 'zero', 'one', 'HeNormal', 'GlorotUniform', 'TruncatedNormal', 'Orthogonal'],
].map((name) => `'${name}'`);

const objects = [
  'keras.initializers.HeNormal()',
  'keras.initializers.HeNormal',
  'keras.initializers.he_uniform(seed=1)',
  'keras.initializers.RandomNormal(0.1, stddev=1.0)',
  'keras.initializers.TruncatedNormal(mean=0.5, stddev=2.0)',
  'keras.initializers.RandomUniform(-0.2, 0.3)',
  'keras.initializers.Constant(0.25)',
  'keras.initializers.Orthogonal(gain=1.5)',
  "keras.initializers.VarianceScaling(scale=2.0, mode='fan_out', distribution='uniform')",
  "keras.initializers.VarianceScaling(scale=0.5, mode='fan_avg', distribution='untruncated_normal')",
  "{'class_name': 'RandomNormal', 'config': {'mean': 0.0, 'stddev': 0.3}}",
  "keras.initializers.get('lecun_normal')",
  'None',
];

/** `[layer, shape of its input without batch]`, wide enough for the statistics to be sharp. */
const single: readonly (readonly [layer: string, input: string])[] = [
  ...[...initializers, ...objects].map((name) => [`Dense(300, kernel_initializer=${name})`, '(400,)'] as const),
  ["Dense(300, kernel_initializer='identity')", '(300,)'],
  ["Dense(300, bias_initializer='ones', activation='gelu')", '(400,)'],
  ['Dense(300, use_bias=False, activation=keras.activations.tanh)', '(400,)'],
  ["Conv1D(64, 5, strides=2, padding='same')", '(20, 48)'],
  ["Conv1D(64, 5, padding='causal', dilation_rate=2)", '(20, 48)'],
  ["Conv2D(64, (3, 5), padding='valid', dilation_rate=2)", '(20, 20, 48)'],
  ["Conv2D(filters=64, kernel_size=3, groups=4, kernel_initializer='he_normal', activation='relu')", '(20, 20, 48)'],
  ['Conv3D(32, 3, strides=2)', '(9, 9, 9, 16)'],
  ["Conv1DTranspose(48, 4, strides=3, padding='same')", '(8, 32)'],
  ["Conv2DTranspose(48, 3, strides=2, padding='same', kernel_initializer='he_normal')", '(8, 8, 32)'],
  ['Conv2DTranspose(48, 2, strides=2)', '(8, 8, 32)'],
  ['Conv2DTranspose(48, 3, strides=3, output_padding=1)', '(8, 8, 32)'],
  ["DepthwiseConv1D(3, padding='same')", '(12, 400)'],
  ["DepthwiseConv2D(3, depth_multiplier=2, depthwise_initializer='he_normal')", '(12, 12, 200)'],
  ["SeparableConv1D(64, 3, padding='same')", '(12, 400)'],
  ["SeparableConv2D(64, 3, strides=2, pointwise_initializer='he_uniform', activation='relu')", '(12, 12, 128)'],
  ['Embedding(500, 64)', '(7,)'],
  ["Embedding(500, 64, embeddings_initializer='he_normal')", '(7,)'],
  ['SimpleRNN(96)', '(5, 64)'],
  ['LSTM(96, return_sequences=True)', '(5, 64)'],
  ["LSTM(96, unit_forget_bias=False, recurrent_initializer='he_normal')", '(5, 64)'],
  ['GRU(96)', '(5, 64)'],
  ['GRU(96, reset_after=False, return_sequences=True)', '(5, 64)'],
  ['Bidirectional(keras.layers.LSTM(96, return_sequences=True))', '(5, 64)'],
  ['Bidirectional(keras.layers.GRU(96))', '(5, 64)'],
  ['TimeDistributed(keras.layers.Dense(100))', '(5, 200)'],
  ["TimeDistributed(keras.layers.Conv2D(64, 3, activation='relu'))", '(5, 9, 9, 16)'],
  ['BatchNormalization()', '(6, 6, 12)'],
  ["BatchNormalization(axis=1, scale=False, beta_initializer='ones')", '(6, 6, 12)'],
  ['LayerNormalization()', '(6, 12)'],
  ['LayerNormalization(axis=[1, 2])', '(6, 12)'],
  ['GroupNormalization(groups=3)', '(6, 6, 12)'],
  ['RMSNormalization()', '(6, 12)'],
  ["PReLU(alpha_initializer='ones', shared_axes=[1, 2])", '(6, 6, 12)'],
  ['LeakyReLU(negative_slope=0.1)', '(12,)'],
  ['ReLU(max_value=6)', '(12,)'],
  ['ELU()', '(12,)'],
  ['Softmax()', '(12,)'],
  ["Activation('swish')", '(12,)'],
  ['Dropout(0.5)', '(12,)'],
  ['SpatialDropout2D(0.5)', '(6, 6, 12)'],
  ["MaxPooling2D(3, strides=2, padding='same')", '(9, 9, 4)'],
  ['MaxPooling2D()', '(9, 9, 4)'],
  ['AveragePooling1D(3)', '(9, 4)'],
  ['GlobalAveragePooling2D()', '(9, 9, 4)'],
  ['GlobalMaxPooling1D(keepdims=True)', '(9, 4)'],
  ['Flatten()', '(3, 4, 5)'],
  ['Reshape((12, -1))', '(3, 4, 5)'],
  ['Permute((2, 1))', '(3, 4)'],
  ['RepeatVector(4)', '(3,)'],
  ['ZeroPadding2D(((1, 2), (3, 4)))', '(5, 5, 2)'],
  ['ZeroPadding1D(2)', '(5, 2)'],
  ['Cropping2D(((1, 2), (0, 1)))', '(8, 8, 2)'],
  ['UpSampling2D((2, 3))', '(4, 4, 2)'],
  ['Rescaling(1.0 / 255)', '(8, 8, 2)'],
];

const models: readonly (readonly [name: string, source: string])[] = [
  [
    'a sequential model built by add',
    `model = keras.Sequential()
model.add(keras.layers.Conv2D(32, 3, activation="relu", input_shape=(28, 28, 3)))
for width in (64, 96):
    model.add(keras.layers.Conv2D(width, 3, padding="same", kernel_initializer="he_normal"))
    model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.MaxPooling2D())
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10, activation="softmax", name="head"))
`,
  ],
  [
    'a sequential model that is built by its first call',
    `model = keras.Sequential([keras.layers.Dense(300, activation="relu"), keras.layers.Dense(200)])
model.build((None, 100))
`,
  ],
  [
    'a functional model with operators, a shared layer and a model inside',
    `from keras import layers, ops
inputs = keras.Input((64,))
shared = layers.Dense(64, activation="tanh", kernel_initializer="lecun_normal")
x = shared(inputs)
x = x + layers.Dense(64, kernel_initializer="zeros")(x)
x = shared(x) * 0.5
x = layers.Concatenate()([x, ops.relu(inputs)])
block = keras.Sequential([keras.Input((128,)), layers.Dense(90, activation="relu"), layers.Dense(128)], name="block")
x = layers.add([x, block(x), x])
x = ops.mean(ops.reshape(x, (-1, 4, 32)), axis=1)
model = keras.Model(inputs=inputs, outputs=layers.Dense(50)(x))
`,
  ],
  [
    'subclassed models and layers with weights of their own',
    `class Linear(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True, name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.w) + self.b


class Net(keras.Model):
    def __init__(self, depth=3):
        super().__init__()
        self.blocks = [keras.layers.Dense(128, activation="relu") for _ in range(depth)]
        self.norm = keras.layers.LayerNormalization()
        self.linear = Linear(150)
        self.head = keras.layers.Dense(100, kernel_initializer="he_uniform")

    def call(self, x, training=None):
        for block in self.blocks:
            x = block(x)
        return self.head(self.linear(self.norm(x)))


model = Net()
input_shape = (None, 96)
model(keras.ops.zeros((1, 96)))
`,
  ],
  [
    'attention over a sequence',
    `tokens = keras.Input((16,), dtype="int32")
x = keras.layers.Embedding(1000, 128)(tokens)
y = keras.layers.MultiHeadAttention(num_heads=4, key_dim=32)(x, x)
x = keras.layers.LayerNormalization()(keras.layers.Add()([x, y]))
y = keras.layers.Dense(256, activation="relu")(x)
x = keras.layers.Add()([x, keras.layers.Dense(128)(y)])
x = keras.layers.GlobalAveragePooling1D()(x)
model = keras.Model(tokens, keras.layers.Dense(20)(x))
`,
  ],
];

/** Programs as people write them, one a file; the first line says what is in it. */
const folder = path.join(import.meta.dirname, 'keras-programs');
const programs = readdirSync(folder).map((file) => {
  const source = readFileSync(path.join(folder, file), 'utf8');
  return [source.slice(2, source.indexOf('\n')), source] as const;
});

const cases: readonly (readonly [name: string, source: string])[] = [
  ...single.map(([layer, input]) => [`${layer} on ${input}`, singleLayer(layer, input)] as const),
  ...models,
  ...programs,
];

const real: RealModel[] = [];

beforeAll(() => {
  const script = path.join(import.meta.dirname, 'keras-layers.py');
  const lines = runPython(kerasOnJax, [script], JSON.stringify(cases.map(([, source]) => source)));
  real.push(
    ...lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RealModel),
  );
}, 600_000);

describe('Keras', () => {
  it.each(cases.map(([name], index) => [name, index] as const))(
    'has the weights and shapes that we say: %s',
    (_, index) => {
      const ours = analyzeSource('/model.py', `import keras\n${cases[index]?.[1]}`, keras);
      const truth = real[index];
      expect(truth).toBeDefined();
      expect(compareModels(ours, truth as RealModel)).toEqual([]);
    },
  );
});

function singleLayer(layer: string, input: string): string {
  return `inputs = keras.Input(${input})\nmodel = keras.Model(inputs, keras.layers.${layer}(inputs))\n`;
}
