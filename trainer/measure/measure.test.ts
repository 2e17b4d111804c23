import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { graphBuilder } from '../../core/testing/graph-builder.ts';
import type { Backend } from '../backend-ops.ts';
import { startCpu } from '../engines/cpu.ts';
import { seededRandom } from '../random.ts';
import { imageValue, logicalValue } from '../value.ts';
import type { Figures, LayerTensors } from './figures.ts';
import { type MeasuredLayer, measuredLayers } from './layers.ts';
import { createDeviceMeter } from './on-device.ts';
import { createHostMeter } from './on-host.ts';

let backend: Backend;
beforeAll(async () => {
  ({ backend } = await startCpu());
});

const b = graphBuilder();
const dense = b.dense(b.input([null, 6]), 4);
const graph = b.build(b.activation(b.activation(dense, 'relu'), 'tanh'));
const [ofDense, ofRelu, ofTanh] = measuredLayers(graph) as [MeasuredLayer, MeasuredLayer, MeasuredLayer];

const random = seededRandom('measure');
const normals = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * random.normal());

interface Given {
  readonly measured: MeasuredLayer;
  readonly output: Float32Array;
  readonly gradient: Float32Array;
  readonly weight?: Float32Array;
  readonly weightGradient?: Float32Array;
  readonly pre?: Float32Array;
  readonly learningRate?: number | null;
}

/** Both ways to measure the same layer of 5 examples and 4 units (weights of 4 units with 6 inputs). */
async function measure(given: Given): Promise<readonly [Figures, Figures]> {
  const { ops } = backend;
  const weights = given.weight === undefined ? [] : [ops.constant(given.weight, [4, 6])];
  const gradients = given.weightGradient === undefined ? [] : [ops.constant(given.weightGradient, [4, 6])];
  const layer: LayerTensors = {
    measured: given.measured,
    output: logicalValue(ops.constant(given.output, [5, 4])),
    preActivation: given.pre === undefined ? null : logicalValue(ops.constant(given.pre, [5, 4])),
    outputGradient: ops.constant(given.gradient, [5, 4]),
    weights,
    weightGradients: gradients,
    updates: gradients.map((x) => ops.affine(x, 0.1, 0)),
    learningRate: given.learningRate === undefined ? 0.1 : given.learningRate,
  };
  const [host] = createHostMeter(backend)([layer]);
  const { vector, parse } = createDeviceMeter(backend).reduce([layer]);
  const [device] = parse(await backend.read(vector));
  if (host === undefined || device === undefined) throw new Error('nothing was measured');
  return [host, device];
}

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
}

