/**
 * A real VS Code for tests where the editor itself cannot be downloaded: the VS Code server inside npm's `code-server`,
 * shown by the system's Chromium. No compiler is needed: the two native modules without a prebuilt binary are replaced by
 * small stand-ins. Run by itself, it prints where everything lies.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { chromium, ensureSystem } from '../system.ts';

export interface VscodeInstallation {
  /** The server's entry file. */
  readonly server: string;
  /** Node 24, which the server needs. */
  readonly node: string;
  readonly builtinExtensions: string;
  readonly chromium: string;
  /** Takes the desktop binary's arguments: `vscodeExecutablePath` of `runTests`. */
  readonly executable: string;
}

const codeServerVersion = '4.139.1';

/** The built-in extensions that matter here; the rest (128 MB of it) would only make the start slower and noisier. */
const builtinExtensions = [
  'python',
  'javascript',
  'typescript-basics',
  'json',
  'ipynb',
  'notebook-renderers',
  'markdown-basics',
  'markdown-language-features',
  'configuration-editing',
  'theme-defaults',
  'theme-seti',
];

/** Large or native packages that no test needs. */
const unneededPackages = [
  '@github',
  '@microsoft/mxc-sdk',
  '@vscode/windows-process-tree',
  '@vscode/sqlite3',
  'kerberos',
  'ssh2',
];

const root = path.resolve(import.meta.dirname, '../..');
const home = path.join(root, 'out/vscode');
const extensionsFolder = path.join(home, 'vscode/extensions');

/** Installs what is missing (about 15 s, 350 MB; nothing the second time) and says where it is. */
export function setupVscode(): VscodeInstallation {
  if (ensureSystem([chromium]).length > 0) throw new Error('no Chromium to show the editor in');
  const ready = path.join(home, `ready-${codeServerVersion}`);
  if (!existsSync(ready)) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    installServer();
    pruneExtensions();
    replaceNativeModules();
    writeFileSync(ready, '');
  }
  return {
    server: path.join(home, 'vscode/out/server-main.js'),
    node: path.join(root, 'node_modules/node/bin/node'),
    builtinExtensions: extensionsFolder,
    chromium: findChromium(),
    executable: writeExecutable(),
  };
}

function installServer(): void {
  console.log(`Installing VS Code's server (code-server ${codeServerVersion}) …`);
  const archive = npm(['pack', '--silent', `code-server@${codeServerVersion}`], home).trim();
  execFileSync('tar', ['xzf', archive, '--strip-components=2', 'package/lib/vscode'], { cwd: home });
  rmSync(path.join(home, archive));
  npm(['install', '--omit=dev'], path.join(home, 'vscode'));
  for (const name of unneededPackages)
    rmSync(path.join(home, 'vscode/node_modules', name), { recursive: true, force: true });
}

/** The window fetches some of them from this very folder, so the others are taken away instead of these copied. */
function pruneExtensions(): void {
  for (const name of readdirSync(extensionsFolder)) {
    if (!builtinExtensions.includes(name)) rmSync(path.join(extensionsFolder, name), { recursive: true });
  }
}

/** Without a logger that writes its files every output channel stays empty; without the watchdog nothing is lost. */
function replaceNativeModules(): void {
  const modules = path.join(home, 'vscode/node_modules/@vscode');
  cpSync(path.join(import.meta.dirname, 'vscode/spdlog.cjs'), path.join(modules, 'spdlog/index.js'));
  writeFileSync(path.join(modules, 'native-watchdog/index.js'), 'exports.start = () => {};\n');
}

function writeExecutable(): string {
  const file = path.join(home, 'code');
  const node = path.join(root, 'node_modules/node/bin/node');
  writeFileSync(file, `#!/bin/sh\nexec '${node}' '${path.join(import.meta.dirname, 'vscode-browser.ts')}' "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

function findChromium(): string {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(path.delimiter)];
  const found = folders.map((folder) => path.join(folder, 'chromium')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('no Chromium to show the editor in');
  return process.env.INITSCOPE_CHROMIUM ?? found;
}

function npm(args: readonly string[], cwd: string): string {
  const quiet = { audit: 'false', fund: 'false', ignore_scripts: 'true', loglevel: 'error' };
  const settings = Object.entries(quiet).map(([name, value]) => [`npm_config_${name}`, value]);
  return execFileSync('npm', [...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(settings) },
  });
}

if (process.argv[1] === import.meta.filename) console.log(setupVscode());
