import type { Statement } from '../../server/syntax/ast.ts';
import { parsePython } from '../../server/syntax/python.ts';
import { breakings } from './breakings.ts';

/** A class of a module, or a function at its top. */
interface Definition {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Loss {
  readonly way: string;
  readonly line: number;
  /** Classes and functions that are gone though the broken line is in none of them. */
  readonly lost: readonly string[];
  readonly others: number;
}

/** Breaks one line of a module in one way, and tells what else is not found any more. */
export function breakLine(text: string, way: string, place: number, draw: number): Loss {
  const lines = text.split('\n');
  const line = Math.min(lines.length - 1, Math.floor(place * lines.length));
  const start = lines.slice(0, line).join('\n').length + (line === 0 ? 0 : 1);
  const own = lines[line] ?? '';
  const broken = [...lines.slice(0, line), breakings[way]?.(own, draw) ?? own, ...lines.slice(line + 1)].join('\n');
  const others = definitionsOf(text).filter((one) => one.end <= start || one.start > start + own.length);
  const left = namesOf(definitionsOf(broken));
  const lost: string[] = [];
  for (const { name } of others) {
    const count = left.get(name) ?? 0;
    if (count === 0) lost.push(name);
    left.set(name, count - 1);
  }
  return { way, line, lost, others: others.length };
}

function definitionsOf(text: string): readonly Definition[] {
  const found: Definition[] = [];
  visit(parsePython(text).body, true);
  return found;

  function visit(body: readonly Statement[], isTop: boolean): void {
    for (const statement of body) {
      const { start, end } = statement;
      if (statement.type === 'Class') {
        found.push({ name: `class ${statement.name}`, start, end });
        visit(statement.body, false);
      } else if (statement.type === 'Function' && isTop) {
        found.push({ name: `def ${statement.function.name}`, start, end });
      }
    }
  }
}

function namesOf(definitions: readonly Definition[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of definitions) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
