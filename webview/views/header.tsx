import { useState } from 'preact/hooks';
import { formatShape, sizeOf } from '../../core/graph/shape.ts';
import { formatCount } from '../../core/probe/numbers.ts';
import type { PanelOpen } from '../../core/probe/panel-messages.ts';
import { expectedRows } from '../../core/probe/rows.ts';
import { useSession } from '../run/session-context.ts';
import { recording, state } from '../store.ts';
import { ExportMenu } from './export-menu.tsx';
import { Progress } from './progress.tsx';
import { RunOptions } from './run-options.tsx';

/** Which model, which engine, how far, and the buttons of the run. */
export function Header() {
  const session = useSession();
  const [showOptions, setShowOptions] = useState(false);
  const { open, running, paused } = state.value;
  if (!open) return null;
  const canRun = !session.readOnly;
  return (
    <header>
      <div class="header-row">
        <h1>{open.graph.name}</h1>
        <SourceLink open={open} />
        <span class="pill">{facts(open)}</span>
        <span class="spring" />
        <EnginePill />
        <Progress />
        {running && (
          <>
            <button type="button" onClick={() => session.pause(!paused)} aria-pressed={paused}>
              {paused ? 'Resume' : 'Pause'}
            </button>
            <button type="button" onClick={session.cancel}>
              Stop
            </button>
          </>
        )}
        <ExportMenu />
        {canRun && (
          <>
            <button
              type="button"
              aria-expanded={showOptions}
              aria-controls="run-options"
              onClick={() => setShowOptions(!showOptions)}
            >
              Options
            </button>
            <button type="button" class="primary" onClick={session.start}>
              {recording.value ? 'Run again' : 'Run'}
            </button>
          </>
        )}
      </div>
      {showOptions && canRun && <RunOptions />}
    </header>
  );
}

function SourceLink({ open }: { readonly open: PanelOpen }) {
  const session = useSession();
  const place = `${shortPath(open.path)}:${open.line}`;
  const first = open.graph.layers.find((layer) => layer.at !== null);
  if (!session.hasEditor || !first) return <code class="place">{place}</code>;
  return (
    <button type="button" class="link place" title={open.path} onClick={() => session.reveal(first.id)}>
      <code>{place}</code>
    </button>
  );
}

function EnginePill() {
  const { recording: run, open } = state.value;
  const ready = run?.ready;
  if (!ready) return null;
  const remote = open?.engines.find((one) => one.engine === ready.engine)?.remote;
  return (
    <span class="pill">
      <span class="dot" aria-hidden="true" /> {ready.engine} · {ready.device}
      {remote ? ' (remote host)' : ''}
    </span>
  );
}

function facts({ graph }: PanelOpen): string {
  const layers = expectedRows(graph).length;
  const sizes = graph.parameters.map((parameter) => sizeOf(parameter.shape));
  const parameters = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const inputs = graph.inputs.flatMap((id) => graph.layers.find((layer) => layer.id === id)?.outputShape ?? []);
  const atLeast = sizes.includes(null) ? '≥ ' : '';
  const input = inputs.length > 1 ? ` · input ${formatShape(inputs.slice(1))}` : '';
  return `${layers} layers · ${atLeast}${formatCount(parameters)} parameters${graph.inputs.length === 1 ? input : ''}`;
}

/** The last two parts of a path, which is what tells files apart; the whole is in the tooltip. */
function shortPath(path: string): string {
  return path.split(/[\\/]/).slice(-2).join('/');
}
