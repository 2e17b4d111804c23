import type { FunctionNode, Range, Statement } from './ast.ts';

/** The reading of a piece of text; ranges count from the piece's start. */
export interface Piece {
  readonly statements: readonly Statement[];
  readonly errors: readonly Range[];
}

/** A piece of text that is read over and over; what came of it is kept with it. */
export interface CachedPiece {
  /** Texts that are read alike have the same. */
  readonly key: string;
  entry?: Entry;
  placed?: Entry['placed'];
}

interface Entry extends Piece {
  readonly key: string;
  /** Where the piece stood when it was last asked for, and its statements with ranges of the whole text. */
  placed: { readonly at: number; readonly piece: Piece } | null;
}

/** In characters of source text; syntax trees take some forty times as much memory. Two long files that are open fit in. */
const capacity = 3_000_000;

const entries = new Map<string, Entry>();
let total = 0;

/**
 * The reading of a top-level statement that stands at `at`, by its text: after a keystroke only the statement around it is
 * parsed again, and those behind it are moved.
 */
export function readPiece(cached: CachedPiece, at: number, read: () => Piece): Piece {
  if (cached.placed?.at === at) return cached.placed.piece;
  cached.entry ??= entryOf(cached.key, read);
  const { entry } = cached;
  if (entry.placed?.at !== at)
    entry.placed = { at, piece: { statements: moved(entry.statements, at), errors: moved(entry.errors, at) } };
  cached.placed = entry.placed;
  return entry.placed.piece;
}

function entryOf(key: string, read: () => Piece): Entry {
  let entry = entries.get(key);
  if (entry === undefined) {
    entry = { ...read(), key, placed: null };
    total += key.length;
  } else entries.delete(key);
  // The latest stand last; the oldest go first.
  entries.set(entry.key, entry);
  for (const oldest of entries.keys()) {
    if (total <= capacity || oldest === entry.key) break;
    entries.delete(oldest);
    total -= oldest.length;
  }
  return entry;
}

/** A text of its own: a slice would keep the whole module's text alive. */
export function copyOf(text: string): string {
  return ` ${text}`.slice(1);
}

/** A copy of a tree with all ranges `by` characters later; that of a function's body is made when it is asked for. */
function moved<T>(node: T, by: number): T {
  if (by === 0) return node;
  if (Array.isArray(node)) return node.map((item) => moved(item, by)) as T;
  if (typeof node !== 'object' || node === null) return node;
  if (isFunction(node)) return movedFunction(node, by) as T;
  return shifted({ ...(node as Record<string, unknown>) }, by) as T;
}

/** Moves what is in a copy, and the copy itself. */
function shifted(copy: Record<string, unknown>, by: number): Record<string, unknown> {
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === 'object' && value !== null) copy[key] = moved(value, by);
  }
  if (typeof copy.start === 'number' && typeof copy.end === 'number') {
    copy.start += by;
    copy.end += by;
  }
  return copy;
}

function movedFunction({ body, ...node }: FunctionNode, by: number): FunctionNode {
  let made: FunctionNode['body'] | null = null;
  return Object.defineProperty(shifted(node, by), 'body', {
    enumerable: true,
    get() {
      made ??= moved(body, by);
      return made;
    },
  }) as unknown as FunctionNode;
}

function isFunction(node: object): node is FunctionNode {
  return 'body' in node && 'parameters' in node && 'isArrow' in node;
}
