export type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element as text. `content` is markup. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${list.join('')}>${content}</${name}>`;
}

/** A line of plain text. */
export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escaped(content));
}

/** Words in lines of at most `length` characters. */
export function wrapped(content: string, length: number): readonly string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
