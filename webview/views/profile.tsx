import { PlotFigure } from '../plots/plot-figure.tsx';
import { type ProfileData, profilePlot } from '../plots/profile-plot.ts';
import {
  rows as allRows,
  dispatch,
  expectationsOf,
  plannedSteps,
  recording,
  selection,
  step,
  stepOf,
  variants,
} from '../store.ts';
import { theme } from '../theme.ts';

/** Gradient and activation of every layer at one step, all variants, on the layer axis of the heat map. */
export function Profile() {
  const run = recording.value;
  const shown = step.value;
  const hasPrediction = expectationsOf.value.size > 0;
  return (
    <section class="profile" aria-labelledby="profile-title">
      <div class="section-head">
        <h2 id="profile-title">Profile at step {Math.max(0, shown)}</h2>
        <span class="muted key">
          <svg width="16" height="6" aria-hidden="true">
            <line x1="0" x2="16" y1="3" y2="3" class="solid" />
          </svg>{' '}
          measured
          {hasPrediction && (
            <>
              {' '}
              <svg width="16" height="6" aria-hidden="true">
                <line x1="0" x2="16" y1="3" y2="3" class="dashed" />
              </svg>{' '}
              predicted at step 0
            </>
          )}
        </span>
      </div>
      <div class="profiles">
        <ProfilePlot metric="weightGradientRms" title="weight gradient" />
        <ProfilePlot metric="activationRms" title="activation" />
      </div>
      <label class="step-slider">
        <span>step</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, plannedSteps.value - 1)}
          value={Math.max(0, shown)}
          disabled={!run || shown < 0}
          onInput={({ currentTarget }) =>
            dispatch({ type: 'select', selection: { step: Number(currentTarget.value) } })
          }
        />
        <button
          type="button"
          class="quiet"
          aria-pressed={selection.value.step === null}
          onClick={() =>
            dispatch({ type: 'select', selection: { step: selection.value.step === null ? shown : null } })
          }
        >
          latest
        </button>
      </label>
    </section>
  );
}

function ProfilePlot({ metric, title }: { readonly metric: ProfileData['metric']; readonly title: string }) {
  const run = recording.value;
  const rows = allRows.value;
  const chosen = rows.findIndex(({ layer }) => layer.id === selection.value.layer);
  if (!run) return <div class="plot" />;
  const data: ProfileData = {
    metric,
    recording: run,
    rows,
    variants: variants.value,
    expected: expectationsOf.value,
    stepOf,
    chosen: chosen < 0 ? null : chosen,
  };
  return (
    <figure>
      <PlotFigure
        label={`RMS of the ${title} per layer at step ${Math.max(0, step.value)}; the numbers are in the table of layers`}
        options={(width) => profilePlot(data, theme.value, width)}
        onPick={(drawn, _x, y) => {
          const index = Math.round(Number(drawn.scale('y')?.invert?.(y) ?? -1));
          dispatch({ type: 'select', selection: { layer: rows[index]?.layer.id ?? null } });
        }}
      />
      <figcaption>{title}, RMS</figcaption>
    </figure>
  );
}
