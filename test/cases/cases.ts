import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A labelled source file of `test/cases/<rule>/`. */
export interface Case {
  /** `zero-init/legit_lora.py`. */
  readonly name: string;
  readonly rule: string;
  readonly path: string;
  readonly text: string;
  /** `line rule:severity`, as its comments say; without a severity any will do. */
  readonly expected: readonly string[];
}

export const casesFolder = import.meta.dirname;

export function readCases(): readonly Case[] {
  return readdirSync(casesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: rule }) => readdirSync(path.join(casesFolder, rule)).map((file) => readCase(rule, file)));
}

function readCase(rule: string, file: string): Case {
  const location = path.join(casesFolder, rule, file);
  const text = readFileSync(location, 'utf8');
  return { name: `${rule}/${file}`, rule, path: location, text, expected: expectationsOf(text) };
}

/** `# expect: rule` or `// expect: rule:severity` at the line of the finding. */
function expectationsOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /(?:#|\/\/) expect: (\S+)/.exec(line)?.[1];
    return found === undefined ? [] : [`${index + 1} ${found}`];
  });
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
