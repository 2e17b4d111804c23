import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import * as v from 'valibot';
import { type FromTrainer, fromTrainerSchema, type Start, type ToTrainer } from '../../core/probe/messages.ts';
import { protocolVersion } from '../../core/probe/request.ts';

export interface TrainerProcess {
  send(message: ToTrainer): void;
  /** Asks it to stop, and ends it with all its children if it does not. */
  cancel(): void;
  kill(): void;
}

export interface TrainerOptions {
  /** `dist/trainer-node.js`. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  onMessage(message: FromTrainer): void;
  onLog(text: string): void;
}

const graceMs = 2000;

/**
 * Trains in a child process of its own group: a crash or lack of memory there ends this run only, and nothing stays behind.
 * Ends with exactly one `done` or `failed`.
 */
export function startTrainer(start: Start, options: TrainerOptions): TrainerProcess {
  const child = fork(options.script, [], {
    detached: process.platform !== 'win32',
    serialization: 'advanced',
    silent: true,
    execArgv: [],
    env: { ...process.env, ...options.environment },
  });
  let isOver = false;
  const finish = (message: FromTrainer) => {
    if (isOver) return;
    isOver = true;
    options.onMessage(message);
    killGroup(child);
  };
  const lost = (message: string, hint: string | null) => {
    finish({
      version: protocolVersion,
      type: 'failed',
      run: start.run,
      kind: 'workerLost',
      message,
      hint,
      layer: null,
    });
  };

  child.on('message', (raw) => {
    const parsed = v.safeParse(fromTrainerSchema, raw);
    if (!parsed.success) options.onLog(`the trainer said something unknown: ${parsed.issues[0].message}`);
    else if (parsed.output.type === 'done' || parsed.output.type === 'failed') finish(parsed.output);
    else if (!isOver) options.onMessage(parsed.output);
  });
  child.on('error', (error) => lost(`The training process could not run: ${error.message}`, null));
  child.on('exit', (code, signal) => lost(endText(code, signal), hintFor(signal)));
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => options.onLog(String(data).trimEnd()));
  send(start);

  function send(message: ToTrainer): void {
    if (child.connected) child.send(message, (error) => error && options.onLog(error.message));
  }

  return {
    send,
    cancel() {
      send({ version: protocolVersion, type: 'cancel', run: start.run });
      setTimeout(
        () => finish({ version: protocolVersion, type: 'done', run: start.run, cancelled: true }),
        graceMs,
      ).unref();
    },
    kill: () => killGroup(child),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

function endText(code: number | null, signal: NodeJS.Signals | null): string {
  return `The training process ended unexpectedly (${signal ?? `exit code ${code}`}).`;
}

function hintFor(signal: NodeJS.Signals | null): string | null {
  return signal === 'SIGKILL' || signal === 'SIGABRT'
    ? 'It was probably out of memory: try a smaller batch or fewer variants.'
    : null;
}
