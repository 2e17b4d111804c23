import type { FromTrainer, VariantEnd } from '../../core/probe/messages.ts';
import type { EngineName } from '../../core/probe/request.ts';
import type { SkippedEngine } from '../../core/probe/summary.ts';
import type { Begin, RunRequest } from './engine.ts';

/** Steps of a trial; the first compiles shaders and does not count. */
const trialSteps = 4;

/** Changing engines throws away what was measured, so the new one must be clearly faster. */
const advantage = 0.7;

/** Adapters that compute on the processor what a GPU is asked for. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;

export interface Race {
  readonly candidates: readonly EngineName[];
  /** What a step takes on the engine that runs now. */
  readonly stepMs: number;
  readonly limitMs: number;
  readonly request: RunRequest;
  readonly begin: Begin;
  readonly trying: (engine: EngineName) => void;
  readonly isOver: () => boolean;
}

export interface RaceResult {
  readonly winner: EngineName | null;
  readonly losers: readonly SkippedEngine[];
}

/** The first of the candidates that does a step of this model clearly faster than the engine that runs now. */
export async function race({ candidates, stepMs, request, begin, limitMs, trying, isOver }: Race): Promise<RaceResult> {
  const losers: SkippedEngine[] = [];
  for (const engine of candidates) {
    if (isOver()) break;
    trying(engine);
    const outcome = await trial(engine, request, begin, limitMs);
    if ('stepMs' in outcome && outcome.stepMs < advantage * stepMs) return { winner: engine, losers };
    const reason = 'stepMs' in outcome ? `${outcome.stepMs.toFixed(0)} ms a step` : outcome.reason;
    losers.push({ engine, reason });
  }
  return { winner: null, losers };
}

type Trial = { readonly stepMs: number } | { readonly reason: string };

/** A few steps of one variant, to see that the engine works and how fast it is on this model. */
async function trial(engine: EngineName, request: RunRequest, begin: Begin, limitMs: number): Promise<Trial> {
  const { promise, resolve } = Promise.withResolvers<Trial>();
  const timer = setTimeout(
    () => resolve({ reason: `too slow to try: no ${trialSteps} steps in ${limitMs / 1000} s` }),
    limitMs,
  );
  const listen = (message: FromTrainer): void => {
    if (message.type === 'ready' && software.test(message.device))
      resolve({ reason: `software rendering: ${message.device}` });
    if (message.type === 'variantEnd') resolve({ stepMs: timeOfStep(message) });
    if (message.type === 'failed') resolve({ reason: message.message });
  };
  const options = { ...request.options, variants: request.options.variants.slice(0, 1), seeds: 1, steps: trialSteps };
  const beginning = await begin(engine, { ...request, run: `${request.run}-${engine}`, options }, listen, limitMs);
  if ('failed' in beginning) resolve({ reason: beginning.failed.message });
  if ('reason' in beginning) resolve(beginning);
  const outcome = await promise;
  clearTimeout(timer);
  if ('run' in beginning) beginning.run.stop();
  return outcome;
}

function timeOfStep({ stepsPerSecond }: VariantEnd): number {
  return 1000 / stepsPerSecond;
}
