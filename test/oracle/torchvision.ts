import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { systemPython } from '../system.ts';
import type { BuiltModel } from './built-models.ts';
import { createCollection } from './collection.ts';

const script = path.join(import.meta.dirname, 'torchvision_truth.py');

/** All builders of Debian's torchvision. */
export const torchvision = createCollection(script, (args) =>
  execFileSync(systemPython, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
);

/** The folder that torchvision lies in: the import root, as in `--search-path`. */
export function torchvisionRoot(built: Pick<BuiltModel, 'path'>): string {
  return built.path.slice(0, built.path.indexOf(`${path.sep}torchvision${path.sep}`));
}

/** Of the interpreter's torchvision, without importing it: that takes seconds. */
export function installedTorchvision(): { readonly root: string; readonly version: string } {
  const code =
    'from importlib import metadata as m; d = m.distribution("torchvision"); print(d.version); print(d.locate_file(""))';
  const [version = '', root = ''] = execFileSync(systemPython, ['-c', code], { encoding: 'utf8' }).trim().split('\n');
  return { root, version };
}
