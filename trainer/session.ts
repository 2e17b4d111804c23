import * as v from 'valibot';
import { type FromTrainer, type Start, toTrainerSchema } from '../core/probe/messages.ts';
import { type EngineName, protocolVersion } from '../core/probe/request.ts';
import { EngineUnavailable, type StartEngine } from './engines/engine.ts';
import { type RunControl, runProbe } from './run.ts';

/** Takes messages as they come (unknown: they cross a border) and answers through `emit`; one run at a time. */
export function createSession(
  engines: Readonly<Partial<Record<EngineName, StartEngine>>>,
  emit: (message: FromTrainer) => void,
): (raw: unknown) => Promise<void> {
  let current: { readonly run: string; readonly control: ReturnType<typeof createControl> } | null = null;

  async function begin(start: Start): Promise<void> {
    if (current !== null) return refuse(start.run, 'a run is under way');
    const control = createControl();
    current = { run: start.run, control };
    const { engine } = start;
    const startEngine =
      engines[engine] ?? (() => Promise.reject(new EngineUnavailable(`${engine} cannot run in this process`)));
    await runProbe(start, startEngine, emit, control);
    current = null;
  }

  function refuse(run: string, message: string): void {
    emit({ version: protocolVersion, type: 'failed', run, kind: 'badRequest', message, hint: null, layer: null });
  }

  return async (raw) => {
    const parsed = v.safeParse(toTrainerSchema, raw);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const path = v.getDotPath(issue);
      return refuse(runOf(raw), `not a request: ${path === null ? '' : `${path}: `}${issue.message}`);
    }
    const message = parsed.output;
    if (message.type === 'start') return begin(message);
    if (current?.run !== message.run) return;
    if (message.type === 'cancel') current.control.cancel();
    else current.control.pause(message.paused);
  };
}

function createControl(): RunControl & { cancel(): void; pause(paused: boolean): void } {
  let isCancelled = false;
  let isPaused = false;
  let resume: (() => void) | null = null;
  const wake = () => {
    resume?.();
    resume = null;
  };
  return {
    isCancelled: () => isCancelled,
    whenResumed: () =>
      isPaused
        ? new Promise((resolve) => {
            resume = resolve;
          })
        : Promise.resolve(),
    cancel() {
      isCancelled = true;
      wake();
    },
    pause(paused) {
      isPaused = paused;
      if (!paused) wake();
    },
  };
}

function runOf(raw: unknown): string {
  return typeof raw === 'object' && raw !== null && 'run' in raw ? String(raw.run) : '';
}
