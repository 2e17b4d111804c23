import { execFileSync } from 'node:child_process';
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
