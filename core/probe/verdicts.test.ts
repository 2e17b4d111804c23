import { describe, expect, it } from 'vitest';
import { plainNet, recordedRun, weightLayers } from '../testing/recorded-run.ts';
import type { Expectations, Figures } from './expectation.ts';
import type { Metrics } from './messages.ts';
import { emptyRecording, type RecordedVariant, record } from './recording.ts';
import { layerVerdicts, type VerdictKind } from './verdicts.ts';

const graph = plainNet(4, 64);
const layers = weightLayers(graph);

/** One variant of four layers whose figures are all sound, changed where a test says so. */
function measured(change: (metrics: Metrics, step: number) => Partial<Metrics>, steps = 6): RecordedVariant {
  const messages = recordedRun({ run: 'r', graph, variants: ['he'], steps });
  const [one] = messages.reduce(record, emptyRecording('r')).variants;
  if (!one) throw new Error('nothing recorded');
  return {
    ...one,
    steps: one.steps.map((step) => ({ ...step, metrics: { ...step.metrics, ...change(step.metrics, step.step) } })),
  };
}

/** Critical initialization gives every layer this weight gradient. */
function critical(weightGradientRms: number): Expectations {
  const figures: Figures = { activationRms: 1, activationGradientRms: 1e-3, weightGradientRms };
  return new Map(layers.map((id) => [id, { predicted: figures, critical: figures }]));
}

function kinds(one: RecordedVariant, expected: Expectations | null): readonly VerdictKind[] {
  return layerVerdicts(graph, layers, one, expected).map((verdict) => verdict.kind);
}

const gradients = (values: readonly (number | null)[]) => measured(() => ({ weightGradientRms: [...values] }));

describe('verdicts of layers', () => {
  it('measure a gradient against critical initialization, in both directions', () => {
    const one = gradients([5e-6, 6e-4, 6e-3, 2]);
    expect(kinds(one, critical(6e-3))).toEqual(['vanishing', 'fine', 'fine', 'exploding']);
    expect(kinds(gradients([1e-4, 0.3, 6e-3, 6e-3]), critical(6e-3))).toEqual(['small', 'large', 'fine', 'fine']);
  });

  it('say the measured gradient, the critical one and their quotient', () => {
    const [first] = layerVerdicts(graph, layers, gradients([5.4e-6, 6e-3, 6e-3, 6e-3]), critical(6e-3));
    expect(first?.message).toBe(
      'The weight gradient of features.0 is 5.4e-6; critical initialization gives 6e-3 (×0.0009).',
    );
    expect(first?.ofCritical).toBeCloseTo(9e-4, 10);
  });

  it('compare layers with each other where nothing is predicted, and only call far outliers', () => {
    expect(kinds(gradients([1e-9, 1e-3, 1e-2, 1e-2]), null)).toEqual(['vanishing', 'fine', 'fine', 'fine']);
  });

  it('wait for initializations that are silent on purpose at the first step only', () => {
    const waking = measured((_, step) => ({ weightGradientRms: [step === 0 ? 0 : 6e-3, 6e-3, 6e-3, 6e-3] }));
    expect(kinds(waking, critical(6e-3))[0]).toBe('fine');
    expect(kinds(gradients([0, 6e-3, 6e-3, 6e-3]), critical(6e-3))[0]).toBe('vanishing');
  });

  it('leave in peace what is silent by design, here behind a zero gain, once it has woken up', () => {
    const silent: Figures = { activationRms: 0, activationGradientRms: 0, weightGradientRms: 0 };
    const unknown: Figures = { activationRms: null, activationGradientRms: null, weightGradientRms: null };
    const behindZero: Expectations = new Map(layers.map((id) => [id, { predicted: silent, critical: unknown }]));
    const waking = measured((_, step) => ({ weightGradientRms: [1e-7 * step, 1e-7 * step, 1e-7 * step, 0.04] }));
    expect(kinds(waking, behindZero)).toEqual(['fine', 'fine', 'fine', 'fine']);
    expect(kinds(gradients([0, 0, 0, 0.04]), behindZero).slice(0, 3)).toEqual(['vanishing', 'vanishing', 'vanishing']);
  });

  it('wait for a few steps before they call a layer silent', () => {
    const one = measured(() => ({ weightGradientRms: [0, 0, 0, 0] }), 2);
    expect(kinds({ ...one, end: null }, critical(6e-3))[0]).toBe('fine');
    expect(kinds(one, critical(6e-3))[0]).toBe('vanishing');
  });

  it('do not blame a model for gradients that fall because it has learned', () => {
    const learned = measured((_, step) => ({ weightGradientRms: Array(4).fill(6e-3 * 10 ** -step) }), 12);
    expect(kinds(learned, critical(6e-3))).toEqual(['fine', 'fine', 'fine', 'fine']);
  });

  it('call a layer symmetric where all its units stay copies, and not where they part', () => {
    const copies = measured(() => ({ unitDiversity: [1 / 64, 1, 1, 1 / 10] }));
    expect(kinds(copies, critical(6e-3))).toEqual(['symmetric', 'fine', 'fine', 'symmetric']);
    const parting = measured((_, step) => ({ unitDiversity: [step === 0 ? 1 / 64 : 1, 1, 1, 1] }));
    expect(kinds(parting, critical(6e-3))[0]).toBe('fine');
  });

  it('call units dead or saturated by the last step', () => {
    const dying = measured((_, step) => ({ deadFraction: [step / 5, 0.5, 0.89, null] }));
    expect(kinds(dying, critical(6e-3))).toEqual(['dead', 'fine', 'fine', 'fine']);
    const saturated = measured(() => ({ saturatedFraction: [0.1, 0.7, null, null] }));
    expect(kinds(saturated, critical(6e-3))).toEqual(['fine', 'saturated', 'fine', 'fine']);
  });

  it('name the layer where a NaN appeared first before anything else about it', () => {
    const one = gradients([6e-3, 1e5, 6e-3, 6e-3]);
    const layer = layers[1] ?? null;
    const end = one.end && { ...one.end, diverged: { step: 3, layer } };
    expect(kinds({ ...one, end }, critical(6e-3))).toEqual(['fine', 'diverged', 'fine', 'fine']);
  });

  it('make no statement about what has not been measured', () => {
    const nothing = measured((metrics) =>
      Object.fromEntries(Object.entries(metrics).map(([name, list]) => [name, list.map(() => null)])),
    );
    expect(new Set(kinds(nothing, critical(6e-3)))).toEqual(new Set(['unmeasured']));
  });
});
