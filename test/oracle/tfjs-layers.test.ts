import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { tfjs } from '../../server/frameworks/tfjs/index.ts';
import { analyzeSource, compareModels, type RealModel } from './compare-models.ts';

/* Our reading of TensorFlow.js' layers against the real ones: names, shapes, and what the weights start with. */

/** `[layer with options, shape of its input without batch]`, wide enough for the statistics to be sharp. */
const single: readonly (readonly [layer: string, input: readonly number[]])[] = [
  ['dense({units: 300})', [400]],
  ["dense({units: 300, kernelInitializer: 'heNormal', biasInitializer: 'ones'})", [400]],
  ['dense({units: 300, kernelInitializer: tf.initializers.heUniform({seed: 3}), useBias: false})', [400]],
  ["dense({units: 300, kernelInitializer: 'leCunNormal', activation: 'tanh'})", [400]],
  ["dense({units: 300, kernelInitializer: 'leCunUniform'})", [400]],
  ["dense({units: 300, kernelInitializer: 'glorotUniform'})", [400]],
  ["dense({units: 300, kernelInitializer: 'glorotNormal'})", [400]],
  ["dense({units: 300, kernelInitializer: 'randomNormal'})", [400]],
  ["dense({units: 300, kernelInitializer: 'randomUniform'})", [400]],
  ["dense({units: 300, kernelInitializer: 'truncatedNormal'})", [400]],
  ["dense({units: 300, kernelInitializer: 'varianceScaling'})", [400]],
  ["dense({units: 100, kernelInitializer: 'orthogonal'})", [200]],
  ["dense({units: 300, kernelInitializer: 'identity'})", [300]],
  ["dense({units: 300, kernelInitializer: 'zeros'})", [400]],
  ['dense({units: 300, kernelInitializer: tf.initializers.constant({value: 0.3})})', [400]],
  ['dense({units: 300, kernelInitializer: tf.initializers.randomNormal({mean: 1, stddev: 0.2})})', [400]],
  ['dense({units: 300, kernelInitializer: tf.initializers.randomUniform({minval: -0.1, maxval: 0.3})})', [400]],
  ['dense({units: 300, kernelInitializer: tf.initializers.truncatedNormal({mean: 1, stddev: 2})})', [400]],
  [
    "dense({units: 300, kernelInitializer: tf.initializers.varianceScaling({scale: 3, mode: 'fanOut', distribution: 'uniform'})})",
    [400],
  ],
  ["conv1d({filters: 64, kernelSize: 5, strides: 2, padding: 'same'})", [20, 48]],
  ["conv2d({filters: 64, kernelSize: [3, 5], padding: 'valid', dilationRate: 2})", [20, 20, 48]],
  ['conv3d({filters: 32, kernelSize: 3, strides: 2})', [9, 9, 9, 16]],
  ["conv2dTranspose({filters: 48, kernelSize: 3, strides: 2, padding: 'same'})", [8, 8, 32]],
  ['depthwiseConv2d({kernelSize: 3, depthMultiplier: 2})', [12, 12, 200]],
  ["depthwiseConv2d({kernelSize: 3, depthwiseInitializer: 'heNormal', activation: 'relu6'})", [12, 12, 200]],
  ["separableConv2d({filters: 64, kernelSize: 3, padding: 'same'})", [12, 12, 128]],
  ['embedding({inputDim: 500, outputDim: 64})', [7]],
  ['simpleRNN({units: 32})', [5, 64]],
  ["lstm({units: 32, returnSequences: true, recurrentInitializer: 'glorotNormal'})", [5, 64]],
  ['gru({units: 32})', [5, 64]],
  ['bidirectional({layer: tf.layers.lstm({units: 32}), mergeMode: "concat"})', [5, 64]],
  ['timeDistributed({layer: tf.layers.dense({units: 100})})', [5, 200]],
  ['batchNormalization({})', [6, 6, 12]],
  ["batchNormalization({scale: false, betaInitializer: 'ones'})", [12]],
  ['layerNormalization({})', [6, 12]],
  ["activation({activation: 'relu'})", [12]],
  ['reLU({maxValue: 6})', [12]],
  ['leakyReLU({alpha: 0.1})', [12]],
  ['prelu({alphaInitializer: "ones"})', [3, 12]],
  ['elu({})', [12]],
  ['softmax({})', [12]],
  ['dropout({rate: 0.3})', [12]],
  ["maxPooling2d({poolSize: 3, strides: 2, padding: 'same'})", [9, 9, 4]],
  ['averagePooling1d({poolSize: 2})', [9, 4]],
  ['globalAveragePooling2d({})', [9, 9, 4]],
  ['globalMaxPooling1d({})', [9, 4]],
  ['flatten({})', [3, 4, 5]],
  ['reshape({targetShape: [12, -1]})', [3, 4, 5]],
  ['permute({dims: [2, 1]})', [3, 4]],
  ['repeatVector({n: 4})', [3]],
  ['zeroPadding2d({padding: [[1, 2], [3, 4]]})', [5, 5, 2]],
  ['cropping2D({cropping: [[1, 2], [0, 1]]})', [8, 8, 2]],
  ['upSampling2d({size: [2, 3]})', [4, 4, 2]],
  ['rnn({cell: tf.layers.lstmCell({units: 24}), returnSequences: true})', [5, 32]],
  ["rnn({cell: tf.layers.gruCell({units: 24, kernelInitializer: 'heUniform'})})", [5, 32]],
  ['rnn({cell: [tf.layers.simpleRNNCell({units: 24}), tf.layers.lstmCell({units: 16})]})', [5, 32]],
  ["bidirectional({layer: tf.layers.gru({units: 24, returnSequences: true}), mergeMode: 'sum'})", [5, 32]],
  ["convLstm2d({filters: 8, kernelSize: 3, padding: 'same', returnSequences: true})", [3, 6, 6, 4]],
];

