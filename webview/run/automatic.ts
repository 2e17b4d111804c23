import type { FromTrainer } from '../../core/probe/messages.ts';
import type { EngineName } from '../../core/probe/request.ts';
import type { SkippedEngine } from '../../core/probe/summary.ts';
import type { Begin, Beginning, Run, RunRequest } from './engine.ts';
import { race } from './race.ts';

/** A run that ends sooner than this is not worth looking for a faster engine. */
const worthwhileMs = 4_000;

/** A trial may take this long at most, and no longer than half of what it could save. */
const longestTrialMs = 8_000;

/** Steps after which the speed of the engine is known. */
const settledSteps = 6;

export interface AutomaticRun {
  readonly request: RunRequest;
  readonly begin: Begin;
  readonly tell: (message: FromTrainer) => void;
  /** Engines that may be faster than `wasm`, most promising first. */
  readonly rivals: readonly EngineName[];
  readonly trying: (engine: EngineName) => void;
  readonly lost: (skipped: SkippedEngine) => void;
  /** The run begins again on another engine: what was measured so far goes. */
  readonly restarted: () => void;
}

/**
 * The first plot comes from `wasm`, which starts at once and is the fastest for small models. Where the run will take long, it is
 * held while others do a few steps of this very model; one that is clearly faster takes over.
 */
export async function beginAutomatically(parts: AutomaticRun): Promise<Beginning> {
  const { request, begin, tell, rivals } = parts;
  const planned = request.options.steps * request.options.seeds * request.options.variants.length;
  let over = false;
  let paused = false;
  let racing = false;
  let current: Run | null = null;
  const watch = stopwatch();

  const first = await begin('wasm', request, (message) => {
    tell(message);
    if (message.type === 'done' || message.type === 'failed') over = true;
    if (message.type !== 'frame' || racing) return;
    const stepMs = watch.add(message.steps.length);
    if (stepMs === null || rivals.length === 0) return;
    const leftMs = (planned - watch.steps()) * stepMs;
    racing = true;
    if (leftMs >= worthwhileMs) void findFaster(stepMs, leftMs);
    else
      for (const engine of rivals)
        parts.lost({ engine, reason: `not tried: wasm takes ${stepMs.toFixed(0)} ms a step, the run is short` });
  });
  if (!('run' in first)) return first;
  current = first.run;
  const wasm = first.run;

  async function findFaster(stepMs: number, leftMs: number): Promise<void> {
    wasm.pause(true);
    const { winner, losers } = await race({
      candidates: rivals,
      stepMs,
      limitMs: Math.min(longestTrialMs, Math.round(leftMs / 2)),
      request,
      begin,
      trying: parts.trying,
      isOver: () => over,
    });
    if (over) return;
    for (const loser of losers) parts.lost(loser);
    if (winner !== null) {
      const beginning = await changeTo(winner);
      if (beginning) return;
    }
    if (!paused) wasm.pause(false);
  }

  /** `wasm` is let go only when the other one runs. */
  async function changeTo(engine: EngineName): Promise<boolean> {
    const early: FromTrainer[] = [];
    let listening = false;
    const beginning = await begin(engine, request, (message) => (listening ? tell(message) : early.push(message)));
    if (!('run' in beginning)) return false;
    if (over) {
      beginning.run.stop();
      return true;
    }
    wasm.stop();
    current = beginning.run;
    parts.lost({ engine: 'wasm', reason: `${watch.stepMs()?.toFixed(0)} ms a step, ${engine} is faster` });
    parts.restarted();
    listening = true;
    for (const message of early) tell(message);
    if (paused) current.pause(true);
    return true;
  }

  return {
    run: {
      cancel: () => {
        over = true;
        current?.cancel();
      },
      pause: (value) => {
        paused = value;
        current?.pause(value);
      },
      stop: () => {
        over = true;
        current?.stop();
      },
    },
  };
}

/** Time per step since the first steps came, once enough have. */
function stopwatch() {
  let began: number | null = null;
  let counted = 0;
  let all = 0;
  let known: number | null = null;
  return {
    add(steps: number): number | null {
      all += steps;
      if (began === null) {
        began = performance.now();
        return null;
      }
      counted += steps;
      known = counted < settledSteps ? null : (performance.now() - began) / counted;
      return known;
    },
    steps: () => all,
    stepMs: () => known,
  };
}
