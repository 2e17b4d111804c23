import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import * as v from 'valibot';
import { type FromTrainer, fromTrainerSchema, type Start } from '../../core/probe/messages.ts';
import { protocolVersion } from '../../core/probe/request.ts';

export interface TrainerRun {
  readonly start: Start;
  /** Folder of an installed tfjs-node, or `null`. */
  readonly tfjsNode: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  onMessage(message: FromTrainer): void;
  onLog(text: string): void;
}

/** Trains in a child process, `dist/trainer-node.js`; resolves after its `done` or `failed`, one of which always comes. */
export function runTrainer(run: TrainerRun): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(trainerScript(), [], {
      serialization: 'advanced',
      silent: true,
      execArgv: [],
      env: { ...run.env, ...(run.tfjsNode === null ? {} : { INITSCOPE_TFJS_NODE: run.tfjsNode }) },
    });
    const stop = () => child.send({ version: protocolVersion, type: 'cancel', run: run.start.run });
    let isOver = false;
    const finish = (message: FromTrainer) => {
      if (isOver) return;
      isOver = true;
      process.off('SIGINT', stop);
      run.onMessage(message);
      end(child);
      resolve();
    };
    const lost = (message: string) =>
      finish({
        version: protocolVersion,
        type: 'failed',
        run: run.start.run,
        kind: 'workerLost',
        message,
        hint: 'It may have been out of memory: try a smaller batch or fewer variants.',
        layer: null,
      });
    child.on('message', (raw) => {
      const parsed = v.safeParse(fromTrainerSchema, raw);
      if (!parsed.success) run.onLog(`the trainer said something unknown: ${parsed.issues[0].message}`);
      else if (parsed.output.type === 'done' || parsed.output.type === 'failed') finish(parsed.output);
      else run.onMessage(parsed.output);
    });
    child.on('error', (error) => lost(`the training process could not run: ${error.message}`));
    child.on('exit', (code, signal) =>
      lost(`the training process ended unexpectedly (${signal ?? `exit code ${code}`})`),
    );
    child.stdout?.on('data', (data) => run.onLog(String(data).trimEnd()));
    child.stderr?.on('data', (data) => run.onLog(String(data).trimEnd()));
    // The first Ctrl-C asks for what there is, the second one ends.
    process.once('SIGINT', stop);
    child.send(run.start);
  });
}

/** Beside this bundle; from source, in the `dist` that `npm run build` fills. */
function trainerScript(): string {
  return path.join(distFolder(), 'trainer-node.js');
}

export function distFolder(): string {
  const here = import.meta.dirname;
  return path.basename(here) === 'dist' ? here : path.resolve(here, '..', '..', 'dist');
}

function end(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  // It exits when its channel closes; a process stuck in a kernel does not notice.
  setTimeout(() => child.kill('SIGKILL'), 2000).unref();
}
