import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Failed, FromTrainer } from '../../core/probe/messages.ts';
import type { EngineName, ProbeOptions } from '../../core/probe/request.ts';

export interface RunRequest {
  readonly run: string;
  readonly graph: ModelGraph;
  readonly options: ProbeOptions;
}

/** A run that has begun. */
export interface Run {
  readonly cancel: () => void;
  readonly pause: (paused: boolean) => void;
  /** Ends it at once, wherever it is; it says nothing more. */
  readonly stop: () => void;
}

/** How an attempt on one engine began: it runs, or this engine cannot (with the reason), or no engine will (`failed`). */
export type Beginning = { readonly run: Run } | { readonly reason: string } | { readonly failed: Failed };

/** Begins a run on an engine. What the trainer says goes to `tell`, except what `Beginning` says. */
export type Begin = (
  engine: EngineName,
  request: RunRequest,
  tell: (message: FromTrainer) => void,
  limitMs?: number,
) => Promise<Beginning>;

/** Compiling WebAssembly or shaders on a slow machine takes seconds; a start that takes longer than this hangs. */
export const startLimitMs = 30_000;

/** Another engine may do what this one cannot; a graph that cannot be trained at all is the same on each. */
export function belongsToEngine({ kind }: Failed): boolean {
  return kind === 'engineUnavailable' || kind === 'workerLost' || kind === 'outOfMemory';
}
