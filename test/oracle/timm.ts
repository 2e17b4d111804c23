import path from 'node:path';
import type { BuiltModel } from './built-models.ts';
import { createCollection } from './collection.ts';
import { modelCollections, runPython, timmOnDebian } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'timm_truth.py');

/** Models of every file of timm. */
export const timm = createCollection(script, (args) => runPython(modelCollections, [script, ...args]));

/** The same of a timm that is quickly installed. */
export const smallTimm = createCollection(script, (args) => runPython(timmOnDebian, [script, ...args]), {
  keptAs: 'timm_on_debian_truth',
});

/** The folder that timm lies in: the import root, as in `--search-path`. */
export function timmRoot(built: Pick<BuiltModel, 'path'>): string {
  return path.resolve(built.path, '../../..');
}
