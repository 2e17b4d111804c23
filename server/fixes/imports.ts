import type { Statement } from '../syntax/ast.ts';
import type { Edit } from './fix.ts';
import type { Source } from './source.ts';
import { lineBreakOf } from './style.ts';

/* What a file imports, and under which names. */

type Import = Extract<Statement, { type: 'Import' | 'ImportFrom' }>;

/** Also those in `try` blocks and under conditions. */
export function importsOf(body: readonly Statement[]): readonly Import[] {
  return body.flatMap((statement): readonly Import[] => {
    if (statement.type === 'Import' || statement.type === 'ImportFrom') return [statement];
    return statement.type === 'Try' || statement.type === 'If' ? importsOf(statement.body) : [];
  });
}

/** The name that a module goes by, followed by `tail`. */
export function nameOf(imports: readonly Import[], module: string, tail: string): string | null {
  const cut = module.lastIndexOf('.');
  const [parent, own] = [module.slice(0, Math.max(cut, 0)), module.slice(cut + 1)];
  for (const statement of imports) {
    if (statement.type === 'Import') {
      if (statement.module === module && statement.alias !== null) return statement.alias + tail;
      // `import torch.nn` binds `torch`.
      if (statement.alias === null && cut < 0 && statement.module.split('.')[0] === module) return module + tail;
    } else if (statement.level === 0 && statement.module === parent) {
      const found = statement.names.find(({ name }) => name === own);
      if (found !== undefined) return (found.alias ?? own) + tail;
    }
  }
  return null;
}

/** After the last import at the top of the file, else before the first statement. */
export function importEdit(source: Source, line: string, imports: readonly Import[]): Edit {
  const newline = lineBreakOf(source);
  const last = imports.filter((one) => source.syntax.body.includes(one)).at(-1);
  if (last === undefined) {
    const start = source.syntax.body.find(({ type }) => type !== 'Expression')?.start ?? 0;
    return { path: source.path, start, end: start, text: line + newline };
  }
  const end = source.text.indexOf('\n', last.end);
  const at = end < 0 ? source.text.length : end + 1;
  return { path: source.path, start: at, end: at, text: end < 0 ? newline + line : line + newline };
}
