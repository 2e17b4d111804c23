import path from 'node:path';
import type { BuiltModel } from './built-models.ts';
import { createCollection } from './collection.ts';
import { modelCollections, runPython } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'timm_truth.py');

/** Models of every file of timm. */
export const timm = createCollection(script, (args) => runPython(modelCollections, [script, ...args]));

/** The folder that timm lies in: the import root, as in `--search-path`. */
export function timmRoot(built: BuiltModel): string {
  return built.path.slice(0, built.path.indexOf(`${path.sep}timm${path.sep}`));
}
