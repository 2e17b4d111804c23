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
export function readOpening(literal: string): { isRaw: boolean; contentStart: number; quotes: string } {
  const prefix = /^[a-zA-Z]*/.exec(literal)?.[0] ?? '';
  const quote = literal[prefix.length] ?? '"';
  const quotes = literal.startsWith(quote.repeat(3), prefix.length) ? quote.repeat(3) : quote;
  return { isRaw: /r/i.test(prefix), contentStart: prefix.length + quotes.length, quotes };
}

export function unescapePython(text: string): string {
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
