import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureSystem, pip, systemPython } from '../system.ts';

/* The tools that we are measured beside, installed on demand under `out/bench/`. */

const folder = path.resolve(import.meta.dirname, '../../out/bench');

/** The path of ruff's executable. */
export function ensureRuff(): string {
  const target = path.join(folder, 'ruff');
  const executable = path.join(target, 'bin', 'ruff');
  if (existsSync(executable)) return executable;
  ensureSystem([pip]);
  install(systemPython, ['-m', 'pip', 'install', '--quiet', '--target', target, 'ruff==0.17.6']);
  return executable;
}

/** The folder of pyright's scripts: `index.js` is its command, `langserver.index.js` its language server. */
export function ensurePyright(): string {
  const target = path.join(folder, 'pyright');
  const scripts = path.join(target, 'node_modules', 'pyright');
  if (existsSync(scripts)) return scripts;
  install('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', target, 'pyright@1.1.414']);
  return scripts;
}

function install(command: string, args: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: process.env });
  if (status !== 0) throw new Error(`cannot be installed: ${args.at(-1)}`);
}
