import { describe, expect, it } from 'vitest';
import { plainNet, recordedRun, weightLayers } from '../testing/recorded-run.ts';
import type { Expectations } from './expectation.ts';
import type { FromTrainer } from './messages.ts';
import { emptyRecording, type Recording, record } from './recording.ts';
import { runVerdict } from './run-verdict.ts';

const graph = plainNet(20);
const sound = { activationRms: 1, activationGradientRms: 1e-3, weightGradientRms: 6e-3 };

/** The twenty layers of the recorded run under Xavier: every way keeps √½, so the weight gradient is at 2^(-19/2). */
const expected: Expectations = new Map(
  weightLayers(graph).map((id, k) => [
    id,
    {
      predicted: { activationRms: 0.5 ** (k / 2), activationGradientRms: null, weightGradientRms: 6e-3 * 0.5 ** 9.5 },
      critical: sound,
    },
  ]),
);

function recorded(variants: ('as-written' | 'he')[], more: readonly FromTrainer[] = []): Recording {
  return [...recordedRun({ run: 'r', graph, variants, steps: 50 }), ...more].reduce(record, emptyRecording('r'));
}

describe('the verdict of a run', () => {
  it('is about what is written, with measured, predicted and critical numbers and the better variant', () => {
    const verdict = runVerdict(graph, recorded(['as-written', 'he']), expected);
    expect(verdict?.kind).toBe('vanishing');
    expect(verdict?.headline).toBe('Vanishing');
    expect(verdict?.better).toBe('he');
    // 2^(-9.5) = 1.4e-3 of critical, predicted for the signal at the head.
    expect(verdict?.message).toMatch(
      /^In 20 of 20 layers\. The weight gradient of `features\.0` is \S+; critical .* 6e-3/,
    );
    expect(verdict?.message).toContain('(predicted 1.4e-3)');
    expect(verdict?.message).toMatch(/He trains: loss 2\.\d\d → \d\.\d\d in 50 steps against 2\.\d\d → 2\.\d\d\./);
  });

  it('is that all is fine where every layer is near critical and nothing trains better', () => {
    const verdict = runVerdict(graph, recorded(['he']), expected);
    expect(verdict).toMatchObject({ kind: 'fine', headline: 'Fine', better: null });
  });

  it('names a variant that trains better even where no layer is in trouble', () => {
    const verdict = runVerdict(graph, recorded(['as-written', 'he']), null);
    expect(verdict).toMatchObject({ kind: 'fine', headline: 'He is better', better: 'he' });
  });

  it('puts divergence before everything', () => {
    const end: FromTrainer = {
      version: 1,
      type: 'variantEnd',
      run: 'r',
      variant: 'as-written',
      seed: 0,
      steps: 50,
      firstStepMs: 1,
      stepsPerSecond: 1,
      diverged: { step: 7, layer: null },
    };
    const verdict = runVerdict(graph, recorded(['as-written', 'he'], [end]), expected);
    expect(verdict?.kind).toBe('diverged');
    expect(verdict?.message).toContain('from step 7 on');
  });

  it('is silent before the first step', () => {
    expect(runVerdict(graph, emptyRecording('r'), expected)).toBeNull();
  });
});