describe.each([
  ['host', 0],
  ['device', 1],
] as const)('figures measured on the %s', (_, which) => {
  it('are RMS, mean and ratio of what is there', async () => {
    const given = {
      measured: ofDense,
      output: normals(20),
      gradient: normals(20, 1e-3),
      weight: normals(24),
      weightGradient: normals(24, 1e-2),
    };
    const figures = (await measure(given))[which];
    expect(figures.activationRms).toBeCloseTo(rms(given.output), 5);
    expect(figures.activationMean).toBeCloseTo(given.output.reduce((a, b) => a + b, 0) / 20, 5);
    expect(figures.activationGradientRms).toBeCloseTo(rms(given.gradient), 8);
    expect(figures.weightRms).toBeCloseTo(rms(given.weight), 5);
    expect(figures.weightGradientRms).toBeCloseTo(rms(given.weightGradient), 7);
    expect(figures.updateRatio).toBeCloseTo((0.1 * rms(given.weightGradient)) / rms(given.weight), 6);
    expect(figures.unitDiversity).toBe(1);
    expect(figures.deadFraction).toBeNull();
    expect(figures.saturatedFraction).toBeNull();
  });

  it('take the ratio from the update itself where the optimizer does more than scale', async () => {
    const weight = normals(24);
    const weightGradient = normals(24);
    const given = {
      measured: ofDense,
      output: normals(20),
      gradient: normals(20),
      weight,
      weightGradient,
      learningRate: null,
    };
    expect((await measure(given))[which].updateRatio).toBeCloseTo((0.1 * rms(weightGradient)) / rms(weight), 5);
  });

  it.each([1e-20, 1e-30, 1e-37])(
    'do not lose a gradient of size %f, whose square float32 cannot hold',
    async (scale) => {
      const gradient = normals(20, scale);
      const figures = (await measure({ measured: ofRelu, output: normals(20), gradient }))[which];
      expect((figures.activationGradientRms ?? 0) / rms64(gradient)).toBeCloseTo(1, 2);
    },
  );

  it('are zero for zeros', async () => {
    const zeros = new Float32Array(20);
    const figures = (await measure({ measured: ofRelu, output: zeros, gradient: zeros }))[which];
    expect(figures.activationGradientRms).toBe(0);
    expect(figures.activationRms).toBe(0);
    expect(figures.deadFraction).toBe(1);
  });

  it('are not finite where an activation is not', async () => {
    const output = normals(20);
    output[7] = Number.NaN;
    expect((await measure({ measured: ofRelu, output, gradient: normals(20) }))[which].activationRms).toBeNaN();
    output[7] = Number.POSITIVE_INFINITY;
    const figures = (await measure({ measured: ofRelu, output, gradient: normals(20) }))[which];
    expect(Number.isFinite(figures.activationRms)).toBe(false);
  });

  it('count the units that are zero for every example as dead', async () => {
    const output = normals(20).map((x, i) => (i % 4 === 2 ? 0 : Math.abs(x)));
    output[0] = 0;
    expect((await measure({ measured: ofRelu, output, gradient: normals(20) }))[which].deadFraction).toBe(0.25);
  });

  it('count pre-activations where tanh has a slope below 0.05 as saturated', async () => {
    // tanh′(x) = 0.05 at x = artanh(√0.95) = 2.178.
    const pre = Float32Array.from({ length: 20 }, (_, i) => [0, -2.17, 2.19, -5][i % 4] ?? 0);
    const figures = (await measure({ measured: ofTanh, output: pre.map(Math.tanh), gradient: normals(20), pre }))[
      which
    ];
    expect(figures.saturatedFraction).toBe(0.5);
  });

  it('count equal units once: 1/n where all are equal', async () => {
    const row = normals(6);
    const rows = (pick: (unit: number) => Float32Array) =>
      Float32Array.from([0, 1, 2, 3].flatMap((unit) => [...pick(unit)]));
    const diversity = async (weight: Float32Array) =>
      (
        await measure({ measured: ofDense, output: normals(20), gradient: normals(20), weight, weightGradient: weight })
      )[which].unitDiversity;
    expect(await diversity(new Float32Array(24))).toBe(0.25);
    expect(await diversity(rows(() => row))).toBe(0.25);
    expect(await diversity(rows((unit) => (unit === 1 ? normals(6) : row)))).toBe(0.5);
    expect(await diversity(rows(() => normals(6)))).toBe(1);
  });
});

it('counts dead channels of a channels-last image by channel', () => {
  const { ops } = backend;
  const pixels = Float32Array.from({ length: 2 * 3 * 3 * 4 }, (_, i) => (i % 4 === 1 ? 0 : 1));
  const layer: LayerTensors = {
    measured: ofRelu,
    output: imageValue(ops.constant(pixels, [2, 3, 3, 4]), 'channelsFirst'),
    preActivation: null,
    outputGradient: null,
    weights: [],
    weightGradients: [],
    updates: [],
    learningRate: null,
  };
  expect(createHostMeter(backend)([layer])[0]?.deadFraction).toBe(0.25);
});

function rms64(values: Float32Array): number {
  const scale = Math.max(...values.map(Math.abs));
  return scale * Math.sqrt([...values].reduce((sum, x) => sum + (x / scale) ** 2, 0) / values.length);
}
