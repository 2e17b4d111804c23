import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './io.ts';

const sourceExtensions = new Set(['.py', '.ipynb', '.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx']);
const skippedFolders = new Set(['node_modules', 'site-packages', '__pycache__', 'dist', 'build', 'venv', 'env']);

/** Source files at or below the given paths, sorted; hidden folders, environments and dependencies are passed over. */
export function collectFiles(paths: readonly string[]): readonly string[] {
  const files = new Set<string>();
  for (const start of paths) {
    const stat = statSync(start, { throwIfNoEntry: false });
    if (stat === undefined) throw new UsageError(`no such file or folder: ${start}`);
    if (stat.isDirectory()) walk(start, files);
    else files.add(start);
  }
  return [...files].sort();
}

function walk(folder: string, files: Set<string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && !skippedFolders.has(entry.name)) walk(full, files);
    } else if (entry.isFile() && sourceExtensions.has(path.extname(entry.name)) && !entry.name.endsWith('.d.ts')) {
      files.add(full);
    }
  }
}
