import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuiltModel } from './built-models.ts';

/** Models of one library, built by that library. */
export interface Collection {
  /** In the order in which they are worth looking at. */
  names(): readonly string[];
  /** By name, built in one process. Kept in `out/`: the largest models take a minute to draw. */
  build(names: readonly string[]): ReadonlyMap<string, BuiltModel>;
}

/**
 * A library's models by a Python script that prints their names for `--list` and, for names, one `BuiltModel` as JSON per
 * line. `run` runs it with the arguments given and returns what it prints.
 */
export function createCollection(script: string, run: (args: readonly string[]) => string): Collection {
  const kept = path.join(import.meta.dirname, '../../out/oracle', path.basename(script, '.py'));
  const fileOf = (name: string) => path.join(kept, `${name.replaceAll('/', '-')}.json`);
  /** It was written by the script as it is now. */
  const isFresh = (file: string) =>
    (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > statSync(script).mtimeMs;
  return {
    names: () => run(['--list']).trim().split('\n'),
    build(names) {
      const missing = names.filter((name) => !isFresh(fileOf(name)));
      if (missing.length > 0) {
        mkdirSync(kept, { recursive: true });
        const lines = run(missing).trim().split('\n');
        missing.forEach((name, index) => {
          writeFileSync(fileOf(name), lines[index] ?? '');
        });
      }
      return new Map(names.map((name) => [name, JSON.parse(readFileSync(fileOf(name), 'utf8')) as BuiltModel]));
    },
  };
}
