import type { Expression, Module, Statement } from '../syntax/ast.ts';

type ImportFrom = Extract<Statement, { type: 'ImportFrom' }>;

/**
 * What a module says under `if TYPE_CHECKING:` that it exports. Packages that import their parts when they are asked for put
 * an object of their own in the place of the module, and tell tools that do not run them here what it gives.
 */
export interface DeclaredNames {
  /** The statement that imports a name, by the name. */
  readonly byName: ReadonlyMap<string, ImportFrom>;
  /** `from .part import *`, in order. */
  readonly stars: readonly ImportFrom[];
  /** `sys.modules[__name__] = …`: what else the module does is not seen from outside. */
  readonly replacesItself: boolean;
}

export function declaredNames(syntax: Module): DeclaredNames {
  const known = cache.get(syntax);
  if (known !== undefined) return known;
  const byName = new Map<string, ImportFrom>();
  const stars: ImportFrom[] = [];
  let replacesItself = false;
  for (const statement of syntax.body) {
    if (statement.type !== 'If' || !isTypeChecking(statement.test)) continue;
    for (const inner of importsIn(statement.body)) {
      for (const { name, alias } of inner.names) {
        if (name === '*') stars.push(inner);
        else byName.set(alias ?? name, inner);
      }
    }
    replacesItself ||= statement.orElse.some(isReplacement);
  }
  const made = { byName, stars, replacesItself };
  cache.set(syntax, made);
  return made;
}

const cache = new WeakMap<Module, DeclaredNames>();

/** Also those under conditions: whether an optional dependency is there is taken to be so. */
function importsIn(body: readonly Statement[]): readonly ImportFrom[] {
  return body.flatMap((statement) => {
    switch (statement.type) {
      case 'ImportFrom':
        return [statement];
      case 'If':
        return importsIn([...statement.body, ...statement.orElse]);
      case 'Try':
        return importsIn([...statement.body, ...statement.orElse]);
      default:
        return [];
    }
  });
}

function isTypeChecking(test: Expression): boolean {
  return (test.type === 'Name' || test.type === 'Attribute') && test.name === 'TYPE_CHECKING';
}

function isReplacement(statement: Statement): boolean {
  if (statement.type !== 'Assign') return false;
  const [target] = statement.targets;
  return (
    target?.type === 'Index' &&
    target.object.type === 'Attribute' &&
    target.object.name === 'modules' &&
    target.index.type === 'Name' &&
    target.index.name === '__name__'
  );
}
