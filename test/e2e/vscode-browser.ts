/**
 * Stands in for VS Code's desktop binary: takes its arguments, runs the VS Code server and shows it in Chromium instead, and
 * ends with the exit code of the tests. Exit code 3: it took too long.
 *
 * Environment: E2E_SCREENSHOTS (folder), E2E_TIMEOUT_MS, E2E_LOG=1 (everything the server says).
 */
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Browser } from 'playwright-core';
import { setupVscode } from './setup-vscode.ts';
import { parseEditorArguments } from './vscode/arguments.ts';
import { startDriver } from './vscode/driver.ts';
import { startVscodeServer, windowUrl } from './vscode/server.ts';
import { openWindow } from './vscode/window.ts';

const started = Date.now();
const editor = parseEditorArguments(process.argv.slice(2));
const installation = setupVscode();
const screenshots = process.env.E2E_SCREENSHOTS ?? path.resolve(import.meta.dirname, '../../out/screenshots');
const [developmentPath, ...otherExtensions] = editor.developmentPaths;
if (editor.extensions !== null) for (const extension of otherExtensions) installFolder(extension, editor.extensions);

const driver = await startDriver(screenshots);
let serverOutput = '';
const server = startVscodeServer({
  installation,
  userData: editor.userData,
  extensions: editor.extensions,
  workspaceTrust: editor.workspaceTrust,
  install: editor.install,
  environment: { E2E_DRIVER: driver.url },
  onOutput(text) {
    serverOutput += text;
    if (process.env.E2E_LOG !== undefined || editor.install !== null) process.stderr.write(text);
  },
});

let browser: Browser | null = null;
let ending = false;
process.on('SIGINT', () => void finish(130));
process.on('SIGTERM', () => void finish(143));
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, fail);

const port = await server.port;
if (port === null) {
  const code = await server.exitCode;
  if (editor.install === null) console.error(serverOutput.slice(-2000));
  await finish(code);
} else {
  await show(port);
}

async function show(port: number): Promise<void> {
  const window = await openWindow({
    chromium: installation.chromium,
    onLog: (line) => console.log(line),
    onExit: (code) => void finish(code),
  });
  browser = window.browser;
  void server.exitCode.then((code) => fail(new Error(`the server ended with ${code}`)));
  driver.attach(window.page);
  window.page.on('crash', () => fail(new Error('the window crashed')));
  setTimeout(
    async () => {
      say('took too long');
      await window.page.screenshot({ path: path.join(screenshots, 'timeout.png') }).catch(() => {});
      await finish(3);
    },
    Number(process.env.E2E_TIMEOUT_MS ?? 300_000),
  ).unref();
  await window.page.goto(
    windowUrl(port, {
      folder: editor.folder,
      testsPath: editor.testsPath,
      ...(developmentPath === undefined ? {} : { developmentPath }),
    }),
  );
  await window.page.locator('.monaco-workbench').waitFor();
  say('workbench shown');
}

async function finish(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.race([browser?.close().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 800))]);
  await server.stop();
  say(`exit ${code}`);
  process.exit(code);
}

function fail(error: unknown): void {
  if (!ending) console.error(error);
  void finish(1);
}

function say(text: string): void {
  console.error(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${text}`);
}

/** The window takes one development path only, so further extensions are installed as they are. */
function installFolder(folder: string, extensions: string): void {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  cpSync(folder, path.join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`), {
    recursive: true,
  });
}
