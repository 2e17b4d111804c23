import type { Workspace } from './workspace.ts';

/** A workspace of texts by absolute path, for tests and for questions about text that is nowhere on disk. */
export function createMemoryWorkspace(
  files: Readonly<Record<string, string>>,
  folders: Partial<Pick<Workspace, 'roots' | 'searchPaths'>> = {},
): Workspace {
  return {
    roots: folders.roots ?? ['/'],
    searchPaths: folders.searchPaths ?? [],
    read(path) {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return text === undefined ? null : { text, version: text };
    },
    isFile: (path) => Object.hasOwn(files, path),
    isDirectory: (path) => Object.keys(files).some((file) => file.startsWith(path.endsWith('/') ? path : `${path}/`)),
  };
}
