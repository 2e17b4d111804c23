import type { Failed, FromTrainer } from '../../core/probe/messages.ts';
import type { PanelOpen, ToPanel } from '../../core/probe/panel-messages.ts';
import { type EngineName, protocolVersion, type VariantName } from '../../core/probe/request.ts';
import type { SkippedEngine } from '../../core/probe/summary.ts';
import type { Host } from '../host.ts';
import type { Action, PanelState } from '../state.ts';
import { beginAutomatically } from './automatic.ts';
import type { Begin, Run, RunRequest } from './engine.ts';
import { hostEngine } from './host-engine.ts';
import { ladder, pageEngines } from './ladder.ts';
import { pageEngine } from './page-engine.ts';
import type { WorkerAssets } from './worker.ts';

/** What the buttons of the panel do. */
export interface Session {
  readonly receive: (message: ToPanel) => void;
  readonly start: () => void;
  readonly cancel: () => void;
  readonly pause: (paused: boolean) => void;
  readonly reveal: (layer: number) => void;
  readonly applyVariant: (variant: VariantName) => void;
  readonly applyFix: (rule: string, layer: string | null) => void;
  readonly install: (engine: EngineName) => void;
  readonly exportFile: (name: string, content: string, encoding: 'utf8' | 'base64') => void;
  /** There is an editor that can apply and reveal. */
  readonly hasEditor: boolean;
  /** A report: a recorded run, nothing can be started. */
  readonly readOnly: boolean;
  /** The page can train by itself. */
  readonly canTrain: boolean;
}

export interface SessionContext {
  readonly host: Host;
  readonly assets: WorkerAssets | null;
  readonly readOnly: boolean;
  readonly state: () => PanelState;
  readonly dispatch: (action: Action) => void;
  /** Called when a run has ended. */
  readonly finished: () => void;
}

export function createSession({ host, assets, readOnly, state, dispatch, finished }: SessionContext): Session {
  const inHost = hostEngine(host);
  const inPage = assets === null ? null : pageEngine(assets);
  const begin: Begin = (engine, ...rest) =>
    inPage !== null && pageEngines.includes(engine) ? inPage(engine, ...rest) : inHost.begin(engine, ...rest);
  let current: Run | null = null;
  let attempt = 0;

  const tell = (message: FromTrainer): void => {
    if (message.run !== state().recording?.run) return;
    dispatch({ type: 'trainer', message, at: performance.now() });
    if (message.type === 'done' || message.type === 'failed') {
      current = null;
      finished();
    }
  };

  const skip = (skipped: SkippedEngine): void => {
    dispatch({ type: 'skipped', skipped });
    host.post({ type: 'log', level: 'info', text: `${skipped.engine} not taken: ${skipped.reason}` });
  };

  const start = (): void => {
    const { open, options, engine } = state();
    if (!open || !options) return;
    current?.stop();
    current = null;
    attempt += 1;
    const run = `${open.graph.name}-${Date.now().toString(36)}-${attempt}`;
    dispatch({ type: 'started', run });
    const way = ladder(engine, open.engines, assets !== null);
    for (const skipped of way.skipped) skip(skipped);
    void climb(way.candidates, { run, graph: open.graph, options }, attempt);
  };

  /** The first candidate that begins runs; the others behind `wasm` may still take over (see `beginAutomatically`). */
  const climb = async (candidates: readonly EngineName[], request: RunRequest, mine: number): Promise<void> => {
    const isAutomatic = candidates.length > 1 && candidates.includes('wasm');
    const order = isAutomatic ? ['wasm' as const, ...candidates.filter((engine) => engine !== 'wasm')] : candidates;
    for (const engine of order) {
      dispatch({ type: 'waiting', text: `${engine} to start` });
      const beginning =
        isAutomatic && engine === 'wasm'
          ? await beginAutomatically({
              request,
              begin,
              tell,
              rivals: order.slice(1),
              trying: (rival) => dispatch({ type: 'waiting', text: `a trial of ${rival}, which may be faster` }),
              lost: skip,
              restarted: () => dispatch({ type: 'restarted' }),
            })
          : await begin(engine, request, tell);
      const superseded = mine !== attempt || !state().running;
      if ('run' in beginning) {
        if (superseded) beginning.run.stop();
        else current = beginning.run;
        return;
      }
      if (superseded) return;
      if ('failed' in beginning) return tell(beginning.failed);
      skip({ engine, reason: beginning.reason });
    }
    tell(noEngine(request.run, state()));
  };

  return {
    receive: (message) => {
      switch (message.type) {
        case 'open':
          dispatch({ type: 'open', open: message });
          if (message.run) start();
          return;
        case 'trainer':
          return inHost.receive(message.message);
        case 'highlight':
          return dispatch({ type: 'highlight', layer: message.layer });
        case 'status':
          return dispatch({ type: 'notice', notice: { text: message.text, level: message.level } });
      }
    },
    start,
    cancel: () => {
      const run = state().recording?.run;
      if (current) current.cancel();
      else if (run) tell({ version: protocolVersion, type: 'done', run, cancelled: true });
    },
    pause: (paused) => {
      current?.pause(paused);
      dispatch({ type: 'paused', paused });
    },
    reveal: (layer) => host.post({ type: 'reveal', layer }),
    applyVariant: (variant) => host.post({ type: 'apply', variant }),
    applyFix: (rule, layer) => host.post({ type: 'applyFix', rule, layer }),
    install: (engine) => host.post({ type: 'install', engine }),
    exportFile: (name, content, encoding) => host.post({ type: 'export', name, content, encoding }),
    hasEditor: host.hasEditor,
    readOnly,
    canTrain: assets !== null,
  };
}

function noEngine(run: string, { skipped, open }: PanelState): Failed {
  const tfjsNode: PanelOpen['engines'][number] | undefined = open?.engines.find((one) => one.engine === 'tfjs-node');
  return {
    version: protocolVersion,
    type: 'failed',
    run,
    kind: 'engineUnavailable',
    message: `No engine can run this probe. ${skipped.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ')}.`,
    hint: tfjsNode && !tfjsNode.available ? 'TensorFlow for Node can be installed as a further engine.' : null,
    layer: null,
  };
}
