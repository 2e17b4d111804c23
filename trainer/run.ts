import * as v from 'valibot';
import type { ModelGraph } from '../core/graph/graph.ts';
import { type Failed, type FromTrainer, fromTrainerSchema, type Start } from '../core/probe/messages.ts';
import { protocolVersion } from '../core/probe/request.ts';
import { EngineUnavailable, type StartEngine } from './engines/engine.ts';
import { LayerFailure } from './model.ts';
import { selfCheck } from './self-check.ts';
import { prepareTraining, type Training } from './training.ts';

export interface RunControl {
  isCancelled(): boolean;
  /** Resolves at once, or when a paused run may go on. */
  whenResumed(): Promise<void>;
}

/**
 * Trains every variant of a request and tells of it: `ready`, frames, the variants' ends, and exactly one `done` or `failed`.
 * Step k of all variants comes before step k + 1 of any, so that they can be compared as they grow.
 */
export async function runProbe(
  start: Start,
  startEngine: StartEngine,
  emit: (message: FromTrainer) => void,
  control: RunControl,
): Promise<void> {
  const began = performance.now();
  const tell = (message: Told) =>
    emit(v.parse(fromTrainerSchema, { version: protocolVersion, run: start.run, ...message }));
  let training: Training | null = null;
  try {
    const engine = await startEngine();
    await selfCheck(engine);
    training = await prepareTraining(start, engine.backend);
    tell({
      type: 'ready',
      engine: engine.name,
      device: engine.device,
      data: training.description,
      batch: start.options.batch,
      layers: training.layers.map(({ layer }) => layer.id),
      elapsedMs: performance.now() - began,
    });
    const cancelled = await trainAll(training, start.options.steps, tell, control);
    tell({ type: 'done', cancelled });
  } catch (error) {
    tell({ type: 'failed', ...failureOf(error, start.graph) });
  } finally {
    training?.dispose();
  }
}

type Told = DistributiveOmit<FromTrainer, 'version' | 'run'>;
type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** Steps are told together for so long. */
const frameMs = 50;

/** Rounds in which the number of tensors may still grow: state is made in the first, and read-backs trail by one. */
const settlingRounds = 3;

/** Every trainee takes its k-th step before any takes the next; says whether it was cancelled. */
async function trainAll(
  training: Training,
  steps: number,
  tell: (message: Told) => void,
  control: RunControl,
): Promise<boolean> {
  let frame: Extract<FromTrainer, { type: 'frame' }>['steps'] = [];
  let flushed = 0;
  let tensors = Number.POSITIVE_INFINITY;
  let growing = 0;
  const flush = () => {
    if (frame.length > 0) tell({ type: 'frame', steps: frame });
    frame = [];
    flushed = performance.now();
  };
  for (let step = 0; step < steps; step++) {
    const running = training.trainees.filter((trainee) => trainee.end === null);
    if (running.length === 0) break;
    for (const trainee of running) {
      await pauseForMessages();
      if (!control.isCancelled()) await control.whenResumed();
      if (control.isCancelled()) {
        flush();
        return true;
      }
      frame.push(await trainee.step(step));
      if (trainee.end !== null || step === steps - 1 || performance.now() - flushed >= frameMs) flush();
      if (trainee.end !== null) tell({ type: 'variantEnd', ...trainee.end });
    }
    const now = training.tensorCount();
    growing = now > tensors ? growing + 1 : 0;
    tensors = now;
    if (growing > settlingRounds) throw new Error(`tensors pile up from step to step (${now} after step ${step})`);
  }
  flush();
  return false;
}

/** Lets messages in (cancel, pause): a macrotask, without the delay that browsers put on nested timers. */
function pauseForMessages(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function failureOf(error: unknown, graph: ModelGraph): Pick<Failed, 'kind' | 'message' | 'hint' | 'layer'> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof LayerFailure) {
    const hint =
      error.kind === 'unsupportedOp'
        ? 'The python engine runs the model itself and knows every layer.'
        : 'The input’s shape may be another one: give it with --input, or in the panel.';
    return { kind: error.kind, message, hint, layer: error.layer.id };
  }
  if (error instanceof EngineUnavailable) return { kind: 'engineUnavailable', message, hint: error.hint, layer: null };
  if (
    (error instanceof RangeError && /memory|allocat|array length|buffer/i.test(message)) ||
    /out of memory|OOM|failed to allocate/i.test(message)
  )
    return { kind: 'outOfMemory', message, hint: 'Try a smaller batch or fewer variants.', layer: null };
  if (error instanceof RangeError) return { kind: 'badRequest', message, hint: null, layer: null };
  return { kind: 'internal', message: `${graph.name}: ${message}`, hint: null, layer: null };
}
