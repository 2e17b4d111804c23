import type { Range } from './ast.ts';

/** What one fast pass over Python text finds, before it is parsed. */
export interface PythonSource {
  /**
   * The text for the parser, from where the scan began, with the same length: what `@lezer/python` cannot read is rewritten in
   * place, so offsets stay true and the lowering looks into the original text where it matters.
   */
  readonly masked: string;
  /** Offsets of lines that begin a top-level statement, ascending; the first is where the scan began. */
  readonly cuts: readonly number[];
  /** Strings that end with their line, which they should not, and brackets that are nested too deep. */
  readonly errors: readonly Range[];
  /** Where the scan ended. */
  readonly end: number;
}

/**
 * Finds top-level statements, and rewrites in place:
 * - `1.` and `1.e5` to `1_` and `1_e5` (the parser takes the point for a member access);
 * - a bare `yield` to the name `_ield`;
 * - `as` in `with` to `or` (the parser knows only `as name`, and no parentheses around several);
 * - empty lines and lines of comments to blanks at the end of the line before (the parser loses its way after some hundred
 *   of them in one block);
 * - a line continuation before CRLF, a byte order mark, and a notebook's `%magic` and `!shell` lines to blanks;
 * - the line of a bracket that is still open where a new statement surely begins (somebody is typing there) to blanks;
 * - what stands in brackets that are nested deeper than CPython allows to a name;
 * - the rest of a line that goes on for ever to a choice between what is not known;
 * - the rest of a table in brackets that goes on for ever to an unpacked name, so that its length is not known.
 *
 * The scan begins `from` where a statement begins, and ends where `isKnown` says of the beginning of another one that it, and so
 * all that follows, is known.
 */
export function scanPython(
  text: string,
  from = 0,
  isKnown: (statement: number) => boolean = () => false,
): PythonSource {
  const edits: { at: number; with: string }[] = [];
  /** Where the last one begins. */
  let comment = -1;
  const errors: Range[] = [];
  const cuts = [from];
  let end = text.length;
  /** Offsets of open brackets. */
  let open: number[] = [];
  let tooDeep = -1;
  /** Behind a comma of the outermost bracket that is too long; whether that has keys. */
  let tooLong = -1;
  let hasKeys = false;
  let inWith = false;
  let lineStart = from;
  /** Before it are strings, brackets and comments, which must not be cut. */
  let whole = from;

  if (from === 0 && text.charCodeAt(0) === 0xfeff) edits.push({ at: 0, with: '\n' });
  beginLine(from);
  token.lastIndex = from;
  for (let match = token.exec(text); match !== null && end === text.length; match = token.exec(text)) {
    const at = match.index;
    const found = match[0];
    const first = found.charCodeAt(0);
    if (match[1] !== undefined) {
      token.lastIndex = endOfString(text, at, match[1]);
      if (isLeftOpen(text, at + match[1].length, token.lastIndex)) errors.push({ start: at, end: token.lastIndex });
      whole = token.lastIndex;
    } else if (first === 10 /* newline */) {
      if (open.length === 0) {
        inWith = false;
        cutLongLine(at);
      }
      joinBlankLine(at);
      lineStart = at + 1;
      beginLine(lineStart);
    } else if (first === 35 /* # */) {
      comment = at;
      whole = token.lastIndex;
    } else if (first === 92 /* \ */) {
      if (found.length === 3) edits.push({ at, with: ' \\\n' });
    } else if (found === '(' || found === '[' || found === '{') {
      open.push(at);
      if (open.length === deepestBracket) tooDeep = at;
      if (open.length === 1) hasKeys = false;
    } else if (found === ')' || found === ']' || found === '}') {
      if (open.length === deepestBracket) skipBracket(at);
      if (open.length === 1) skipRest(at, found === '}' && hasKeys ? '**_' : '*_');
      open.pop();
      whole = token.lastIndex;
    } else if (found === 'with') {
      inWith = open.length === 0;
    } else if (found === 'as') {
      if (inWith && open.length <= 1) edits.push({ at, with: 'or' });
    } else if (found === ':') {
      if (open.length === 0) inWith = false;
      hasKeys ||= open.length === 1;
    } else if (found === 'yield') {
      bareYield.lastIndex = at + found.length;
      if (bareYield.test(text)) edits.push({ at, with: '_' });
    } else if (pointedNumber.test(found)) {
      edits.push({ at: at + found.indexOf('.'), with: '_' });
    }
    if (open.length === 1 && tooLong < 0 && at - (open[0] ?? at) > longestTable && text[token.lastIndex] === ',') {
      tooLong = token.lastIndex + 1;
    }
  }
  if (open.length === 0) cutLongLine(end);
  if (tooDeep >= 0) skipBracket(end);
  errors.sort((left, right) => left.start - right.start);
  const own = edits.map((edit) => ({ ...edit, at: edit.at - from }));
  return { masked: applyEdits(text.slice(from, end), own), cuts, errors, end };

  function beginLine(at: number) {
    const next = text.charCodeAt(at);
    if (open.length > 0) {
      statementStart.lastIndex = at;
      if (!statementStart.test(text)) return;
      let blanked = -1;
      for (const bracket of open) if (bracket >= blanked) blanked = blankLine(bracket);
      open = [];
      tooDeep = -1;
      tooLong = -1;
      inWith = false;
    } else if (next === 37 /* % */ || next === 33 /* ! */) {
      blankLine(at);
    }
    if (at === from || isContinued(at)) return;
    topLevel.lastIndex = at;
    if (!topLevel.test(text)) return;
    if (isKnown(at)) end = at;
    else cuts.push(at);
  }

  /** `at` is the newline that ends the line. */
  function joinBlankLine(at: number) {
    const codeEnd = comment >= lineStart ? comment : at;
    if (lineStart === from || text.slice(lineStart, codeEnd).trim() !== '') return;
    const newline = text.charCodeAt(lineStart - 2) === 13 ? lineStart - 2 : lineStart - 1;
    edits.push({ at: newline, with: ' '.repeat((text.charCodeAt(at - 1) === 13 ? at - 1 : at) - newline) });
  }

  function isContinued(at: number): boolean {
    const before = text.charCodeAt(at - 2) === 13 ? at - 3 : at - 2;
    if (text.charCodeAt(before) === 92) return true;
    // A decorator and its definition are one statement.
    const last = cuts[cuts.length - 1] ?? 0;
    return text.charCodeAt(last) === 64 && !definitionLine.test(text.slice(last, at));
  }

  /** Where it ends. */
  function blankLine(at: number): number {
    const start = text.lastIndexOf('\n', at - 1) + 1;
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    edits.push({ at: start, with: ' '.repeat(end - start) });
    return end;
  }

  /** A sum of ten thousand numbers: of what such a line computes, nothing is known. */
  function cutLongLine(end: number): void {
    const rest = Math.max(lineStart + longestTable, whole);
    const at = rest >= end ? -1 : text.indexOf(' ', rest);
    if (at >= 0 && end - at >= unknownEnding.length) edits.push({ at, with: unknownEnding.padEnd(end - at) });
  }

  function skipRest(end: number, name: string): void {
    if (tooLong >= 0 && end - tooLong >= name.length) edits.push({ at: tooLong, with: name.padEnd(end - tooLong) });
    tooLong = -1;
  }

  /** The bracket that is nested too deep, up to where it ends. */
  function skipBracket(end: number): void {
    errors.push({ start: tooDeep, end });
    const inside = end - tooDeep - 1;
    if (inside > 0) edits.push({ at: tooDeep + 1, with: `_${' '.repeat(inside - 1)}` });
    tooDeep = -1;
  }
}

