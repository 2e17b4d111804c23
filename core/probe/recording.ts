import type { Failed, FromTrainer, Metrics, Ready, Step, VariantEnd } from './messages.ts';
import { protocolVersion, type VariantName } from './request.ts';

/** One variant with one seed, as far as it has come. Steps are in order; `steps[k].step` is `k` unless some were lost. */
export interface RecordedVariant {
  readonly variant: VariantName;
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly end: VariantEnd | null;
}

/** All that a run has said so far. */
export interface Recording {
  readonly run: string;
  readonly ready: Ready | null;
  readonly variants: readonly RecordedVariant[];
  readonly done: { readonly cancelled: boolean } | null;
  readonly failed: Failed | null;
}

export function emptyRecording(run: string): Recording {
  return { run, ready: null, variants: [], done: null, failed: null };
}

/** The recording after one more message; a message of another run changes nothing. */
export function record(recording: Recording, message: FromTrainer): Recording {
  if (message.run !== recording.run) return recording;
  switch (message.type) {
    case 'ready':
      return { ...recording, ready: message };
    case 'frame':
      return { ...recording, variants: appendSteps(recording.variants, message.steps) };
    case 'variantEnd':
      return {
        ...recording,
        variants: withVariant(recording.variants, message.variant, message.seed, (one) => ({ ...one, end: message })),
      };
    case 'done':
      return { ...recording, done: { cancelled: message.cancelled } };
    case 'failed':
      return { ...recording, failed: message };
  }
}

/** The messages that make this recording again, steps of a variant in one frame: what is kept in a report or a history. */
export function messagesOf(recording: Recording): readonly FromTrainer[] {
  const { run, ready, done, failed } = recording;
  const steps = recording.variants.flatMap((one) => one.steps);
  return [
    ...(ready ? [ready] : []),
    ...(steps.length > 0 ? [{ version: protocolVersion, type: 'frame' as const, run, steps }] : []),
    ...recording.variants.flatMap((one) => (one.end ? [one.end] : [])),
    ...(failed ? [failed] : []),
    ...(done ? [{ version: protocolVersion, type: 'done' as const, run, ...done }] : []),
  ].map((message) => ({ ...message, version: protocolVersion }));
}

/** Names of the variants in the order in which they first appeared. */
export function variantsOf(recording: Recording): readonly VariantName[] {
  return [...new Set(recording.variants.map((one) => one.variant))];
}

/** The last step that any variant has reached, −1 before the first. */
export function lastStep(recording: Recording): number {
  return Math.max(-1, ...recording.variants.map((one) => one.steps.at(-1)?.step ?? -1));
}

/** The step numbered `step`. Steps are numbered from 0 without gaps, so the lookup is direct; a gap falls back to a search. */
export function stepAt(one: RecordedVariant, step: number): Step | undefined {
  const direct = one.steps[step];
  return direct?.step === step ? direct : one.steps.find((candidate) => candidate.step === step);
}

/** One metric of the layer at `index` (its place in `ready.layers`) at one step. */
export function metricAt(one: RecordedVariant, metric: keyof Metrics, index: number, step: number): number | null {
  return stepAt(one, step)?.metrics[metric][index] ?? null;
}

function appendSteps(variants: readonly RecordedVariant[], steps: readonly Step[]): readonly RecordedVariant[] {
  const gathered = new Map<string, Step[]>();
  for (const step of steps) {
    const key = `${step.variant}/${step.seed}`;
    const list = gathered.get(key);
    if (list) list.push(step);
    else gathered.set(key, [step]);
  }
  let result = variants;
  for (const list of gathered.values()) {
    const first = list[0];
    if (first)
      result = withVariant(result, first.variant, first.seed, (one) => ({ ...one, steps: [...one.steps, ...list] }));
  }
  return result;
}

function withVariant(
  variants: readonly RecordedVariant[],
  variant: VariantName,
  seed: number,
  change: (one: RecordedVariant) => RecordedVariant,
): readonly RecordedVariant[] {
  const found = variants.some((one) => one.variant === variant && one.seed === seed);
  const all = found ? variants : [...variants, { variant, seed, steps: [], end: null }];
  return all.map((one) => (one.variant === variant && one.seed === seed ? change(one) : one));
}
