import type { Range, Statement } from './ast.ts';

/** The reading of a piece of text; ranges count from the piece's start. */
export interface Piece {
  readonly statements: readonly Statement[];
  readonly errors: readonly Range[];
}

interface Entry extends Piece {
  readonly size: number;
  /** Where the piece stood when it was last asked for, and its statements with ranges of the whole text. */
  placed: { readonly at: number; readonly piece: Piece } | null;
}

/** In characters of source text; syntax trees take some forty times as much memory. */
const capacity = 1_000_000;

const entries = new Map<string, Entry>();
let total = 0;

/**
 * The reading of a top-level statement that stands at `at`, by its text: after a keystroke only the statement around it is
 * parsed again, and those behind it are moved.
 */
export function readPiece(key: string, at: number, read: () => Piece): Piece {
  let entry = entries.get(key);
  if (entry === undefined) {
    entry = { ...read(), size: key.length, placed: null };
    total += entry.size;
  } else entries.delete(key);
  // The latest stand last; the oldest go first.
  entries.set(key, entry);
  for (const [oldest, { size }] of entries) {
    if (total <= capacity || oldest === key) break;
    entries.delete(oldest);
    total -= size;
  }
  if (entry.placed?.at !== at)
    entry.placed = { at, piece: { statements: moved(entry.statements, at), errors: moved(entry.errors, at) } };
  return entry.placed.piece;
}

/** A copy of a tree with all ranges `by` characters later. */
function moved<T>(node: T, by: number): T {
  if (Array.isArray(node)) return node.map((item) => moved(item, by)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const copy: Record<string, unknown> = { ...(node as Record<string, unknown>) };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === 'object' && value !== null) copy[key] = moved(value, by);
  }
  if (typeof copy.start === 'number' && typeof copy.end === 'number') {
    copy.start += by;
    copy.end += by;
  }
  return copy as T;
}
