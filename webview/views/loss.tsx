import { formatNumber } from '../../core/probe/numbers.ts';
import { ranking } from '../../core/probe/ranking.ts';
import { variantTitles } from '../../core/probe/variant-titles.ts';
import { variantColor } from '../plots/colors.ts';
import { lossPlot } from '../plots/loss-plot.ts';
import { PlotFigure } from '../plots/plot-figure.tsx';
import { dispatch, plannedSteps, recording, state, step, variants } from '../store.ts';
import { theme } from '../theme.ts';

/** The loss of every variant, with the spread of its seeds, and the ranking. */
export function Loss() {
  const run = recording.value;
  const seeds = Math.max(1, ...(run?.variants.map((one) => one.seed + 1) ?? []));
  return (
    <section class="loss" aria-labelledby="loss-title">
      <div class="section-head">
        <h2 id="loss-title">Loss{seeds > 1 ? `, ${seeds} seeds` : ''}</h2>
        {!state.value.running && run && variants.value.length > 1 && <span class="muted">best first</span>}
      </div>
      {run && (
        <PlotFigure
          label="Loss per step of every variant; first and last values are in the list below"
          options={(width) =>
            lossPlot(
              { recording: run, variants: variants.value, planned: plannedSteps.value, step: step.value },
              theme.value,
              width,
            )
          }
          onPick={(drawn, x) => {
            const at = Math.round(Number(drawn.scale('x')?.invert?.(x) ?? 0));
            dispatch({ type: 'select', selection: { step: Math.max(0, at) } });
          }}
        />
      )}
      {run && (
        <ol class="ranking">
          {ranking(run).map(({ variant, first, last, diverged, seeds: of }) => (
            <li key={variant}>
              <span class="dot" aria-hidden="true" style={{ background: variantColor(variant, theme.value.light) }} />
              {variantTitles[variant]}
              <span class="numbers">
                {formatNumber(first)} → {diverged === of && of > 0 ? 'diverged' : formatNumber(last)}
                {diverged > 0 && diverged < of ? ` (${diverged} of ${of} diverged)` : ''}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
