/** Runs the editor tests in real VS Code windows and writes their counts to out/e2e.json. `node run.ts [suite…]` */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { setupVscode } from './setup-vscode.ts';
import { writeSettings } from './vscode/server.ts';

const root = path.resolve(import.meta.dirname, '../..');
const out = path.join(root, 'out');
const suites: Readonly<Record<string, (suite: string) => Promise<void>>> = { main: runDevelopment };

const tally = { passed: 0, failed: 0 };
const installation = setupVscode();
const tests = await bundleSuite();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
for (const suite of wanted) await runSuite(suite);
writeFileSync(path.join(out, 'e2e.json'), JSON.stringify(tally));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);

/** A window that breaks down counts as one failure beside the tests it got to. */
async function runSuite(suite: string): Promise<void> {
  const report = path.join(out, 'e2e', `${suite}.json`);
  rmSync(report, { force: true });
  process.env.E2E_SUITE = suite;
  process.env.E2E_REPORT = report;
  const succeeded = await (suites[suite]?.(suite) ?? Promise.reject(new Error(`no suite ${suite}`))).then(
    () => true,
    (error) => {
      console.error(error instanceof Error ? error.message : error);
      return false;
    },
  );
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0 };
  tally.passed += counts.passed;
  tally.failed += succeeded || counts.failed > 0 ? counts.failed : 1;
}

/** The extension from its sources, on a copy of the samples: the tests apply fixes. */
async function runDevelopment(suite: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), `initscope-e2e-${suite}-`));
  try {
    cpSync(path.join(root, 'samples'), path.join(folder, 'samples'), { recursive: true });
    writeSettings(path.join(folder, 'user-data'), {});
    await runTests({
      vscodeExecutablePath: installation.executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: tests,
      launchArgs: [
        path.join(folder, 'samples'),
        `--user-data-dir=${path.join(folder, 'user-data')}`,
        `--extensions-dir=${path.join(folder, 'extensions')}`,
      ],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
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
