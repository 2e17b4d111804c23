/**
 * The main job on the samples, from nothing: prints what the analyzer finds, probes one model for real, writes a report with
 * plots, then opens the samples in a real VS Code with the extension. `--no-editor` leaves the last part out.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { chromium, ensureSystem } from '../test/system.ts';

const root = path.resolve(import.meta.dirname, '..');
const command = path.join(root, 'dist/server.js');
const report = path.join(root, 'out/report.html');
const probed = 'samples/pytorch/deep_plain.py:DeepPlainNet';

mkdirSync(path.dirname(report), { recursive: true });
if (!existsSync(command)) node(['scripts/build.ts']);

heading('What the analyzer finds in samples/');
exitUnless(node([command, 'check', 'samples', '--min-severity', 'hint', '--exit-zero']));

heading(`A short real training of ${probed}`);
exitUnless(
  node([
    command,
    'probe',
    probed,
    '--steps',
    '50',
    '--variants',
    'as-written,he,xavier,orthogonal',
    '--report',
    report,
  ]),
);
console.log(`\nReport with plots: ${report}`);

if (!process.argv.includes('--no-editor')) openEditor();

/** A desktop VS Code where there is a screen and a `code` command, else VS Code's server, whose URL is printed. */
function openEditor(): void {
  heading('The samples in VS Code');
  const samples = path.join(root, 'samples');
  const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
  if (
    hasScreen &&
    spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0
  ) {
    spawn('code', ['--new-window', `--extensionDevelopmentPath=${root}`, samples], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    return;
  }
  ensureSystem([chromium]);
  exitUnless(node(['test/e2e/open-samples.ts', samples]));
}

function heading(text: string): void {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}

function node(args: readonly string[]): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

function exitUnless(result: SpawnSyncReturns<Buffer>): void {
  if (result.status !== 0) process.exit(result.status ?? 1);
}
