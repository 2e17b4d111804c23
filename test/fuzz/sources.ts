import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { collectFiles } from '../../server/cli/files.ts';

const installed = path.resolve(import.meta.dirname, '../../out/python');

/** Python packages whose files are read, where they are installed: Debian's, and those that the oracles bring. */
export const packages: Readonly<Record<string, string>> = {
  'torchvision (Debian)': '/usr/lib/python3/dist-packages/torchvision',
  torch: path.join(installed, 'torch/torch'),
  torchvision: path.join(installed, 'torch/torchvision'),
  timm: path.join(installed, 'torch/timm'),
  transformers: path.join(installed, 'torch/transformers'),
  keras: path.join(installed, 'keras/keras'),
  flax: path.join(installed, 'flax/flax'),
};

/** The Python files of a package; none where it is not installed. */
export function filesOf(name: string): readonly string[] {
  const folder = packages[name];
  if (folder === undefined || !existsSync(folder)) return [];
  return collectFiles([folder]).filter((file) => file.endsWith('.py'));
}

export function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** So many of the files, drawn by `draw`. */
export function sample<T>(items: readonly T[], count: number, draw: () => number): readonly T[] {
  if (items.length <= count) return items;
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(Math.floor(draw() * left.length), 1)).flat();
}
