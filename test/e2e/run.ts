/** Runs the editor tests in real VS Code windows and writes their counts to out/e2e.json: `node test/e2e/run.ts [suite…]`. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { setupVscode } from './setup-vscode.ts';
import { writeSettings } from './vscode/server.ts';

const root = path.resolve(import.meta.dirname, '../..');
const out = path.join(root, 'out');

/** A window of its own for each: a fresh profile and a copy of the samples, because the tests apply fixes. */
interface Window {
  readonly folder: string;
  readonly arguments: readonly string[];
}

const suites: Readonly<Record<string, (window: Window) => Promise<void>>> = {
  main: runDevelopment,
  restored: runDevelopment,
  untrusted: runUntrusted,
  installed: runInstalled,
  install: runDevelopment,
};

/** Downloads 274 MB, so it runs when it is asked for by name. */
const onlyByName = ['install'];

const tally = { passed: 0, failed: 0 };
const installation = setupVscode();
const tests = await bundleSuite();
const wanted =
  process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites).filter((suite) => !onlyByName.includes(suite));
for (const suite of wanted) await runSuite(suite);
writeFileSync(path.join(out, 'e2e.json'), JSON.stringify(tally));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);

/** A window that breaks down counts as one failure beside the tests it got to. */
async function runSuite(suite: string): Promise<void> {
  const report = path.join(out, 'e2e', `${suite}.json`);
  rmSync(report, { force: true });
  const folder = mkdtempSync(path.join(tmpdir(), `initscope-e2e-${suite}-`));
  const samples = path.join(folder, 'samples');
  const exports = path.join(folder, 'exports');
  const [userData, extensions] = [path.join(folder, 'user-data'), path.join(folder, 'extensions')];
  cpSync(path.join(root, 'samples'), samples, { recursive: true });
  mkdirSync(exports);
  mkdirSync(extensions);
  // Without the prompt a folder is quietly restricted; with it there is a dialog in the way.
  writeSettings(userData, { 'security.workspace.trust.startupPrompt': 'never' });
  // Installed by `npm run engine:tfjs-node`.
  process.env.INITSCOPE_TFJS_NODE = suite === 'install' ? '' : path.join(out, 'tfjs-node');
  Object.assign(process.env, { E2E_SUITE: suite, E2E_REPORT: report, INITSCOPE_EXPORT_FOLDER: exports });
  const window = { folder, arguments: [samples, `--user-data-dir=${userData}`, `--extensions-dir=${extensions}`] };
  let succeeded = true;
  try {
    await (suites[suite] ?? unknownSuite)(window);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    succeeded = false;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0 };
  tally.passed += counts.passed;
  tally.failed += succeeded || counts.failed > 0 ? counts.failed : 1;
}

/** The extension from this checkout's `dist`. */
async function runDevelopment(window: Window): Promise<void> {
  await runTests({
    vscodeExecutablePath: installation.executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: tests,
    launchArgs: [...window.arguments],
  });
}

/** `runTests` always switches workspace trust off, so the window is started by hand. */
async function runUntrusted(window: Window): Promise<void> {
  open([...window.arguments, `--extensionDevelopmentPath=${root}`, `--extensionTestsPath=${tests}`]);
}

/** The .vsix, installed as a user installs it; only the tests come from a development path. */
async function runInstalled(window: Window): Promise<void> {
  const vsix = path.join(out, 'e2e', 'initscope.vsix');
  if (spawnSync(process.execPath, [path.join(root, 'scripts/package.ts'), vsix], { stdio: 'inherit' }).status !== 0) {
    throw new Error('the extension could not be packed');
  }
  open([...window.arguments, `--install-extension=${vsix}`]);
  const driver = path.join(window.folder, 'driver');
  mkdirSync(driver);
  const manifest = { name: 'driver', publisher: 'test', version: '0.0.0', engines: { vscode: '*' } };
  writeFileSync(path.join(driver, 'package.json'), JSON.stringify(manifest));
  await runTests({
    vscodeExecutablePath: installation.executable,
    extensionDevelopmentPath: driver,
    extensionTestsPath: tests,
    launchArgs: [...window.arguments],
  });
}

function open(args: readonly string[]): void {
  const { status } = spawnSync(installation.executable, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the window ended with ${status}`);
}

async function unknownSuite(): Promise<void> {
  throw new Error(`the suites are ${Object.keys(suites).join(', ')}`);
}

async function bundleSuite(): Promise<string> {
  const outfile = path.join(out, 'e2e/suite.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/e2e/suite/index.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return outfile;
}
