import { formatNumber } from '../../core/probe/numbers.ts';
import { state } from '../store.ts';

/** What the run was made of: data, batch, time to the first step, and why no better engine took it. */
export function Footer() {
  const { recording, skipped } = state.value;
  const ready = recording?.ready;
  const first = recording?.variants.find((one) => one.end)?.end?.firstStepMs;
  return (
    <footer>
      {ready && (
        <span>
          Data: {ready.data}, batch {ready.batch}.{first ? ` First step after ${formatNumber(first)} ms.` : ''}
        </span>
      )}
      {skipped.length > 0 && (
        <span>Engines not taken: {skipped.map(({ engine, reason }) => `${engine} (${reason})`).join(', ')}.</span>
      )}
    </footer>
  );
}
