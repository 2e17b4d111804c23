import { useEffect, useState } from 'preact/hooks';
import { state, step } from '../store.ts';

/** A blank panel explains itself: what is being waited for, and after five seconds that it takes long. */
const longMs = 5_000;

export function Waiting() {
  const { waiting, running, open } = state.value;
  const waits = open === null || (running && (step.value < 0 || waiting !== null));
  return waits ? <WaitingLine key={waiting} text={waiting ?? 'the first step'} /> : null;
}

function WaitingLine({ text }: { readonly text: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), longMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p class="waiting" role="status">
      <span class="spinner" aria-hidden="true" /> Waiting for {text}
      {late ? ': this has taken more than 5 seconds by now. An engine that does not answer is passed over.' : '…'}
    </p>
  );
}
