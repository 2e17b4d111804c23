/*
 * The probe panel. The page that holds it is made by `core/probe/panel-html.ts`: an element `#root` with the attributes
 * `data-worker` (address of trainer-worker.js) and `data-wasm` (JSON: addresses of the .wasm files by name), this script as a
 * module and webview.css. A report sets `window.__INITSCOPE_REPORT__ = { open, messages }` before this script and needs neither.
 */
import './style.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { currentSummary } from './export/export.ts';
import { connectHost } from './host.ts';
import { restore } from './restore.ts';
import { createSession } from './run/session.ts';
import { SessionContext } from './run/session-context.ts';
import { readAssets } from './run/worker.ts';
import { savedPanel } from './state.ts';
import { dispatch, state } from './store.ts';
import { followTheme } from './theme.ts';
import { App } from './views/app.tsx';

declare global {
  interface Window {
    readonly __INITSCOPE_REPORT__?: unknown;
  }
}

// The page is ours and always has it.
const root = document.getElementById('root') as HTMLElement;
const report = window.__INITSCOPE_REPORT__;
const host = connectHost();
const session = createSession({
  host,
  assets: readAssets(root),
  readOnly: report !== undefined,
  state: () => state.value,
  dispatch,
  finished: () => {
    const summary = currentSummary();
    // A run that measured nothing is nothing to remember.
    if (summary?.variants.length) host.post({ type: 'finished', summary });
  },
});

followTheme();
host.listen(session.receive);
for (const action of restore(report ?? host.saved())) dispatch(action);
render(
  <SessionContext.Provider value={session}>
    <App />
  </SessionContext.Provider>,
  root,
);
if (report === undefined) {
  keepOverReload();
  window.addEventListener('error', (event) => host.post({ type: 'log', level: 'error', text: String(event.message) }));
  host.post({ type: 'ready' });
}

/** Saving copies the whole run, so it waits until nothing has changed for a moment. */
function keepOverReload(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const saved = state.value;
    clearTimeout(timer);
    timer = setTimeout(() => host.save(savedPanel(saved)), 500);
  });
}
