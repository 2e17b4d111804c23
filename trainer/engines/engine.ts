import type { EngineName } from '../../core/probe/request.ts';
import type { Backend } from '../backend-ops.ts';

/** An engine that runs. */
export interface Engine {
  readonly name: EngineName;
  /** Adapter or library, as people know it. */
  readonly device: string;
  readonly backend: Backend;
}

/** Starts an engine; throws `EngineUnavailable` where it cannot run here. */
export type StartEngine = () => Promise<Engine>;

export class EngineUnavailable extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}
