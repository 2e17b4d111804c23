import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuiltModel } from './built-models.ts';

/** Models of one library, built by that library; `T` is what it says of one. */
export interface Collection<T = BuiltModel> {
  /** In the order in which they are worth looking at. */
  names(): readonly string[];
  /** By name, built in one process. Kept in `out/`: the largest models take a minute to draw. */
  build(names: readonly string[]): ReadonlyMap<string, T>;
  /** Whether it was built before and kept. */
  has(name: string): boolean;
}

/**
 * What was kept names the source it was built from, by a path of its own or from the script's folder; packages may have been installed
 * elsewhere since.
 */
function hasLostItsSource(file: string, folder: string): boolean {
  const { path: source } = JSON.parse(readFileSync(file, 'utf8')) as { readonly path?: string };
  return source !== undefined && !existsSync(path.resolve(folder, source));
}

/**
 * A library's models by a Python script that prints their names for `--list` and, for names, one `T` as JSON per line. `run` runs
 * it with the arguments given and returns what it prints.
 */
export function createCollection<T = BuiltModel>(
  script: string,
  run: (args: readonly string[]) => string,
  options: {
    /** What takes hours is kept until it is deleted by hand, not until the script is touched. */
    readonly keepForever?: boolean;
    /** The folder in `out/oracle/`; otherwise the script's name. */
    readonly keptAs?: string;
  } = {},
): Collection<T> {
  const kept = path.join(import.meta.dirname, '../../out/oracle', options.keptAs ?? path.basename(script, '.py'));
  const fileOf = (name: string) => path.join(kept, `${name.replaceAll('/', '-')}.json`);
  /** It was written by the script as it is now. */
  const isFresh = (file: string) => {
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return written > (options.keepForever === true ? 0 : statSync(script).mtimeMs);
  };
  return {
    names() {
      const file = path.join(kept, 'names.txt');
      if (!isFresh(file)) {
        mkdirSync(kept, { recursive: true });
        writeFileSync(file, run(['--list']));
      }
      return readFileSync(file, 'utf8').trim().split('\n');
    },
    has: (name) => isFresh(fileOf(name)),
    build(names) {
      const missing = names.filter(
        (name) => !isFresh(fileOf(name)) || hasLostItsSource(fileOf(name), path.dirname(script)),
      );
      if (missing.length > 0) {
        mkdirSync(kept, { recursive: true });
        const lines = run(missing).trim().split('\n');
        missing.forEach((name, index) => {
          writeFileSync(fileOf(name), lines[index] ?? '');
        });
      }
      return new Map(names.map((name) => [name, JSON.parse(readFileSync(fileOf(name), 'utf8')) as T]));
    },
  };
}
