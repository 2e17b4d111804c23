import type { Expression, Range } from './ast.ts';
import { type ConcreteNode, inside } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { lowerList } from './python-lists.ts';
import { wordIn } from './words.ts';

/** A Python string literal without f-expressions: its value, prefix and quotes taken away, escapes resolved. */
export function stringValue(literal: string): string {
  const { isRaw, contentStart, quotes } = readOpening(literal);
  const contentEnd =
    literal.length >= contentStart + quotes.length && literal.endsWith(quotes)
      ? literal.length - quotes.length
      : literal.length;
  const content = literal.slice(contentStart, contentEnd);
  return isRaw ? content : unescapePython(content);
}

/** Where the contents of a literal begin, how it is quoted, and whether backslashes mean themselves. */
function readOpening(literal: string): { isRaw: boolean; contentStart: number; quotes: string } {
  const prefix = /^[a-zA-Z]*/.exec(literal)?.[0] ?? '';
  const quote = literal[prefix.length] ?? '"';
  const quotes = literal.startsWith(quote.repeat(3), prefix.length) ? quote.repeat(3) : quote;
  return { isRaw: /r/i.test(prefix), contentStart: prefix.length + quotes.length, quotes };
}

function unescapePython(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:(\r?\n)|([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([abfnrtv\\'"]))/g,
    (_, newline, octal, hex, short, long, letter) => {
      if (newline !== undefined) return '';
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const digits = hex ?? short ?? long;
      if (digits !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff));
      return letters[letter as string] ?? letter;
    },
  );
}

const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A Python number literal; `null` where it is imaginary. */
export function numberValue(literal: string): { readonly value: number; readonly isFloat: boolean } | null {
  const digits = literal.replaceAll('_', '').toLowerCase();
  if (/^0[xob]/.test(digits)) return { value: Number(digits), isFloat: false };
  if (digits.endsWith('j')) return null;
  const value = Number.parseFloat(digits);
  return Number.isNaN(value) ? null : { value, isFloat: /[.e]/.test(digits) };
}

/** f-string, or literals that stand side by side. */
export function lowerTemplate(
  range: { start: number; end: number },
  parts: readonly (string | Expression)[],
): Expression {
  if (parts.every((part) => typeof part === 'string')) return { ...range, type: 'String', value: parts.join('') };
  return { ...range, type: 'Template', parts };
}

export function formatParts(node: ConcreteNode, py: PythonLowering): (string | Expression)[] {
  const literal = wordIn(py.text, node.start, node.end);
  const { isRaw, contentStart, quotes } = readOpening(literal);
  const parts: (string | Expression)[] = [];
  let at = node.start + contentStart;
  const addLiteral = (end: number) => {
    if (end <= at) return;
    const written = py.text.slice(at, end).replaceAll('{{', '{').replaceAll('}}', '}');
    parts.push(isRaw ? written : unescapePython(written));
  };
  for (const child of node.children) {
    if (child.name !== 'FormatReplacement') continue;
    addLiteral(child.start);
    parts.push(...replacement(child, py));
    at = child.end;
  }
  addLiteral(literal.endsWith(quotes) ? node.end - quotes.length : node.end);
  return parts;
}

/** `{x}`, `{x!r:>8}` as `format(x, '>8')`, `{x=}` with its text before. */
function replacement(node: ConcreteNode, py: PythonLowering): (string | Expression)[] {
  const written = lowerList(
    inside(node).filter((child) => !child.name.startsWith('Format') || child.name === 'FormatString'),
    py,
  );
  if (written === null) return [{ type: 'Unknown', start: node.start, end: node.end }];
  const conversion = node.children.find((child) => child.name === 'FormatConversion');
  const selfDocument = node.children.find((child) => child.name === 'FormatSelfDoc');
  const label = selfDocument === undefined ? [] : [py.text.slice(node.start + 1, selfDocument.end)];
  const spec = node.children.find((child) => child.name === 'FormatSpec');
  const isRepr =
    conversion === undefined
      ? selfDocument !== undefined && spec === undefined
      : wordIn(py.text, conversion.start, conversion.end) === '!r';
  const value = isRepr ? callOf('repr', written, [written]) : written;
  if (spec === undefined) return [...label, value];
  const range = { start: spec.start, end: spec.end };
  const specValue: Expression =
    spec.children.length > 1
      ? { ...range, type: 'Unknown' }
      : { ...range, type: 'String', value: py.text.slice(spec.start + 1, spec.end) };
  return [...label, callOf('format', node, [value, specValue])];
}

/** A call of a built-in function that the text spells differently. */
function callOf(name: string, at: Range, values: readonly Expression[]): Expression {
  return {
    type: 'Call',
    callee: { type: 'Name', name, start: at.start, end: at.start },
    arguments: values.map((value) => ({ start: value.start, end: value.end, name: null, value, spread: null })),
    isNew: false,
    start: at.start,
    end: at.end,
  };
}
