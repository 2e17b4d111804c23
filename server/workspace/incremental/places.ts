import type { Span } from '../../../core/graph/span.ts';
import type { Module } from '../../syntax/ast.ts';

/** A module's offsets, told by the top-level statement around them: what is above a statement does not move what is in it. */
export interface Places {
  readonly path: string;
  /** The same for the same place in the same statement, wherever the statement stands. */
  keyOf(offset: number): string;
  /** A number for the statement around an offset; of equal statements each has its own. */
  statementAt(offset: number): number;
  /** Where the statement around an offset begins. */
  startAround(offset: number): number;
  startOf(statement: number): number | null;
  /** To be called when the analysis is over: places are kept with what was found in them, and then take little memory. */
  rest(): void;
}

/** `null` for modules whose statements are not read one by one. */
export function placesOf(path: string, { pieces }: Module): Places | null {
  if (pieces === undefined) return null;
  const begins = Int32Array.from(pieces, ({ start }) => start);
  const statements = numbered(pieces.map(({ text }) => text));
  let starts: ReadonlyMap<number, number> | null = null;
  /** Most questions are about the statement that the one before was about. */
  let latest = 0;
  const around = (offset: number): number => {
    if ((begins[latest] ?? 0) <= offset && offset < (begins[latest + 1] ?? Number.POSITIVE_INFINITY)) return latest;
    latest = search(offset);
    return latest;
  };
  const search = (offset: number): number => {
    let [low, high] = [0, begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((begins[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    path,
    keyOf(offset) {
      const index = around(offset);
      return `${statements[index]}+${offset - (begins[index] ?? 0)}`;
    },
    statementAt: (offset) => statements[around(offset)] ?? -1,
    startAround: (offset) => begins[around(offset)] ?? 0,
    startOf(statement) {
      starts ??= startsOf(statements, begins);
      return starts.get(statement) ?? null;
    },
    rest() {
      starts = null;
    },
  };
}

function numbered(texts: readonly string[]): Int32Array {
  const counts = new Map<number, number>();
  return Int32Array.from(texts, (text) => {
    const first = identity(text);
    const before = counts.get(first) ?? 0;
    counts.set(first, before + 1);
    return before === 0 ? first : repetition(first, before);
  });
}

function startsOf(statements: Int32Array, begins: Int32Array): ReadonlyMap<number, number> {
  const starts = new Map<number, number>();
  for (let i = 0; i < statements.length; i++) starts.set(statements[i] ?? -1, begins[i] ?? 0);
  return starts;
}

/** Where a span of an earlier text stands now; `null` where its statement is gone. Spans of other modules stay. */
export function relocate(span: Span, before: Places, after: Places): Span | null {
  if (before === after || span.path !== after.path) return span;
  const from = before.startAround(span.start);
  const to = after.startOf(before.statementAt(span.start));
  if (to === null) return null;
  return from === to ? span : { path: span.path, start: span.start - from + to, end: span.end - from + to };
}

/** A deep copy of plain data with every span replaced; parts without spans are shared. */
export function mapSpans<T>(value: T, replace: (span: Span) => Span): T {
  if (typeof value !== 'object' || value === null) return value;
  if (isSpan(value)) return replace(value) as T;
  if (Array.isArray(value)) {
    if (value.length === 0) return value;
    const copy = value.map((item: unknown) => mapSpans(item, replace));
    return copy.some((item, index) => item !== value[index]) ? (copy as T) : value;
  }
  let changed: T | null = null;
  for (const key in value) {
    const mapped = mapSpans(value[key], replace);
    if (mapped === value[key]) continue;
    changed ??= { ...value };
    changed[key] = mapped;
  }
  return changed ?? value;
}

function isSpan(value: object): value is Span {
  return 'path' in value && 'start' in value && 'end' in value;
}

const identities = new Map<string, number>();
/** By the number of a text, those of its further occurrences. */
const repetitions = new Map<number, number[]>();
let lastIdentity = 0;

/** A number for each text of a statement, which is a string of its own; never the same for two, though a text may get another one later. */
function identity(text: string): number {
  const known = identities.get(text);
  if (known !== undefined) return known;
  if (identities.size > 20_000) {
    identities.clear();
    repetitions.clear();
  }
  lastIdentity++;
  identities.set(text, lastIdentity);
  return lastIdentity;
}

/** The number of a text that stands `before` times above. */
function repetition(first: number, before: number): number {
  const known = repetitions.get(first) ?? [];
  repetitions.set(first, known);
  while (known.length < before) {
    lastIdentity++;
    known.push(lastIdentity);
  }
  return known[before - 1] ?? first;
}
