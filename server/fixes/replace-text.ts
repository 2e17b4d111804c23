import type { Remedy } from '../../core/rules/finding.ts';
import type { Fix } from './fix.ts';
import { type Source, textOf } from './source.ts';
import { quoteOf } from './style.ts';

/** Another text at a place. A string literal keeps its prefix and its quotes. */
export function replaceText(remedy: Extract<Remedy, { kind: 'replaceText' }>, source: Source): readonly Fix[] {
  const { at, text, title, safe, preferred } = remedy;
  return [{ title, preferred, safe, edits: [{ ...at, text: requoted(text, textOf(source, at), source) }] }];
}

function requoted(text: string, before: string, source: Source): string {
  const contents = /^(['"])(.*)\1$/s.exec(text)?.[2];
  if (contents === undefined) return text;
  const quotes = /^([a-zA-Z]{0,2})('''|"""|['"`]).*\2$/s.exec(before);
  const [, prefix = '', quote = quoteOf(source)] = quotes ?? [];
  return `${prefix}${quote}${contents}${quote}`;
}
