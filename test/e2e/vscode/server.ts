import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { VscodeInstallation } from '../setup-vscode.ts';

export interface ServerOptions {
  readonly installation: VscodeInstallation;
  /** Kept where given, else temporary. */
  readonly userData?: string | null;
  readonly extensions?: string | null;
  readonly workspaceTrust: boolean;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** A .vsix to install; the server then ends by itself. */
  readonly install?: string | null;
  readonly environment?: Readonly<Record<string, string>>;
  onOutput?(text: string): void;
}

export interface VscodeServer {
  /** Resolves to `null` where the process ended before it listened (always so after an installation). */
  readonly port: Promise<number | null>;
  readonly exitCode: Promise<number>;
  readonly settings: string;
  /** Ends it with all its children. */
  stop(): Promise<void>;
}

/** A quiet editor: no welcome page, no assistant, no updates, no telemetry. */
const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
  'window.autoDetectColorScheme': false,
};

/** Starts the VS Code server. Settings that are there already in the user data folder are kept. */
export function startVscodeServer(options: ServerOptions): VscodeServer {
  const temporary = mkdtempSync(path.join(tmpdir(), 'initscope-vscode-'));
  const userData = options.userData ?? path.join(temporary, 'user-data');
  const extensions = options.extensions ?? path.join(temporary, 'extensions');
  const settings = path.join(userData, 'User/settings.json');
  mkdirSync(extensions, { recursive: true });
  if (!existsSync(settings)) writeSettings(userData, {});

  const { installation, install } = options;
  const child = spawn(
    installation.node,
    [
      installation.server,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
      ...['--accept-server-license-terms', '--enable-smoke-test-driver', '--telemetry-level', 'off'],
      ...['--builtin-extensions-dir', installation.builtinExtensions],
      ...['--server-data-dir', path.join(temporary, 'server-data')],
      ...['--user-data-dir', userData, '--extensions-dir', extensions],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(install == null ? [] : ['--install-extension', install, '--force']),
    ],
    { env: serverEnvironment(options.environment ?? {}), detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exitCode = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  return {
    settings,
    exitCode,
    port: listeningPort(child, exitCode, options.onOutput ?? (() => {})),
    async stop() {
      await stopGroup(child, exitCode);
      rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Address of a window: a folder, an extension under development, and a test suite that runs in it. */
export function windowUrl(
  port: number,
  window: { readonly folder: string | null; readonly developmentPath?: string; readonly testsPath?: string | null },
): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = [['skipWelcome', 'true']];
  if (window.developmentPath !== undefined) payload.push(['extensionDevelopmentPath', remote(window.developmentPath)]);
  if (window.testsPath != null) payload.push(['extensionTestsPath', remote(window.testsPath)]);
  const place = window.folder === null ? 'ew=true' : `folder=${encodeURIComponent(window.folder)}`;
  return `http://127.0.0.1:${port}/?${place}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Writes `settings.json` of a fresh profile: the quiet settings, and the given ones over them. */
export function writeSettings(userData: string, settings: Readonly<Record<string, unknown>>): void {
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

function serverEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  return { ...inherited, EXTENSIONS_GALLERY: '{}', ...extra };
}

function listeningPort(child: ChildProcess, exitCode: Promise<number>, onOutput: (text: string) => void) {
  let output = '';
  const listening = new Promise<number>((resolve) => {
    const read = (data: Buffer) => {
      onOutput(data.toString());
      output += data.toString();
      const match = /agent listening on (\d+)/.exec(output);
      if (match !== null) resolve(Number(match[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
  return Promise.race([listening, exitCode.then(() => null)]);
}

async function stopGroup(child: ChildProcess, exitCode: Promise<number>): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
  await Promise.race([exitCode, new Promise((resolve) => setTimeout(resolve, 1500))]);
}
