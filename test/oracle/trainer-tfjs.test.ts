import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import { tfjs } from '../../server/frameworks/tfjs/index.ts';
import type { Backend } from '../../trainer/backend-ops.ts';
import { startCpu } from '../../trainer/engines/cpu.ts';
import { analyzeSource } from './compare-models.ts';
import { differences, gradientsOf } from './trainer-gradients.ts';
import type { Truth } from './trainer-truth.ts';

/* As `trainer.test.ts`, for what TensorFlow.js' layers do otherwise: gates of hard sigmoids, a GRU that resets first. */

const batch = 4;

/** Layers by name, and the shape of the input without batch. */
const cases: readonly (readonly [
  name: string,
  input: readonly number[],
  layers: readonly string[],
  tokens?: number,
])[] = [
  [
    'dense layers',
    [6],
    [
      "dense({name: 'a', units: 8, activation: 'elu'})",
      "dense({name: 'b', units: 5, activation: 'selu'})",
      "dense({name: 'c', units: 3})",
    ],
  ],
  [
    'convolutions',
    [9, 8, 3],
    [
      "conv2d({name: 'a', filters: 4, kernelSize: 3, strides: 2, padding: 'same'})",
      "batchNormalization({name: 'b'})",
      "activation({activation: 'relu'})",
      "depthwiseConv2d({name: 'c', kernelSize: 3, depthMultiplier: 2, padding: 'same'})",
      "conv2dTranspose({name: 'd', filters: 3, kernelSize: 3, strides: 2, padding: 'same'})",
      'maxPooling2d({poolSize: 2})',
      'flatten({})',
      "dense({name: 'e', units: 3})",
    ],
  ],
  ['an LSTM', [5, 4], ["lstm({name: 'a', units: 6, returnSequences: true})", "lstm({name: 'b', units: 3})"]],
  ['a GRU', [5, 4], ["gru({name: 'a', units: 6})"]],
  [
    'plain recurrence over an embedding',
    [5],
    [
      "embedding({name: 'a', inputDim: 7, outputDim: 4})",
      "simpleRNN({name: 'b', units: 4})",
      "layerNormalization({name: 'c'})",
      "dense({name: 'd', units: 2})",
    ],
    7,
  ],
];

describe('gradients are those of TensorFlow.js’ layers', () => {
  let backend: Backend;
  beforeAll(async () => {
    ({ backend } = await startCpu());
  });

  it.each(cases.map((one) => [one[0], one] as const))('%s', async (_, [, input, stack, tokens]) => {
    const source = sourceOf(input, stack);
    const graph = analyzeSource('/model.js', `import * as tf from '@tensorflow/tfjs';\n${source}`, tfjs);
    const truth = truthOf(source, graph, input, tokens);
    const found = await gradientsOf(backend, { ...graph, loss: 'meanSquaredError' }, truth);
    expect(differences(found, truth)).toEqual([]);
  });
});

function sourceOf(input: readonly number[], stack: readonly string[]): string {
  const first = `const input = tf.input({shape: [${input}]});\nlet x = input;`;
  const rest = stack.map((layer) => `x = tf.layers.${layer}.apply(x);`);
  return [first, ...rest, 'const model = tf.model({inputs: input, outputs: x});'].join('\n');
}

function truthOf(source: string, graph: ModelGraph, input: readonly number[], tokens: number | undefined): Truth {
  const build = new Function('tf', `${source}\nreturn model;`) as (tf: unknown) => layers.LayersModel;
  const model = build({ ...core, ...layers });
  for (const weight of model.trainableWeights) {
    weight.write(core.add(weight.read(), core.randomNormal(weight.read().shape, 0, 0.05, 'float32', 1)));
  }
  const shape = [batch, ...input];
  const x =
    tokens === undefined
      ? core.randomNormal(shape, 0, 1, 'float32', 2)
      : core.randomUniform(shape, 0, tokens, 'int32', 2);
  const outputShape = [batch, ...model.outputShape.slice(1).map(Number)];
  const target = core.randomNormal(outputShape, 0, 1, 'float32', 3);
  const variables = model.trainableWeights.map((weight) => weight.read() as core.Variable);
  const { value, grads } = core.variableGrads(() => {
    const output = model.apply(x, { training: true }) as core.Tensor;
    return core.mean(core.square(core.sub(output, target))) as core.Scalar;
  }, variables);
  const floats = (tensor: core.Tensor) => Float32Array.from(tensor.dataSync());
  // Names hold counters of the process: ours and theirs come in the same order.
  const names = graph.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  expect(names).toHaveLength(variables.length);
  const output = model.apply(x, { training: true }) as core.Tensor;
  return {
    model: 'tfjs',
    loss: 'mse',
    shape: input,
    batch,
    outputShape,
    inputs: floats(x),
    target: floats(target),
    value: value.dataSync()[0] ?? Number.NaN,
    weights: new Map(model.trainableWeights.map((weight, index) => [names[index] ?? '', floats(weight.read())])),
    gradients: new Map(
      variables.map(({ name }, index) => [names[index] ?? '', floats(grads[name] ?? core.scalar(Number.NaN))]),
    ),
    outputGradient: floats(core.mul(core.sub(output, target), 2 / target.size)),
  };
}
