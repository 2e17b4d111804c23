import type { PanelOpen } from '../../core/probe/panel-messages.ts';
import type { EngineName } from '../../core/probe/request.ts';
import type { SkippedEngine } from '../../core/probe/summary.ts';
import type { EngineChoice } from '../state.ts';

export const pageEngines: readonly EngineName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

/** Fastest first; `python` runs user code and `cpu` is slow past use, so both only run when they are asked for. */
const automatic: readonly EngineName[] = ['webgpu', 'webgl', 'tfjs-node', 'wasm'];

export interface Ladder {
  /** To be tried in turn. */
  readonly candidates: readonly EngineName[];
  /** Not to be tried, with the reason. */
  readonly skipped: readonly SkippedEngine[];
}

/** Which engines a choice leads to, given what the host offers and whether this page can start workers. */
export function ladder(choice: EngineChoice, offers: PanelOpen['engines'], hasWorker: boolean): Ladder {
  const wanted = choice === 'auto' ? automatic : [choice];
  const skipped: SkippedEngine[] = [];
  const candidates = wanted.filter((engine) => {
    const reason = obstacle(engine, offers, hasWorker);
    if (reason !== null) skipped.push({ engine, reason });
    return reason === null;
  });
  return { candidates, skipped };
}

/** Why an engine cannot be chosen, `null` where it can. */
export function obstacle(engine: EngineName, offers: PanelOpen['engines'], hasWorker: boolean): string | null {
  const offer = offers.find((one) => one.engine === engine);
  if (offer && !offer.available) return offer.reason ?? 'not available';
  if (pageEngines.includes(engine)) return hasWorker ? null : 'this page has no training worker';
  return offer ? null : 'not offered here';
}
