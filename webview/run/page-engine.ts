import * as v from 'valibot';
import { type Failed, type FromTrainer, fromTrainerSchema, type ToTrainer } from '../../core/probe/messages.ts';
import { type EngineName, protocolVersion } from '../../core/probe/request.ts';
import { type Begin, type Beginning, belongsToEngine, type Run, type RunRequest, startLimitMs } from './engine.ts';
import { startWorker, type WorkerAssets } from './worker.ts';

/** After a cancel the worker gets this long to say `done` itself. */
const cancelLimitMs = 3_000;

/** Trains in a worker of this page, one worker for each run. */
export function pageEngine(assets: WorkerAssets): Begin {
  return async (engine, request, tell, limitMs = startLimitMs) => {
    const began = performance.now();
    try {
      const starting = startWorker(assets, (wasm) => ({ version: protocolVersion, type: 'init', wasm }));
      const worker = await limited(starting, limitMs);
      const left = Math.max(0, limitMs - (performance.now() - began));
      return await new Promise((resolve) => attend(worker, engine, request, tell, left, resolve));
    } catch (error) {
      return { reason: `the training worker does not start: ${error instanceof Error ? error.message : error}` };
    }
  };
}

function attend(
  worker: Worker,
  engine: EngineName,
  request: RunRequest,
  tell: (message: FromTrainer) => void,
  limitMs: number,
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
  const timer = setTimeout(() => giveUp({ reason: `no answer within ${seconds(limitMs)}` }), limitMs);
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

/** A worker that comes too late is ended as soon as it comes. */
async function limited(starting: Promise<Worker>, limitMs: number): Promise<Worker> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      starting.then((worker) => worker.terminate()).catch(() => {});
      reject(new Error(`not loaded within ${seconds(limitMs)}`));
    }, limitMs);
  });
  try {
    return await Promise.race([starting, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
