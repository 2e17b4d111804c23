import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { RecordedVariant } from '../../core/probe/recording.ts';
import { variantTitles } from '../../core/probe/variant-titles.ts';
import { emptyReason } from '../layers/empty-reason.ts';
import { useSession } from '../run/session-context.ts';
import { rows as allRows, dispatch, plannedSteps, recording, selection, shownVariant, state, step } from '../store.ts';
import { theme } from '../theme.ts';
import { useWidth } from '../views/use-width.ts';
import { ColorBar } from './color-bar.tsx';
import { domainOf } from './domain.ts';
import { cellAt, heatMapLayout, plotHeight } from './heat-map-layout.ts';
import { paintHeatMap } from './heat-map-paint.ts';
import { formatMetric, metricInfo, overSeeds } from './metrics.ts';

/** Layers × steps of one metric of one variant. Arrows move the cursor, Enter goes to the layer's source. */
export function HeatMap() {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(holder);
  const session = useSession();

  const rows = allRows.value;
  const run = recording.value;
  const info = metricInfo(selection.value.metric);
  const variant = shownVariant.value;
  const shown = step.value;
  const labelWidth = useMemo(() => longest(rows.map((row) => row.layer.name)), [rows]);
  const layout = heatMapLayout(width, rows.length, plannedSteps.value, labelWidth);
  const domain = run ? domainOf(run, info) : { log: true, low: -6, high: 0 };
  const chosen = indexOf(selection.value.layer);
  const highlight = indexOf(state.value.highlight);
  const colors = theme.value;

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !canvas.current || width === 0) return;
    const scale = window.devicePixelRatio || 1;
    resize(canvas.current, width, layout.height, scale);
    paintHeatMap(
      context,
      {
        layout,
        names: rows.map((row) => row.layer.name),
        domain,
        measured: run ? lastStepOf(run.variants.filter((one) => one.variant === variant)) : -1,
        divergedAt:
          run?.variants.find((one) => one.variant === variant && one.end?.diverged)?.end?.diverged?.step ?? null,
        value: (index, at) => valueAt(index, at),
        cursor: { index: chosen, step: shown },
        highlight,
      },
      colors,
      scale,
    );
  });

  const select = (index: number, at: number | null): void =>
    dispatch({
      type: 'select',
      selection: { layer: rows[index]?.layer.id ?? null, ...(at === null ? {} : { step: at }) },
    });

  const point = (event: PointerEvent): ReturnType<typeof cellAt> => {
    const box = canvas.current?.getBoundingClientRect();
    return box ? cellAt(layout, event.clientX - box.left, event.clientY - box.top) : null;
  };
  const down = (event: PointerEvent): void => {
    const cell = point(event);
    if (!cell) return;
    select(cell.index, cell.step >= 0 ? cell.step : null);
    const layer = rows[cell.index]?.layer;
    if (layer) session.reveal(layer.id);
  };
  const drag = (event: PointerEvent): void => {
    const cell = event.buttons === 1 ? point(event) : null;
    if (cell && cell.step >= 0) select(cell.index, cell.step);
  };
  const key = (event: KeyboardEvent): void => {
    const last = plannedSteps.value - 1;
    const moves: Record<string, () => void> = {
      ArrowUp: () => select(Math.max(0, (chosen ?? 0) - 1), null),
      ArrowDown: () => select(Math.min(rows.length - 1, chosen === null ? 0 : chosen + 1), null),
      ArrowLeft: () => dispatch({ type: 'select', selection: { step: Math.max(0, shown - 1) } }),
      ArrowRight: () => dispatch({ type: 'select', selection: { step: Math.min(last, shown + 1) } }),
      Home: () => dispatch({ type: 'select', selection: { step: 0 } }),
      End: () => dispatch({ type: 'select', selection: { step: null } }),
      Enter: () => {
        if (selection.value.layer !== null) session.reveal(selection.value.layer);
      },
      Escape: () => dispatch({ type: 'select', selection: { layer: null, step: null } }),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  const value = chosen !== null && shown >= 0 ? valueAt(chosen, shown) : null;
  const layer = chosen === null ? undefined : rows[chosen]?.layer;
  const reading = layer
    ? `${layer.name}, step ${Math.max(0, shown)}: ${value === null ? emptyReason(layer, info.key, open()) : formatMetric(info, value)}`
    : `step ${Math.max(0, shown)}, ${rows.length} layers`;

  return (
    <>
      <div class="heat-map">
        <div
          ref={holder}
          class="heat-map-cells"
          role="application"
          aria-roledescription="heat map"
          aria-label={`${info.title} of ${variantTitles[variant]}, layers by steps. ${reading}`}
          aria-describedby="heat-map-keys"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
          tabIndex={0}
          style={{ height: `${plotHeight(rows.length)}px` }}
          onPointerDown={down}
          onPointerMove={drag}
          onKeyDown={key}
        >
          <canvas ref={canvas} />
        </div>
        <ColorBar domain={domain} hasZero={domain.log && run !== null && hasZero(run.variants, info.key)} />
      </div>
      <p class="reading" id="heat-map-keys">
        <output>{layer ? reading : info.help}</output>
        <span class="muted">
          {' '}
          · arrow keys move{session.hasEditor ? ', Enter shows the source' : ''}, Escape lets go
        </span>
      </p>
    </>
  );

  function indexOf(id: number | null): number | null {
    const index = rows.findIndex((row) => row.layer.id === id);
    return index < 0 ? null : index;
  }

  function valueAt(index: number, at: number): number | null {
    const row = rows[index];
    return run && row ? overSeeds(run, variant, info, row, at) : null;
  }

  function open() {
    return state.value.open?.graph ?? null;
  }
}

function resize(canvas: HTMLCanvasElement, width: number, height: number, scale: number): void {
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width === wide && canvas.height === high) return;
  canvas.width = wide;
  canvas.height = high;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

function lastStepOf(runs: readonly RecordedVariant[]): number {
  return Math.max(-1, ...runs.map((one) => one.steps.at(-1)?.step ?? -1));
}

function hasZero(runs: readonly RecordedVariant[], metric: Parameters<typeof metricInfo>[0]): boolean {
  return runs.some((one) => one.steps.some((at) => at.metrics[metric].includes(0)));
}

/** Room for the longest name in an 11-pixel font, about 6.2 pixels a character. */
function longest(names: readonly string[]): number {
  return Math.min(170, 14 + 6.2 * Math.max(4, ...names.map((name) => name.length)));
}
