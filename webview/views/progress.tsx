import { mean } from '../../core/probe/numbers.ts';
import { stepsPerSecond } from '../rate.ts';
import { recording, state } from '../store.ts';

/** Steps of all variants and seeds taken so far, and how fast they are taken. */
export function Progress() {
  const run = recording.value;
  const { options, running, paused, rate } = state.value;
  if (!run || !options) return null;
  const taken = run.variants.reduce((sum, one) => sum + one.steps.length, 0);
  const planned = Math.max(taken, options.steps * options.variants.length * options.seeds);
  const ended = mean(run.variants.map((one) => one.end?.stepsPerSecond));
  const speed = running ? stepsPerSecond(rate) : ended;
  return (
    <span class="pill">
      {running && <progress value={taken} max={planned} aria-label="steps taken" />}
      {taken} / {planned} steps
      {paused ? ' · paused' : speed ? ` · ${speed < 10 ? speed.toFixed(1) : Math.round(speed)} steps/s` : ''}
    </span>
  );
}
