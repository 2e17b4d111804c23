import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemPython } from '../system.ts';
import { type Collection, createCollection } from './collection.ts';
import type { MeasuredModel } from './measured-signal.ts';

const script = path.join(import.meta.dirname, 'families_truth.py');

/** The import root of the families' sources. */
export const familiesRoot = path.join(import.meta.dirname, 'families');

/** Own models of every family, measured by PyTorch. Names: family, class, input, arguments. */
export const families: Collection<MeasuredModel> = createCollection(
  script,
  (args) => execFileSync(systemPython, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  { keepForever: true },
);

const folder = path.join(import.meta.dirname, 'families-truth');

/** What was measured of all of them, kept in the repository to four digits: it takes an hour. A file per family, a line per model. */
export function familiesTruth(): readonly MeasuredModel[] {
  return readdirSync(folder).flatMap((file) => {
    const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as MeasuredModel);
  });
}

/** Writes down what was measured, with what is there of other models. */
export function keepFamiliesTruth(measured: readonly MeasuredModel[]): void {
  const models = new Map([...familiesTruth(), ...measured].map((model) => [model.name, model]));
  mkdirSync(folder, { recursive: true });
  for (const family of new Set(measured.map((model) => model.family))) {
    const lines = [...models.values()]
      .filter((model) => model.family === family)
      .map((model) => JSON.stringify(model, rounded));
    writeFileSync(path.join(folder, `${family.replaceAll(/[^\w-]+/g, '-')}.jsonl`), `${lines.join('\n')}\n`);
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
