import type { Source } from './source.ts';

/** The quote that the file uses more; the language's own habit where it uses none. */
export function quoteOf({ text, language }: Source): '"' | "'" {
  // Triple quotes are docstrings and say nothing about strings.
  const plain = text.replace(/"""|'''/g, '');
  const double = plain.split('"').length;
  const single = plain.split("'").length;
  if (double === single) return language === 'python' ? '"' : "'";
  return double > single ? '"' : "'";
}

/** A number as a person writes it: `0.2`, `1.414`. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The line's break, as the file has it. */
export function lineBreakOf({ text }: Source): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** What stands before the first character of the line that holds an offset. */
export function indentationAt({ text }: Source, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** One more step of indentation, as the file makes it. */
export function indentationStep({ text }: Source): string {
  return /^(\t| {2,8})\S/m.exec(text)?.[1] ?? '    ';
}
