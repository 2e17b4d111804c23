import { describe, expect, it } from 'vitest';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { createFrameworks } from '../all.ts';

/* What the graph says beyond names and numbers, which test/oracle compares with TensorFlow.js itself. */

function analyze(source: string, path = '/model.ts') {
  const analyzer = createAnalyzer(createMemoryWorkspace({ [path]: source }), createFrameworks());
  return analyzer.analyze(path).models.map(({ graph }) => graph);
}

const body = `const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2], kernelInitializer: 'zeros' })] });
model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });`;

describe('tfjs', () => {
  it.each([
    ["import * as tf from '@tensorflow/tfjs';", '/a.ts'],
    ["import tf from '@tensorflow/tfjs-node';", '/a.ts'],
    ["const tf = require('@tensorflow/tfjs-node-gpu');", '/a.js'],
    ["const tf = await import('@tensorflow/tfjs');", '/a.mjs'],
    ['// tf comes from a script tag', '/a.js'],
  ])('knows the library by %s', (head, path) => {
    const [graph] = analyze(`${head}\n${body}`, path);
    expect(graph).toMatchObject({ framework: 'tfjs', loss: 'meanSquaredError', complete: true });
    expect(graph?.parameters.map(({ initializer }) => initializer.family)).toEqual(['zeros', 'zeros']);
  });

  it('knows single imports', () => {
    const [graph] = analyze(`import { layers, sequential } from '@tensorflow/tfjs';
const model = sequential();
model.add(layers.dense({ units: 3, inputShape: [2], activation: 'hardSigmoid' }));`);
    expect(graph?.layers.map(({ name }) => name)).toEqual(['input_layer', 'dense_Dense1', 'dense_Dense1/hard_sigmoid']);
  });

  it('says where an option is written', () => {
    const source = `import * as tf from '@tensorflow/tfjs';
const kernelInitializer = tf.initializers.heNormal({ seed: 1 });
const model = tf.sequential();
model.add(tf.layers.dense({ units: 8, inputShape: [4], kernelInitializer: 'glorotNormal' }));
model.add(tf.layers.dense({ units: 8, kernelInitializer }));
model.add(tf.layers.dense({ units: 8 }));`;
    const [graph] = analyze(source);
    const kernels = graph?.parameters.filter(({ role }) => role === 'weight') ?? [];
    const places = kernels.map(({ writes }) => {
      const { at, callee, origin } = writes.at(-1) ?? {};
      return [origin, callee, at ? source.slice(at.start, at.end) : null];
    });
    expect(places).toEqual([
      ['explicit', 'glorotNormal', "'glorotNormal'"],
      ['explicit', 'tf.initializers.heNormal', 'kernelInitializer'],
      ['default', null, 'tf.layers.dense({ units: 8 })'],
    ]);
  });

  it('finds a functional model that a function makes and main uses', () => {
    const [graph] = analyze(`import * as tf from '@tensorflow/tfjs';
interface Options { latent: number }
function generator({ latent }: Options): tf.LayersModel {
  const input = tf.input({ shape: [latent] });
  let x = tf.layers.dense({ units: 32 }).apply(input) as tf.SymbolicTensor;
  x = tf.layers.leakyReLU({ alpha: 0.2 }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: tf.layers.add().apply([x, tf.layers.dense({ units: 32 }).apply(x)]) });
}
async function main() { const g = generator({ latent: 16 }); await g.predict(0); }
main();`);
    expect(graph?.name).toBe('generator');
    expect(graph?.layers.map(({ op }) => op.kind)).toEqual(['input', 'dense', 'activation', 'dense', 'add']);
    expect(graph?.parameters[0]?.shape).toEqual([16, 32]);
  });
});
