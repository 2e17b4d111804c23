import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureSystem, pip, systemPython } from '../system.ts';

/** Keras on its JAX backend, the lightest that can run every layer (about 700 MB, kept under `out/`). */
const packages = ['keras==3.15.1', 'jax[cpu]==0.10.2'];
const target = path.resolve(import.meta.dirname, '../../out/keras');

/** Runs a script with Keras; installs it where it is not there yet. */
export function runWithKeras(script: string, input: string): string {
  if (!isThere()) install();
  const run = python([script], input);
  if (run.status !== 0) throw new Error(`${script}: ${run.stderr}`);
  return run.stdout;
}

function isThere(): boolean {
  return python(['-c', 'import keras, jax'], '').status === 0;
}

function install(): void {
  ensureSystem([pip]);
  const command = ['-m', 'pip', 'install', '--quiet', '--target', target, ...packages];
  const run = spawnSync(systemPython, command, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`Keras cannot be installed (${packages.join(' ')}): ${run.stderr}`);
}

function python(arguments_: readonly string[], input: string) {
  const env = { ...process.env, PYTHONPATH: target, KERAS_BACKEND: 'jax' };
  return spawnSync(systemPython, arguments_, { input, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
}
