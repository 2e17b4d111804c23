import * as v from 'valibot';
import type { ModelGraph } from '../../core/graph/graph.ts';
import { type Failed, type FromTrainer, fromTrainerSchema, type ToTrainer } from '../../core/probe/messages.ts';
import { type EngineName, type ProbeOptions, protocolVersion } from '../../core/probe/request.ts';
import { startWorker, type WorkerAssets } from './worker.ts';

export interface RunRequest {
  readonly run: string;
  readonly graph: ModelGraph;
  readonly options: ProbeOptions;
}

/** A run that has begun. */
export interface Run {
  readonly cancel: () => void;
  readonly pause: (paused: boolean) => void;
  /** Ends it at once, wherever it is. */
  readonly stop: () => void;
}

/** How an attempt on one engine began: it runs, or this engine cannot (with the reason), or no engine will (`failed`). */
export type Beginning = { readonly run: Run } | { readonly reason: string } | { readonly failed: Failed };

/** Compiling WebAssembly or shaders on a slow machine takes seconds; longer than this is hanging. */
const startLimitMs = 30_000;

/** After a cancel the worker gets this long to say `done` itself. */
const cancelLimitMs = 3_000;

/** Trains in a worker of this page. Everything it says after `ready` goes to `tell`. */
export async function beginInPage(
  engine: EngineName,
  request: RunRequest,
  assets: WorkerAssets,
  tell: (message: FromTrainer) => void,
): Promise<Beginning> {
  let worker: Worker;
  try {
    worker = await limited(
      startWorker(assets, (wasm) => ({ version: protocolVersion, type: 'init', wasm })),
      'the worker could not be loaded in time',
    );
  } catch (error) {
    return { reason: `the training worker does not start: ${String(error instanceof Error ? error.message : error)}` };
  }
  return new Promise((resolve) => attend(worker, engine, request, tell, resolve));
}

function attend(
  worker: Worker,
  engine: EngineName,
  request: RunRequest,
  tell: (message: FromTrainer) => void,
  resolve: (beginning: Beginning) => void,
): void {
  let begun = false;
  let over = false;
  const send = (message: ToTrainer): void => worker.postMessage(message);
  const end = (): void => {
    over = true;
    clearTimeout(timer);
    worker.terminate();
  };
  const giveUp = (beginning: Beginning): void => {
    end();
    resolve(beginning);
  };
  const timer = setTimeout(
    () => giveUp({ reason: `no answer within ${startLimitMs / 1000} s of its start` }),
    startLimitMs,
  );
  const run: Run = {
    cancel: () => {
      send({ version: protocolVersion, type: 'cancel', run: request.run });
      setTimeout(() => {
        if (over) return;
        end();
        tell({ version: protocolVersion, type: 'done', run: request.run, cancelled: true });
      }, cancelLimitMs);
    },
    pause: (paused) => send({ version: protocolVersion, type: 'pause', run: request.run, paused }),
    stop: end,
  };

  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(fromTrainerSchema, data);
    if (over || !parsed.success || parsed.output.run !== request.run) return;
    const message = parsed.output;
    if (message.type === 'failed' && !begun) {
      return giveUp(belongsToEngine(message) ? { reason: message.message } : { failed: message });
    }
    if (message.type === 'ready') {
      begun = true;
      clearTimeout(timer);
      resolve({ run });
    }
    if (message.type === 'done' || message.type === 'failed') end();
    tell(message);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    if (over) return;
    const reason = event.message || 'the browser ended it without a word (out of memory?)';
    if (!begun) return giveUp({ reason: `the training worker fails: ${reason}` });
    end();
    tell(lost(request.run, reason));
  };
  send({ version: protocolVersion, type: 'start', engine, ...request });
}

/** Another engine may do what this one cannot; a graph that cannot be trained at all is the same on each. */
function belongsToEngine({ kind }: Failed): boolean {
  return kind === 'engineUnavailable' || kind === 'workerLost' || kind === 'outOfMemory';
}

function lost(run: string, reason: string): Failed {
  return {
    version: protocolVersion,
    type: 'failed',
    run,
    kind: 'workerLost',
    message: `The training worker has ended: ${reason}`,
    hint: 'What was measured is kept. A smaller batch or fewer variants need less memory.',
    layer: null,
  };
}

async function limited<T>(promise: Promise<T>, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), startLimitMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
