import type { Expression, FunctionNode, FunctionParameter, Range, Statement } from './ast.ts';

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
export function readPiece<T extends CachedPiece>(cached: T, at: number, read: (piece: T) => Piece): Piece {
  if (cached.placed?.at === at) return cached.placed.piece;
  cached.entry ??= entryOf(cached.key, () => read(cached));
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

/** A copy of a tree with all ranges `by` characters later; what is in a function is copied when it is asked for. */
function moved<T>(node: T, by: number): T {
  if (by === 0 || typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return movedItems(node, by) as T;
  return isFunction(node) ? (new MovedFunction(node, by) as T) : movedNode(node, by);
}

/** What has no place is shared. */
function movedItems(items: readonly unknown[], by: number): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (const [index, item] of items.entries()) {
    const made = moved(item, by);
    if (made === item) continue;
    copy ??= items.slice();
    copy[index] = made;
  }
  return copy ?? items;
}

function movedNode<T extends object>(node: T, by: number): T {
  const range: { readonly start?: unknown; readonly end?: unknown } = node;
  let copy: T | null = null;
  if (typeof range.start === 'number' && typeof range.end === 'number') {
    copy = { ...node, start: range.start + by, end: range.end + by };
  }
  for (const key in node) {
    const made = moved(node[key], by);
    if (made === node[key]) continue;
    copy ??= { ...node };
    copy[key] = made;
  }
  return copy ?? node;
}

/** Most functions of a file are neither looked into nor called after a keystroke. */
class MovedFunction implements FunctionNode {
  readonly start: number;
  readonly end: number;
  readonly #original: FunctionNode;
  readonly #by: number;
  #parameters: FunctionNode['parameters'] | null = null;
  #decorators: FunctionNode['decorators'] | null = null;
  #body: FunctionNode['body'] | null = null;

  constructor(original: FunctionNode, by: number) {
    this.start = original.start + by;
    this.end = original.end + by;
    this.#original = original;
    this.#by = by;
  }

  get name() {
    return this.#original.name;
  }

  get nameAt() {
    return moved(this.#original.nameAt, this.#by);
  }

  get parameters() {
    this.#parameters ??= this.#original.parameters.map((parameter) => new MovedParameter(parameter, this.#by));
    return this.#parameters;
  }

  get decorators() {
    this.#decorators ??= moved(this.#original.decorators, this.#by);
    return this.#decorators;
  }

  get body() {
    this.#body ??= moved(this.#original.body, this.#by);
    return this.#body;
  }

  get isAsync() {
    return this.#original.isAsync;
  }

  get isArrow() {
    return this.#original.isArrow;
  }

  get isStatic() {
    return this.#original.isStatic;
  }

  get accessor() {
    return this.#original.accessor;
  }
}

/** What a function is defined with is asked for its defaults alone. */
class MovedParameter implements FunctionParameter {
  readonly start: number;
  readonly end: number;
  readonly #original: FunctionParameter;
  readonly #by: number;
  #target: Expression | null = null;
  #annotation: Expression | null = null;
  #default: Expression | null = null;

  constructor(original: FunctionParameter, by: number) {
    this.start = original.start + by;
    this.end = original.end + by;
    this.#original = original;
    this.#by = by;
  }

  get target() {
    this.#target ??= moved(this.#original.target, this.#by);
    return this.#target;
  }

  get annotation() {
    this.#annotation ??= moved(this.#original.annotation, this.#by);
    return this.#annotation;
  }

  get default() {
    this.#default ??= moved(this.#original.default, this.#by);
    return this.#default;
  }

  get kind() {
    return this.#original.kind;
  }
}

/** What a node of a tree holds: other nodes, lists of them, names, ranges. A function that was moved tells when it is asked. */
export function partsOf(node: object): readonly unknown[] {
  if (node instanceof MovedFunction) return [node.name, node.nameAt, node.decorators, node.parameters, node.body];
  if (node instanceof MovedParameter) return [node.target, node.annotation, node.default];
  return Object.values(node);
}

function isFunction(node: object): node is FunctionNode {
  return 'body' in node && 'parameters' in node && 'isArrow' in node;
}
