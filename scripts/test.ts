/**
 * Everything that CI runs, in one go and in the order in which a fault shows soonest. Every stage runs even when an earlier
 * one failed. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensurePackages, flaxOnJax, kerasOnJax, timmOnDebian } from '../test/oracle/python-packages.ts';
import { chromium, ensureSystem, neovim, pytorch } from '../test/system.ts';

interface Tally {
  passed: number;
  failed: number;
}

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'out');
const total: Tally = { passed: 0, failed: 0 };
const summary: string[] = [];

mkdirSync(out, { recursive: true });
stage('system', () => check(ensureSystem([pytorch, chromium, neovim]).length === 0));
stage('Python packages', pythonPackages);
stage('types', () => check(run('tsc', ['-b'])));
stage('lint', () => check(run('npm', ['run', '--silent', 'lint'])));
stage('build', () => check(run('node', ['scripts/build.ts'])));
stage('tfjs-node engine', () => check(run('npm', ['run', '--silent', 'engine:tfjs-node'])));
stage('unit, cases, oracles, language server, fuzz', vitest);
stage('handwritten digits', () => check(run('npm', ['run', '--silent', 'digits'])));
stage('npm start', () => check(run('node', ['scripts/start.ts', '--no-editor'])));
stage('package', () => check(run('npm', ['run', '--silent', 'package'])));
stage('real VS Code', endToEnd);

console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function stage(name: string, body: () => Tally): void {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const tally = body();
  total.passed += tally.passed;
  total.failed += tally.failed;
  summary.push(`${name.padEnd(48)} ${seconds(started).padStart(7)}  ${tally.passed} passed, ${tally.failed} failed`);
}

/** Before the tests that need them run side by side. */
function pythonPackages(): Tally {
  try {
    for (const packages of [kerasOnJax, flaxOnJax, timmOnDebian]) ensurePackages(packages);
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  }
}

function vitest(): Tally {
  const report = path.join(out, 'vitest.json');
  rmSync(report, { force: true });
  const succeeded = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  return fromReport(report, succeeded, (json) => ({
    passed: Number(json.numPassedTests),
    failed: Number(json.numFailedTests),
  }));
}

function endToEnd(): Tally {
  const report = path.join(out, 'e2e.json');
  rmSync(report, { force: true });
  const succeeded = run('npm', ['run', '--silent', 'test:e2e']);
  return fromReport(report, succeeded, (json) => ({ passed: Number(json.passed), failed: Number(json.failed) }));
}

/** A runner that broke down counts as one failure beside the tests it got to. */
function fromReport(file: string, succeeded: boolean, read: (json: Record<string, unknown>) => Tally): Tally {
  const tally = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0 };
  return !succeeded && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function check(succeeded: boolean): Tally {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
