import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import type { Workspace } from '../../server/workspace/workspace.ts';
import { systemPython } from '../system.ts';
import { type Collection, createCollection } from './collection.ts';
import type { MeasuredModel } from './measured-signal.ts';
import { modelCollections, runPython } from './python-packages.ts';
import { transformersRoot } from './transformers.ts';

/** Small models whose signal and gradient PyTorch measured. Names: family, class, input, arguments. */
export interface MeasuredModels extends Collection<MeasuredModel> {
  /** Where their sources are read. */
  workspace(): Workspace;
  /** What is kept of all of them in the repository, to four digits. */
  truth(): readonly MeasuredModel[];
  /** Writes down what was measured, with what is there of other models: a file per family, a line per model. */
  keep(measured: readonly MeasuredModel[]): void;
}

/** Own models of every family; measuring all of them takes an hour. */
export const families = measuredModels(
  'families_truth.py',
  (command) => execFileSync(systemPython, [...command], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  'families',
);

/** Small models made of the classes of Hugging Face transformers, measured by today's PyTorch in some minutes. */
export const libraryModels = measuredModels(
  'library_models_truth.py',
  (command) => runPython(modelCollections, command),
  'library-models',
  () => [transformersRoot()],
);

function measuredModels(
  scriptName: string,
  run: (command: readonly string[]) => string,
  folder: string,
  searchPaths: () => readonly string[] = () => [],
): MeasuredModels {
  const script = path.join(import.meta.dirname, scriptName);
  const kept = path.join(import.meta.dirname, `${folder}-truth`);
  const truth = () =>
    readdirSync(kept).flatMap((file) => {
      const lines = readFileSync(path.join(kept, file), 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line) as MeasuredModel);
    });
  return {
    ...createCollection<MeasuredModel>(script, (args) => run([script, ...args]), { keepForever: true }),
    workspace: () =>
      createDiskWorkspace({ roots: [path.join(import.meta.dirname, folder)], searchPaths: searchPaths() }),
    truth,
    keep(measured) {
      mkdirSync(kept, { recursive: true });
      const models = new Map([...truth(), ...measured].map((model) => [model.name, model]));
      for (const family of new Set(measured.map((model) => model.family))) {
        const lines = [...models.values()]
          .filter((model) => model.family === family)
          .map((model) => JSON.stringify(model, rounded));
        writeFileSync(path.join(kept, `${family.replaceAll(/[^\w-]+/g, '-')}.jsonl`), `${lines.join('\n')}\n`);
      }
    },
  };
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
