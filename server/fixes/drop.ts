import type { Range, Statement } from '../syntax/ast.ts';
import { partsOf } from '../syntax/statement-cache.ts';
import type { Fix } from './fix.ts';
import type { Source } from './source.ts';
import type { Written } from './written.ts';

/** Leaves the framework's default in place: drops the statement, the keyword argument or the option. */
export function dropStatement(written: Written, preferred: boolean): readonly Fix[] {
  const range = written.framework === 'torch' ? statementEdit(written) : argumentEdit(written);
  if (range === null) return [];
  const edits = [{ path: written.source.path, ...range }];
  return [{ title: "Keep the framework's default", preferred, safe: false, edits }];
}

type Replaced = Range & { readonly text: string };

/** The whole lines of a statement of its own, or `pass` where the block would be left empty. */
function statementEdit({ ancestors, source, coversDefault }: Written): Replaced | null {
  const statement = ancestors.at(-1);
  if (statement?.type !== 'Expression' || !coversDefault) return null;
  const { text } = source;
  const start = text.lastIndexOf('\n', statement.start - 1) + 1;
  const lineEnd = text.indexOf('\n', statement.end);
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  const before = text.slice(start, statement.start);
  const after = text.slice(statement.end, end).trim();
  if (before.trim() !== '' || (after !== '' && !after.startsWith('#'))) return null;
  const block = blockOf(source.syntax.body, statement);
  if (block === null) return null;
  if (block.length > 1) return { start, end, text: '' };
  return { start: statement.start, end: statement.end, text: 'pass' };
}

/** The list of statements that holds this one. */
function blockOf(value: unknown, statement: Statement): readonly unknown[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value) && value.includes(statement)) return value;
  for (const child of partsOf(value)) {
    const found = blockOf(child, statement);
    if (found !== null) return found;
  }
  return null;
}

/** `kernel_initializer="zeros"` or `kernelInitializer: 'zeros'` with its comma. */
function argumentEdit({ ancestors, node, source }: Written): Replaced | null {
  const parent = ancestors.at(-1);
  if (parent?.type === 'Call') {
    const argument = parent.arguments.find(({ value, name }) => value === node && name !== null);
    return argument === undefined ? null : withComma(argument, source);
  }
  if (parent?.type !== 'Dict') return null;
  const entry = parent.entries.find(({ value }) => value === node);
  return entry?.key == null ? null : withComma({ start: entry.key.start, end: node.end }, source);
}

function withComma({ start, end }: Range, { text }: Source): Replaced {
  const behind = /^\s*,[ \t]*(?:\r?\n[ \t]*)?/.exec(text.slice(end));
  if (behind !== null) return { start, end: end + behind[0].length, text: '' };
  const before = /,\s*$/.exec(text.slice(0, start));
  return { start: start - (before?.[0].length ?? 0), end, text: '' };
}
