import { describe, expect, it } from 'vitest';
import { plainNet, recordedRun } from '../testing/recorded-run.ts';
import type { FromTrainer, Step } from './messages.ts';
import { ranking } from './ranking.ts';
import { emptyRecording, lastStep, messagesOf, metricAt, record, stepAt, variantsOf } from './recording.ts';

const graph = plainNet(5);
const messages = recordedRun({ run: 'r', graph, variants: ['as-written', 'he'], seeds: 2, steps: 10 });
const recording = messages.reduce(record, emptyRecording('r'));

describe('a recording', () => {
  it('keeps each variant and seed apart, with its steps in order', () => {
    expect(recording.variants.map(({ variant, seed, steps }) => [variant, seed, steps.length])).toEqual([
      ['as-written', 0, 10],
      ['as-written', 1, 10],
      ['he', 0, 10],
      ['he', 1, 10],
    ]);
    expect(recording.variants[2]?.steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(variantsOf(recording)).toEqual(['as-written', 'he']);
    expect(lastStep(recording)).toBe(9);
    expect(lastStep(emptyRecording('r'))).toBe(-1);
  });

  it('refuses messages of another run', () => {
    const alien: FromTrainer = { version: 1, type: 'done', run: 'other', cancelled: true };
    expect(record(recording, alien)).toBe(recording);
  });

  it('can be made again from the messages it gives', () => {
    expect(messagesOf(recording).reduce(record, emptyRecording('r'))).toEqual(recording);
  });

  it('finds a step behind a gap', () => {
    const [one] = recording.variants;
    if (!one) throw new Error('nothing recorded');
    const gapped = { ...one, steps: one.steps.filter(({ step }) => step !== 3) };
    expect(stepAt(gapped, 5)?.step).toBe(5);
    expect(stepAt(gapped, 3)).toBeUndefined();
    expect(metricAt(gapped, 'activationRms', 0, 3)).toBeNull();
    expect(metricAt(gapped, 'activationRms', 99, 4)).toBeNull();
  });
});

describe('the ranking', () => {
  it('puts the lower final loss first', () => {
    expect(ranking(recording).map(({ variant, seeds, steps }) => [variant, seeds, steps])).toEqual([
      ['he', 2, 10],
      ['as-written', 2, 10],
    ]);
  });

  it('puts what diverged last, whatever its loss', () => {
    const end = messages.find((message) => message.type === 'variantEnd' && message.variant === 'he');
    if (end?.type !== 'variantEnd') throw new Error('no end');
    const diverged = record(recording, { ...end, diverged: { step: 4, layer: null } });
    expect(ranking(diverged).map(({ variant, diverged: count }) => [variant, count])).toEqual([
      ['as-written', 0],
      ['he', 1],
    ]);
  });

  it('takes the mean of the last tenth and skips losses that are not finite', () => {
    const losses = [5, ...Array(18).fill(3), null, 2, 4];
    const steps = losses.map((loss, step): Step => {
      const template = recording.variants[0]?.steps[0];
      if (!template) throw new Error('nothing recorded');
      return { ...template, step, loss };
    });
    const [outcome] = ranking(record(emptyRecording('r'), { version: 1, type: 'frame', run: 'r', steps }));
    expect(outcome).toMatchObject({ first: 5, last: 3 });
  });
});
