import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import Mocha from 'mocha';

/** The specs of each window that `run.ts` opens; loaded once Mocha's globals are there. */
const suites: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
  main: [
    () => import('./findings.ts'),
    () => import('./notebook.ts'),
    () => import('./probe.ts'),
    () => import('./panel.ts'),
  ],
  install: [() => import('./install.ts')],
  restored: [() => import('./restored.ts')],
  untrusted: [() => import('./untrusted.ts')],
  installed: [() => import('./installed.ts')],
};

/** Called by VS Code in the extension host: runs the suite named by E2E_SUITE and writes its counts to E2E_REPORT. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, slow: 5000, ...grep() });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const load of suites[process.env.E2E_SUITE ?? 'main'] ?? []) await load();
  const { passes, failures } = await new Promise<Mocha.Stats>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats as Mocha.Stats));
  });
  report(passes, failures);
  if (failures > 0 || passes === 0) throw new Error(`${passes} passed, ${failures} failed`);
}

function grep(): Mocha.MochaOptions {
  return process.env.E2E_GREP === undefined ? {} : { grep: process.env.E2E_GREP };
}

function report(passed: number, failed: number): void {
  const file = process.env.E2E_REPORT;
  if (file === undefined) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ passed, failed }));
}
