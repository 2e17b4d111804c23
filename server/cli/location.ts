import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Span } from '../../core/graph/span.ts';
import { lineStarts, positionAt } from '../workspace/lines.ts';
import { type CellRange, cellAt, readNotebook } from '../workspace/notebook.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where something is, as people count: lines and columns from 1; in a notebook inside a cell, whose index counts from 0. */
export interface Location {
  /** Relative to the working directory where it lies below it. */
  readonly path: string;
  readonly cell: number | null;
  readonly start: Position;
  readonly end: Position;
}

export type Locate = (span: Span) => Location;

export function createLocate(workspace: Workspace, cwd: string): Locate {
  const files = new Map<string, { readonly starts: readonly number[]; readonly cells: readonly CellRange[] }>();
  const fileOf = (file: string) => {
    let known = files.get(file);
    if (known === undefined) {
      known = { starts: lineStarts(workspace.read(file)?.text ?? ''), cells: cellsOf(file) };
      files.set(file, known);
    }
    return known;
  };
  return (span) => {
    const { starts, cells } = fileOf(span.path);
    const cell = cellAt(cells, span.start);
    const firstLine = cell === null ? 0 : positionAt(starts, cell.start).line;
    const place = (offset: number): Position => {
      const { line, character } = positionAt(starts, offset);
      return { line: line - firstLine + 1, column: character + 1 };
    };
    return {
      path: displayPath(span.path, cwd),
      cell: cell?.index ?? null,
      start: place(span.start),
      end: place(span.end),
    };
  };
}

/** `net.py:12:9`, `tanh.ipynb:cell 3:2:5` */
export function formatLocation(location: Location): string {
  const cell = location.cell === null ? '' : `:cell ${location.cell}`;
  return `${location.path}${cell}:${location.start.line}:${location.start.column}`;
}

export function displayPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

function cellsOf(file: string): readonly CellRange[] {
  if (!file.endsWith('.ipynb')) return [];
  try {
    return readNotebook(readFileSync(file, 'utf8'))?.cells ?? [];
  } catch {
    return [];
  }
}
