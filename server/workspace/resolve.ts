import path from 'node:path';
import type { Language } from '../syntax/ast.ts';
import type { Workspace } from './workspace.ts';

/** A module on disk (or in an editor). A folder without `__init__.py` is a package without a text of its own. */
export interface Resolved {
  readonly path: string;
  readonly kind: 'module' | 'package' | 'folder';
}

export interface ImportRequest {
  /** As written: `package.module`, `./layers`. */
  readonly name: string;
  /** Leading dots (Python). */
  readonly level: number;
  /** The importing file. */
  readonly from: string;
  readonly language: Language;
}

/** Finds the file that an import means, `null` where it is not among the workspace and the search paths. */
export function resolveImport(workspace: Workspace, request: ImportRequest): Resolved | null {
  return request.language === 'javascript' ? resolveJavascript(workspace, request) : resolvePython(workspace, request);
}

function resolvePython(workspace: Workspace, request: ImportRequest): Resolved | null {
  const parts = request.name === '' ? [] : request.name.split('.');
  if (request.level > 0) {
    let folder = path.dirname(request.from);
    for (let up = 1; up < request.level; up++) folder = path.dirname(folder);
    return moduleIn(workspace, folder, parts);
  }
  if (parts.length === 0) return null;
  for (const root of importRoots(workspace, request.from)) {
    const found = moduleIn(workspace, root, parts);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Where absolute imports start, in order: the file's own folder (it may be run as a script), the folder of its outermost
 * package, the folders above it up to the workspace's, their `src`, the workspace folders, the search paths.
 */
function importRoots(workspace: Workspace, from: string): readonly string[] {
  const roots: string[] = [];
  const limit = workspace.roots.find((root) => isInside(from, root)) ?? null;
  let folder = path.dirname(from);
  roots.push(folder);
  while (workspace.isFile(path.join(folder, '__init__.py'))) {
    const parent = path.dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  roots.push(folder);
  while (limit !== null && folder !== limit && isInside(folder, limit)) {
    folder = path.dirname(folder);
    roots.push(folder, path.join(folder, 'src'));
  }
  for (const root of workspace.roots) roots.push(root, path.join(root, 'src'));
  return [...new Set([...roots, ...workspace.searchPaths])];
}

function isInside(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function moduleIn(workspace: Workspace, folder: string, parts: readonly string[]): Resolved | null {
  const base = path.join(folder, ...parts);
  const package_ = path.join(base, '__init__.py');
  if (workspace.isFile(package_)) return { path: package_, kind: 'package' };
  if (parts.length > 0 && workspace.isFile(`${base}.py`)) return { path: `${base}.py`, kind: 'module' };
  return workspace.isDirectory(base) ? { path: base, kind: 'folder' } : null;
}

const endings = ['', '.js', '.ts', '.mjs', '.mts', '.cjs', '.jsx', '.tsx', '/index.js', '/index.ts'];

/** Relative imports only: packages are the frameworks' business. TypeScript writes `./x.js` for what is `./x.ts`. */
function resolveJavascript(workspace: Workspace, request: ImportRequest): Resolved | null {
  if (!request.name.startsWith('.')) return null;
  const base = path.join(path.dirname(request.from), request.name);
  for (const candidate of [base, base.replace(/\.([cm]?)js$/, '.$1ts')]) {
    for (const ending of endings) {
      if (workspace.isFile(candidate + ending)) return { path: candidate + ending, kind: 'module' };
    }
  }
  return null;
}
