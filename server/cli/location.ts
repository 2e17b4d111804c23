import path from 'node:path';
import type { Span } from '../../core/graph/span.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Where something is, as people count: lines and columns from 1; in a notebook inside a cell, whose index counts from 0. */
export interface Location {
  /** Relative to the working directory where it lies below it. */
  readonly path: string;
  readonly cell: number | null;
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

export type Locate = (span: Span) => Location;
