import { readFileSync, statSync } from 'node:fs';
import { readNotebook } from './notebook.ts';
import { remembered } from './remembered.ts';
import type { Workspace } from './workspace.ts';

type Source = NonNullable<ReturnType<Workspace['read']>>;

/** Larger files are data, not code. */
const maxBytes = 4_000_000;

/** The disk as a Workspace. Texts are kept until a file's time or size changes; notebooks come flattened. */
export function createDiskWorkspace(folders: Pick<Workspace, 'roots' | 'searchPaths'>): Workspace {
  const kept = new Map<string, Source>();
  return {
    ...folders,
    read(path) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || !stat.isFile() || stat.size > maxBytes) return null;
      const version = `${stat.mtimeMs}:${stat.size}`;
      const known = kept.get(path);
      if (known?.version === version) return known;
      const text = readSource(path);
      if (text === null) return null;
      const source = { text, version };
      kept.set(path, source);
      return source;
    },
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  };
}

/** The disk as it was when it was first asked: for one run of a command, which asks for the same files thousands of times. */
export function snapshotOf(base: Workspace): Workspace {
  return {
    roots: base.roots,
    searchPaths: base.searchPaths,
    read: remembered((path) => base.read(path)),
    isFile: remembered((path) => base.isFile(path)),
    isDirectory: remembered((path) => base.isDirectory(path)),
    isFixed: true,
  };
}

/** Open documents before whatever lies below. */
export function withOpenDocuments(base: Workspace, open: (path: string) => Source | null): Workspace {
  return {
    roots: base.roots,
    searchPaths: base.searchPaths,
    read: (path) => open(path) ?? base.read(path),
    isFile: (path) => open(path) !== null || base.isFile(path),
    isDirectory: (path) => base.isDirectory(path),
  };
}

function readSource(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Not ours to read, or gone since it was seen.
    return null;
  }
  return path.endsWith('.ipynb') ? (readNotebook(text)?.text ?? '') : text;
}
