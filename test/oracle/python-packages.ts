import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureSystem, pip, systemPython } from '../system.ts';

/** Packages of the Python registry that belong together, installed where they are first needed and kept under `out/python/`. */
export interface PythonPackages {
  /** The folder's name. */
  readonly name: string;
  readonly packages: readonly string[];
  /** What they need is there already: Debian's PyTorch. */
  readonly withoutDependencies?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Keras on its JAX backend, the lightest that can run every layer (about 700 MB). */
export const kerasOnJax: PythonPackages = {
  name: 'keras',
  packages: ['keras==3.15.1', 'jax[cpu]==0.10.2'],
  environment: { KERAS_BACKEND: 'jax' },
};

/** Flax, linen and nnx, on the processor (about 600 MB). */
export const flaxOnJax: PythonPackages = {
  name: 'flax',
  packages: ['flax==0.12.8', 'jax[cpu]==0.10.2'],
};

/** Today's PyTorch and the model collections that need it (5.7 GB, most of it CUDA): for whole runs, not for every CI run. */
export const modelCollections: PythonPackages = {
  name: 'torch',
  packages: ['torch==2.15.0', 'torchvision==0.29.2', 'timm==1.0.31', 'transformers==5.24.0'],
};

/** timm (18 MB) for Debian's PyTorch, which builds nearly all of its models: for every CI run. */
export const timmOnDebian: PythonPackages = {
  name: 'timm',
  packages: ['timm==1.0.31'],
  withoutDependencies: true,
};

/** The sources of transformers (60 MB), to be read and not run: for every CI run. */
export const transformersSources: PythonPackages = {
  name: 'transformers',
  packages: ['transformers==5.24.0'],
  withoutDependencies: true,
};

/** Where a package of `modelCollections` lies that is only read: there, or else installed by itself. */
export function sourcesOf(packages: PythonPackages): string {
  if (existsSync(path.join(folderOf(modelCollections), marker))) return folderOf(modelCollections);
  ensurePackages(packages);
  return folderOf(packages);
}

/** Shapes by the names of their axes; NumPy is there with PyTorch. */
export const einops: PythonPackages = {
  name: 'einops',
  packages: ['einops==0.8.1'],
  withoutDependencies: true,
};

/** Where the packages lie: an import root for the analyzer too. */
export function folderOf({ name }: PythonPackages): string {
  return path.resolve(import.meta.dirname, '../../out/python', name);
}

/** Runs a script with the packages, which are installed where they are not there yet; returns what it prints. */
export function runPython(packages: PythonPackages, command: readonly string[], input = ''): string {
  ensurePackages(packages);
  const run = python(packages, command, input);
  if (run.status !== 0) throw new Error(`${command.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

/**
 * Installs packages that are not there yet, or not in these versions: in a folder of their own that takes its place when it
 * is whole, so that a broken installation is never used and two at a time do no harm.
 */
export function ensurePackages(packages: PythonPackages): void {
  const folder = folderOf(packages);
  const wanted = packages.packages.join('\n');
  if (installedIn(folder) === wanted) return;
  ensureSystem([pip]);
  const fresh = `${folder}.${process.pid}`;
  console.log(`Installing ${packages.packages.join(' ')} …`);
  const options = ['--quiet', '--target', fresh, ...(packages.withoutDependencies ? ['--no-deps'] : [])];
  const command = ['-m', 'pip', 'install', ...options, ...packages.packages];
  const run = spawnSync(systemPython, command, { encoding: 'utf8' });
  if (run.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`cannot be installed: ${packages.packages.join(' ')}: ${run.stderr}`);
  }
  writeFileSync(path.join(fresh, marker), wanted);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

const marker = '.installed';

function installedIn(folder: string): string | null {
  const file = path.join(folder, marker);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function python(packages: PythonPackages, command: readonly string[], input: string) {
  const env = { ...process.env, ...packages.environment, PYTHONPATH: folderOf(packages) };
  return spawnSync(systemPython, command, { input, env, encoding: 'utf8', maxBuffer: 2 ** 30 });
}
