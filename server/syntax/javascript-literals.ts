import type { ConcreteNode } from './concrete.ts';

/** The value of a JavaScript string literal or of a template's text, escapes resolved. */
export function unescapeJavaScript(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:(\r?\n)|x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]+)\}|([\s\S]))/g,
    (_, newline, hex, short, long, letter) => {
      if (newline !== undefined) return '';
      const digits = hex ?? short ?? long;
      if (digits !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff));
      return letters[letter as string] ?? letter;
    },
  );
}

const letters: Readonly<Record<string, string>> = {
  0: '\0',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A number literal; big integers are numbers too. */
export function javaScriptNumber(literal: string): { readonly value: number; readonly isFloat: boolean } {
  const digits = literal.replaceAll('_', '').toLowerCase().replace(/n$/, '');
  if (/^0[xob]/.test(digits)) return { value: Number(digits), isFloat: false };
  return { value: Number.parseFloat(digits), isFloat: /[.e]/.test(digits) };
}

/** The contents of a string node. */
export function stringOf(node: ConcreteNode, text: string): string {
  const written = text.slice(node.start, node.end);
  const isClosed = written.length > 1 && written.endsWith(written[0] ?? '"');
  return unescapeJavaScript(written.slice(1, isClosed ? -1 : undefined));
}

/** A property's or method's name where it is fixed. */
export function propertyName(node: ConcreteNode | undefined, text: string): string | null {
  switch (node?.name) {
    case 'PropertyDefinition':
    case 'PrivatePropertyDefinition':
    case 'PropertyName':
    case 'VariableDefinition':
      return text.slice(node.start, node.end);
    case 'String':
      return stringOf(node, text);
    case 'Number':
      return String(javaScriptNumber(text.slice(node.start, node.end)).value);
    default:
      return null;
  }
}