const models: readonly (readonly [name: string, source: string])[] = [
  [
    'a sequential classifier, built by add',
    `const model = tf.sequential({name: 'classifier'});
for (let i = 0; i < 3; i++) {
  model.add(tf.layers.dense({units: 128, activation: 'relu', kernelInitializer: 'heNormal', ...(i === 0 ? {inputShape: [200]} : {})}));
  model.add(tf.layers.dropout({rate: 0.2}));
}
model.add(tf.layers.dense({units: 10, activation: 'softmax', name: 'head'}));`,
  ],
  [
    'a functional residual network with a shared layer',
    `const input = tf.input({shape: [64]});
const shared = tf.layers.dense({units: 64, activation: 'tanh'});
let x = shared.apply(input);
const branch = tf.layers.dense({units: 64, kernelInitializer: 'zeros'}).apply(x);
x = tf.layers.add().apply([x, branch]);
x = shared.apply(x);
x = tf.layers.concatenate().apply([x, input]);
const model = tf.model({inputs: input, outputs: tf.layers.dense({units: 5}).apply(x)});`,
  ],
  [
    'a model inside of a model',
    `const block = tf.sequential({layers: [tf.layers.dense({units: 90, inputShape: [80], activation: 'relu'}), tf.layers.dense({units: 80})]});
const input = tf.input({shape: [80]});
const model = tf.model({inputs: [input], outputs: tf.layers.dense({units: 40}).apply(block.apply(input))});`,
  ],
  [
    "a layer of the user's own between others",
    `class Scale extends tf.layers.Layer {
  constructor(config) { super(config); this.units = config.units; }
  build(inputShape) {
    const width = inputShape[inputShape.length - 1];
    this.kernel = this.addWeight('kernel', [width, this.units], 'float32', tf.initializers.heNormal());
    this.bias = this.addWeight('bias', [this.units], 'float32', tf.initializers.constant({value: 0.2}));
    super.build(inputShape);
  }
  computeOutputShape(inputShape) { return [inputShape[0], this.units]; }
  call(inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.tidy(() => x.matMul(this.kernel.read()).add(this.bias.read()).relu());
  }
  getConfig() { return {...super.getConfig(), units: this.units}; }
  static get className() { return 'Scale'; }
}
tf.serialization.registerClass(Scale);
const model = tf.sequential();
model.add(tf.layers.dense({inputShape: [80], units: 64, activation: 'relu', kernelInitializer: 'heUniform'}));
model.add(new Scale({units: 48}));
model.add(tf.layers.dense({units: 30, activation: 'softmax'}));`,
  ],
  [
    'a U-net of arrow functions and a stack of skips',
    `const conv = (x, filters) => tf.layers.batchNormalization().apply(
  tf.layers.conv2d({filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal'}).apply(x));
const inputs = tf.input({shape: [16, 16, 3]});
let x = inputs;
const skips = [];
for (const filters of [8, 16]) {
  x = conv(x, filters);
  skips.push(x);
  x = tf.layers.maxPooling2d({poolSize: 2}).apply(x);
}
x = conv(x, 32);
for (const filters of [16, 8]) {
  x = tf.layers.upSampling2d({size: [2, 2]}).apply(x);
  x = tf.layers.concatenate().apply([x, skips.pop()]);
  x = conv(x, filters);
}
const model = tf.model({inputs, outputs: tf.layers.conv2d({filters: 1, kernelSize: 1, activation: 'sigmoid'}).apply(x)});`,
  ],
];

const cases = [
  ...single.map(([layer, input]) => [`tf.layers.${layer}`, singleLayer(layer, input)] as const),
  ...models,
];

beforeAll(async () => {
  await core.setBackend('cpu');
});

describe('TensorFlow.js', () => {
  it.each(cases)('has the weights and shapes that we say: %s', (_, source) => {
    const ours = analyzeSource('/model.js', `import * as tf from '@tensorflow/tfjs';\n${source}`, tfjs);
    expect(compareModels(ours, realModel(source))).toEqual([]);
  });
});

function singleLayer(layer: string, input: readonly number[]): string {
  return `const input = tf.input({shape: [${input}]});
const model = tf.model({inputs: input, outputs: tf.layers.${layer}.apply(input)});`;
}

function realModel(source: string): RealModel {
  const build = new Function('tf', `${source}\nreturn model;`) as (tf: unknown) => layers.LayersModel;
  // Names count from one in every process; a fresh counter for every model would need a fresh module.
  const model = build({ ...core, ...layers });
  const { layers: all } = model;
  return {
    weights: model.trainableWeights.map((weight) => ({
      name: weight.originalName,
      shape: weight.shape.map(Number),
      trainable: weight.trainable,
      ...statistics(weight.read().dataSync() as Float32Array),
    })),
    layers: all.map((layer) => ({
      name: layer.name,
      outputShape: layer.inboundNodes.length !== 1 || Array.isArray(layer.output) ? null : layer.output.shape,
    })),
  };
}

function statistics(values: Float32Array): { readonly mean: number; readonly std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}
