import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuiltModel } from './built-models.ts';
import { type Collection, createCollection } from './collection.ts';
import { folderOf, modelCollections, runPython } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'transformers_truth.py');
const files = path.join(import.meta.dirname, '../../out/oracle/transformers_files');

const built = createCollection(script, (args) => runPython(modelCollections, [script, ...args]));

/** The forty most used architectures of Hugging Face transformers, each as a file that makes a small one of them. */
export const transformers: Collection = {
  ...built,
  build: (names) => new Map([...built.build(names)].map(([name, model]) => [name, writeSource(model)])),
};

/** The folder that transformers lies in: the import root, as in `--search-path`. */
export function transformersRoot(): string {
  return folderOf(modelCollections);
}

function writeSource(model: BuiltModel): BuiltModel {
  mkdirSync(files, { recursive: true });
  const file = path.join(files, `${model.name}.py`);
  writeFileSync(file, model.source ?? '');
  return { ...model, path: file };
}
