import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where imports are looked for beyond the importing file's own folder, in order. */
export interface SearchPathInput {
  readonly roots: readonly string[];
  /** From `--search-path` or the configuration; relative ones start at the first root. */
  readonly given: readonly string[];
  /** An interpreter (`--python`, the editor's selection); nothing is run, its site-packages are found on disk. */
  readonly python: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function findSearchPaths(input: SearchPathInput): readonly string[] {
  const base = input.roots[0] ?? '.';
  const environments = [
    ...(input.python === null ? [] : [path.dirname(path.dirname(input.python))]),
    ...(input.env.VIRTUAL_ENV === undefined ? [] : [input.env.VIRTUAL_ENV]),
    ...input.roots.flatMap((root) => [path.join(root, '.venv'), path.join(root, 'venv')]),
  ];
  const paths = [
    ...input.given.map((folder) => path.resolve(base, folder)),
    ...input.roots.flatMap((root) => [root, path.join(root, 'src')]),
    ...environments.flatMap(sitePackages),
  ];
  return [...new Set(paths)].filter((folder) => existsSync(folder));
}

/** `lib/python3.x/site-packages`, Debian's `dist-packages`, Windows' `Lib/site-packages`. */
function sitePackages(environment: string): readonly string[] {
  const lib = path.join(environment, 'lib');
  const versions = existsSync(lib) ? readdirSync(lib).filter((name) => /^python3(\.\d+)?$/.test(name)) : [];
  return [
    ...versions.flatMap((version) => [
      path.join(lib, version, 'site-packages'),
      path.join(lib, version, 'dist-packages'),
    ]),
    path.join(environment, 'Lib', 'site-packages'),
  ].filter((folder) => existsSync(folder));
}