/** In characters: a weight matrix, a vocabulary. Nothing of a model is made of more. */
const longestTable = 100_000;

const unknownEnding = ' if _ else _';

/** CPython's tokenizer refuses that many open brackets. */
const deepestBracket = 201;

/** A string's opening quotes (group 1: prefix and quotes), a comment, a continued line, a name, a number, a bracket, a newline. */
const token =
  /([rRbBuUfFtT]{0,2}(?:"""|'''|"|'))|#[^\r\n]*|\\\r?\n|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?\w*|[()[\]{}:\n]/g;
const pointedNumber = /^\d[\d_]*\.(?!\d)/;
const bareYield = /[ \t]*(?:[)\]},;:#\r\n]|$)/y;
/** What begins a line only where no bracket is open. */
const statementStart =
  /[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*[([]|class[ \t]+\w+[ \t]*[(:[]|(?:return|raise|while|with|try|import|pass|del|assert|global)\b(?![ \t]*[=,)])|self\.\w+[ \t]*=(?!=))/y;
const topLevel = /(?!(?:else|elif|except|finally)\b)[^\s#)\]}]/y;
const definitionLine = /^(?:async[ \t]+)?(?:def|class)\b/m;

/** The offset after the string that opens at `at`. A one-line string that is not closed ends with its line. */
function endOfString(text: string, at: number, opening: string): number {
  const quotes = opening.endsWith('"""') || opening.endsWith("'''") ? opening.slice(-3) : opening.slice(-1);
  const isFormat = /[fFtT]/.test(opening);
  let nesting = 0;
  let i = at + opening.length;
  while (i < text.length) {
    const char = text[i] ?? '';
    if (char === '\\') i += 2;
    else if (nesting === 0 && text.startsWith(quotes, i)) return i + quotes.length;
    else if (char === '\n' && quotes.length === 1) return i;
    else if (isFormat && char === '{') {
      if (nesting === 0 && text[i + 1] === '{') i++;
      else nesting++;
      i++;
    } else if (nesting > 0 && char === '}') {
      nesting--;
      i++;
    } else if (nesting > 0 && (char === '"' || char === "'")) {
      // Before Python 3.12 the enclosing quote always ended the string; since then it may open a nested one.
      const closing = text.slice(i + 1).search(/["'\n]/);
      if (text.startsWith(quotes, i) && (closing < 0 || text[i + 1 + closing] !== char)) return i + quotes.length;
      i = endOfString(text, i, text.startsWith(char.repeat(3), i) ? char.repeat(3) : char);
    } else i++;
  }
  return text.length;
}

/** A string of one quote that has come to the end of its line; `inside` is behind its opening. */
function isLeftOpen(text: string, inside: number, end: number): boolean {
  const quote = text[inside - 1] ?? '';
  if (text.startsWith(quote.repeat(3), inside - 3) && text[end] !== '\n') return false;
  return (text[end] ?? '\n') === '\n' && (end <= inside || text[end - 1] !== quote);
}

function applyEdits(text: string, edits: readonly { readonly at: number; readonly with: string }[]): string {
  let result = '';
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at || b.with.length - a.with.length)) {
    if (edit.at < done) continue;
    result += text.slice(done, edit.at) + edit.with;
    done = edit.at + edit.with.length;
  }
  return result + text.slice(done);
}
