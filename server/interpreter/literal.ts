import { boolean, dictOf, list, none, number, string, tuple, unknown, type Value } from './values.ts';

/**
 * Reads a default in a signature: `None`, `True`, `1e-5`, `-1`, `'zeros'`, `(0.9, 0.999)`, `[1, 2]`, `{}`. Anything else is
 * an unknown value.
 */
export function parseLiteral(text: string): Value {
  const source = text.trim();
  const word = words[source];
  if (word !== undefined) return word;
  if (source === '{}') return dictOf([]);
  if (/^(['"]).*\1$/s.test(source)) return string(source.slice(1, -1));
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(source)) return number(Number(source), /[.e]/i.test(source));
  if (/^\(.*\)$/s.test(source)) return tuple(splitTopLevel(source.slice(1, -1)).map(parseLiteral));
  if (/^\[.*\]$/s.test(source)) return list(splitTopLevel(source.slice(1, -1)).map(parseLiteral));
  return unknown(source);
}

const words: Readonly<Record<string, Value>> = {
  None: none,
  null: none,
  undefined: none,
  True: boolean(true),
  true: boolean(true),
  False: boolean(false),
  false: boolean(false),
};

/** Cuts at the commas that stand outside of brackets and quotes; a trailing comma makes no part. */
export function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote: string | null = null;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote !== null) {
      if (character === quote) quote = null;
    } else if (character === "'" || character === '"') quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
