import { describe, expect, it } from 'vitest';
import type { LayerPrediction, Prediction } from '../signal/signal.ts';
import { plainNet, recordedRun, weightLayers } from '../testing/recorded-run.ts';
import { expectations } from './expectation.ts';
import { emptyRecording, record } from './recording.ts';
import { summarize } from './summary.ts';

const graph = plainNet(3, 32);
const messages = recordedRun({ run: 'r', graph, variants: ['as-written', 'he'], steps: 4 });
const recording = messages.reduce(record, emptyRecording('r'));

/** Signal and gradient of a quarter of critical, everywhere. */
const layer: LayerPrediction = {
  signal: { mean: 0, rms: 0.5, inputStd: 0.5, deadFraction: null, saturatedFraction: null },
  gradient: { activationRms: 1e-3, weightRms: 4e-3 },
  gain: 1,
  relative: { signal: 0.25, gradient: 0.25 },
  gradientOverTime: null,
  unitDiversity: 1,
};
const prediction: Prediction = {
  layers: new Map(graph.layers.map(({ id }) => [id, layer])),
  loss: { expected: 2.3, uniformGuess: 2.3 },
  gradientRatio: 1,
  signalRatio: 1,
  deadParameters: new Set(),
};

const summary = summarize(recording, {
  graph,
  path: 'net.py',
  line: 12,
  lines: { 1: 19 },
  predictions: new Map([['as-written', prediction]]),
  skipped: [{ engine: 'webgpu', reason: 'no adapter' }],
});

describe('the summary', () => {
  it('says what ran, where, and why nothing better', () => {
    expect(summary).toMatchObject({
      version: 1,
      model: 'DeepPlainNet',
      path: 'net.py',
      line: 12,
      engine: 'wasm',
      device: '1 thread, SIMD',
      skipped: [{ engine: 'webgpu', reason: 'no adapter' }],
      batch: 32,
      ranking: ['he', 'as-written'],
      failed: null,
    });
  });

  it('has one number per step in every list of every layer', () => {
    for (const variant of summary.variants) {
      expect(variant.loss).toHaveLength(4);
      expect(variant.layers.map(({ name }) => name)).toEqual(['features.0', 'features.2', 'head']);
      for (const { name: _, line: __, predicted: ___, ...lists } of variant.layers)
        for (const list of Object.values(lists)) expect(list).toHaveLength(4);
    }
    expect(summary.variants[0]?.layers[0]?.line).toBe(19);
    expect(summary.variants[0]?.layers[1]?.line).toBeNull();
  });

  it('gives predictions where there are some', () => {
    expect(summary.variants[0]?.layers[0]?.predicted).toEqual({
      activationRms: 0.5,
      activationGradientRms: 1e-3,
      weightGradientRms: 4e-3,
    });
    expect(summary.variants[1]?.layers[0]?.predicted).toBeNull();
  });

  it('survives a round trip through JSON', () => {
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe('expectations', () => {
  const [, second] = weightLayers(graph);

  it('undo both quotients for a weight: the signal that comes in and the gradient that comes back', () => {
    const made = expectations(graph, prediction);
    expect(made.get(second ?? -1)?.critical).toEqual({
      activationRms: 2,
      activationGradientRms: 4e-3,
      weightGradientRms: 4e-3 / (0.25 * 0.25),
    });
  });
});
