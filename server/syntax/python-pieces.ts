import type { Range } from './ast.ts';
import { scanPython } from './python-source.ts';
import { type CachedPiece, copyOf } from './statement-cache.ts';

/** A top-level statement with the comments and empty lines behind it; offsets are its own. Kept from one text to the next. */
export interface PythonPiece extends CachedPiece {
  readonly text: string;
  /** For the parser, see `scanPython`. */
  readonly masked: string;
  readonly errors: readonly Range[];
}

export interface CutPython {
  readonly text: string;
  readonly pieces: readonly PythonPiece[];
  /** Where each of them begins; the first one at 0. */
  readonly starts: readonly number[];
}

/**
 * Cuts Python text into its top-level statements. Of a text that differs from the one before in one place, only what lies around
 * the change is scanned: from the statement that the change is in, or behind, to the first one after it that begins where one began.
 */
export function cutPython(text: string, before: CutPython | null): CutPython {
  if (before === null) return scanned(text, 0, () => false, keptPiece);
  if (before.text === text) return before;
  const shift = text.length - before.text.length;
  const [prefix, suffix] = common(before.text, text);
  const unchangedFrom = before.text.length - suffix;
  const restart = lastIndexWhere(before.starts, (start) => start === 0 || endOfLine(before.text, start) < prefix);
  const from = before.starts[restart] ?? 0;
  const indexAt = (at: number) => {
    const index = lastIndexWhere(before.starts, (start) => start + shift <= at);
    return before.starts[index] === at - shift ? index : -1;
  };
  const middle = scanned(text, from, (at) => at - shift >= unchangedFrom && indexAt(at) >= 0, keptPiece);
  const end = middle.end === text.length ? before.pieces.length : indexAt(middle.end);
  return {
    text,
    pieces: [...before.pieces.slice(0, restart), ...middle.pieces, ...before.pieces.slice(end)],
    starts: [
      ...before.starts.slice(0, restart),
      ...middle.starts,
      ...before.starts.slice(end).map((start) => start + shift),
    ],
  };
}

/** The same for a text that is read once. */
export function cutOnce(text: string): CutPython {
  return scanned(
    text,
    0,
    () => false,
    (own, masked, errors) => ({ text: own, masked, errors, key: '' }),
  );
}

/** The text cut at other places too, each part scanned as if it were alone; parts that begin and end with statements are known. */
export function cutPythonAt(cut: CutPython, places: readonly number[]): CutPython {
  const { text } = cut;
  const known = new Map(cut.starts.map((start, index) => [start, index]));
  known.set(text.length, cut.pieces.length);
  const pieces: PythonPiece[] = [];
  const starts: number[] = [];
  places.forEach((start, index) => {
    const end = places[index + 1] ?? text.length;
    const [first, last] = [known.get(start), known.get(end)];
    const isKnown = first !== undefined && last !== undefined;
    const part = isKnown ? null : scanned(text.slice(start, end), 0, () => false, keptPiece);
    pieces.push(...(part === null ? cut.pieces.slice(first, last) : part.pieces));
    starts.push(...(part === null ? cut.starts.slice(first, last) : part.starts.map((at) => at + start)));
  });
  return { text, pieces, starts };
}

/** From a place where a statement begins to the first known one after it; places in `starts` are the text's. */
function scanned(
  text: string,
  from: number,
  isKnown: (at: number) => boolean,
  make: (text: string, masked: string, errors: readonly Range[]) => PythonPiece,
): CutPython & { readonly end: number } {
  const { cuts, end, masked, errors } = scanPython(text, from, isKnown);
  let error = 0;
  const pieces = cuts.map((start, index): PythonPiece => {
    const stop = cuts[index + 1] ?? end;
    const ownErrors: Range[] = [];
    for (let item = errors[error]; item !== undefined && item.start < stop; item = errors[error]) {
      ownErrors.push({ start: item.start - start, end: item.end - start });
      error++;
    }
    return make(text.slice(start, stop), masked.slice(start - from, stop - from), ownErrors);
  });
  return { text, pieces, starts: cuts, end };
}

/** It keeps nothing of the text around it alive. */
function keptPiece(written: string, forParser: string, errors: readonly Range[]): PythonPiece {
  const text = copyOf(written);
  if (written === forParser) return { text, masked: text, key: text, errors };
  return { text, masked: copyOf(forParser), key: copyOf(`${text}\0${forParser}`), errors };
}

/** How many characters two texts have in common at their beginnings, and at their ends behind that. */
function common(left: string, right: string): readonly [prefix: number, suffix: number] {
  const shorter = Math.min(left.length, right.length);
  let prefix = 0;
  // Whole blocks first: comparing those is the engine's own work.
  while (prefix + block <= shorter && left.slice(prefix, prefix + block) === right.slice(prefix, prefix + block))
    prefix += block;
  while (prefix < shorter && left.charCodeAt(prefix) === right.charCodeAt(prefix)) prefix++;
  const rest = shorter - prefix;
  const fromEnd = (text: string, count: number) => text.slice(text.length - count - block, text.length - count);
  let suffix = 0;
  while (suffix + block <= rest && fromEnd(left, suffix) === fromEnd(right, suffix)) suffix += block;
  while (suffix < rest && left.charCodeAt(left.length - 1 - suffix) === right.charCodeAt(right.length - 1 - suffix))
    suffix++;
  return [prefix, suffix];
}

/** In characters. */
const block = 4096;

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

/** Of ascending numbers that are small enough up to some place; -1 where none is. */
function lastIndexWhere(numbers: readonly number[], isSmall: (number: number) => boolean): number {
  let [low, high] = [-1, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isSmall(numbers[middle] ?? 0)) low = middle;
    else high = middle - 1;
  }
  return low;
}
