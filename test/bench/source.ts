import { readCases } from '../cases/cases.ts';

/**
 * A Python module of about so many lines, full of models: the labelled cases of the rules, one after the other and again
 * from the start, each time under new names.
 */
export function moduleOf(lines: number): string {
  const cases = readCases().filter(({ path, text }) => path.endsWith('.py') && text.includes('import torch'));
  const taken: string[] = ['"""Models of every kind."""'];
  for (let round = 0, count = 1; count < lines; round++) {
    for (const [index, { text }] of cases.entries()) {
      if (count >= lines) break;
      const piece = renamed(withoutMain(text), `${round}_${index}`).split('\n');
      taken.push(...piece);
      count += piece.length;
    }
  }
  return `${taken.join('\n')}\n`;
}

function withoutMain(text: string): string {
  return text.replace(/\n+if __name__ == [\s\S]*$/, '\n');
}

/** Gives what a text defines at its top a name of its own. */
function renamed(text: string, suffix: string): string {
  const names = Array.from(text.matchAll(/^(?:class|def) (\w+)|^(\w+) = /gm), (match) => match[1] ?? match[2] ?? '');
  if (names.length === 0) return text;
  return text.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), (name) => `${name}_${suffix}`);
}
