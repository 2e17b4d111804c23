import type { Span } from '../../../core/graph/span.ts';
import type { Module } from '../../syntax/ast.ts';

/** A module's offsets, told by the top-level statement around them: what is above a statement does not move what is in it. */
export interface Places {
  readonly path: string;
  /** The same for the same place in the same statement, wherever the statement stands. */
  keyOf(offset: number): string;
  /** A number for the statement around an offset; of equal statements each has its own. */
  statementAt(offset: number): number;
  startOf(statement: number): number | null;
}

/** `null` for modules whose statements are not read one by one. */
export function placesOf(path: string, { pieces }: Module): Places | null {
  if (pieces === undefined) return null;
  const statements: number[] = [];
  const starts = new Map<number, number>();
  const counts = new Map<number, number>();
  const begins = pieces.map(({ start }) => start);
  for (const { start, text } of pieces) {
    const first = identity(text);
    const before = counts.get(first) ?? 0;
    counts.set(first, before + 1);
    const statement = before === 0 ? first : repetition(first, before);
    statements.push(statement);
    starts.set(statement, start);
  }
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
    startOf: (statement) => starts.get(statement) ?? null,
  };
}

/** Where a span of an earlier text stands now; `null` where its statement is gone. Spans of other modules stay. */
export function relocate(span: Span, before: Places, after: Places): Span | null {
  if (before === after || span.path !== after.path) return span;
  const statement = before.statementAt(span.start);
  const [from, to] = [before.startOf(statement), after.startOf(statement)];
  if (from === null || to === null) return null;
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
