/** Builds and packs the extension: `initscope-<version>.vsix` in the repository's root, or at the path given. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const maxBytes = 4_000_000;
const native = /\.(node|so|dylib|dll|exe)$/;

const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const target = path.resolve(process.argv[2] ?? path.join(root, `${name}-${version}.vsix`));

node([path.join(root, 'scripts/build.ts')]);
const files = vsce(['ls', '--no-dependencies']).trim().split('\n');
const binaries = files.filter((file) => native.test(file));
if (binaries.length > 0) throw new Error(`native code must not be packed: ${binaries.join(', ')}`);
vsce(['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', target]);
const { size } = statSync(target);
if (size >= maxBytes) throw new Error(`${target} has ${size} bytes, more than ${maxBytes}`);
console.log(`${path.relative(root, target)}: ${files.length} files, ${(size / 1e6).toFixed(2)} MB`);

function vsce(args: readonly string[]): string {
  return node([fileURLToPath(import.meta.resolve('@vscode/vsce/vsce')), ...args]);
}

function node(args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
