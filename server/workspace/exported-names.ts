import type { Module, Statement } from '../syntax/ast.ts';
import { parsePython } from '../syntax/python.ts';

type StarImport = Extract<Statement, { type: 'ImportFrom' }>;

/**
 * The names that `import *` takes: `__all__`, else every public name at the top of the module. Told by the syntax alone, so
 * that nothing needs to be evaluated. `follow` gives the names of a module that is star-imported in turn.
 */
export function exportedNames(
  syntax: Module,
  follow: (statement: StarImport) => ReadonlySet<string>,
): ReadonlySet<string> {
  const listed = listedIn(syntax.body);
  if (listed !== null) return listed;
  const names = new Set<string>();
  collect(syntax.body, follow, names);
  for (const name of names) if (name.startsWith('_')) names.delete(name);
  return names;
}

/**
 * `__all__` of a text that has not been parsed: only what follows the name is. `null` where it must be parsed whole to be told.
 */
export function listedInText(text: string): ReadonlySet<string> | null {
  const start = /^__all__\b/m.exec(text)?.index;
  return start === undefined ? null : listedIn(parsePython(text.slice(start)).body);
}

/** What `__all__` lists, and what decorators add to it. */
function listedIn(body: readonly Statement[]): ReadonlySet<string> | null {
  const listed = listedNames(body);
  return listed === null ? null : new Set([...listed, ...decoratedNames(body)]);
}

/** A decorator may add the function that it registers to `__all__`. */
function decoratedNames(body: readonly Statement[]): readonly string[] {
  return body.flatMap((statement) => {
    if (statement.type !== 'Function' || statement.function.decorators.length === 0) return [];
    const { name } = statement.function;
    return name === null || name.startsWith('_') ? [] : [name];
  });
}

/** `__all__ = [...]`, also added to; `null` where there is none that can be read. */
function listedNames(body: readonly Statement[]): readonly string[] | null {
  let names: string[] | null = null;
  for (const statement of body) {
    if (statement.type !== 'Assign' && statement.type !== 'AugmentedAssign') continue;
    const target = statement.type === 'Assign' ? statement.targets[0] : statement.target;
    if (target?.type !== 'Name' || target.name !== '__all__') continue;
    const { value } = statement;
    if (value?.type !== 'List' && value?.type !== 'Tuple') return null;
    names = [...(names ?? []), ...value.items.flatMap((item) => (item.type === 'String' ? [item.value] : []))];
  }
  return names;
}

function collect(
  body: readonly Statement[],
  follow: (statement: StarImport) => ReadonlySet<string>,
  names: Set<string>,
): void {
  for (const statement of body) {
    switch (statement.type) {
      case 'Function':
        if (statement.function.name !== null) names.add(statement.function.name);
        break;
      case 'Class':
        names.add(statement.name);
        break;
      case 'Assign':
        for (const target of statement.targets) if (target.type === 'Name') names.add(target.name);
        break;
      case 'Import':
        names.add(statement.alias ?? statement.module.split('.')[0] ?? statement.module);
        break;
      case 'ImportFrom':
        for (const { name, alias } of statement.names) {
          if (name !== '*') names.add(alias ?? name);
          else for (const inner of follow(statement)) names.add(inner);
        }
        break;
      case 'If':
        collect(statement.body, follow, names);
        collect(statement.orElse, follow, names);
        break;
      case 'Try':
        for (const part of [statement.body, statement.orElse, ...statement.handlers.map((handler) => handler.body)]) {
          collect(part, follow, names);
        }
        break;
      case 'With':
        collect(statement.body, follow, names);
    }
  }
}
