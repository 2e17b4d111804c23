import type { Journal } from './journal.ts';
import type { Frame } from './machine.ts';
import { noteRead } from './read-log.ts';
import { type Scope, unknown, type Value } from './values.ts';

export function createScope(parent: Scope | null, born = -1): Scope {
  return { parent, variables: new Map(), born };
}

/** Among the names that a scope's `reads` collects: the code asked which names there are. */
export const allNames = '*';
/** The code took all names with their values. */
export const allValues = '**';

/** The value of a name, from the inside out; `null` where no scope has it. */
export function lookUp(frame: Frame, name: string): Value | null {
  const redirect = frame.redirects?.get(name);
  for (let scope: Scope | null = redirect ?? frame.scope; scope !== null; scope = scope.parent) {
    const value = scope.variables.get(name);
    scope.reads?.add(name);
    noteRead(scope.variables, name, value, scope);
    if (value !== undefined) return force(scope, name, value);
  }
  return null;
}

/** A name that an import cycle asks for before it exists. Python takes a submodule of that name then. */
export const importCycle: Value = unknown('import cycle');

/** Evaluates an import that has waited for its first use. */
export function force(scope: Scope, name: string, value: Value): Value {
  if (value.type !== 'lazy') return value;
  const forced = value.force();
  // A star import in a cycle may have been replaced meanwhile.
  if (forced !== importCycle && scope.variables.get(name) === value) scope.variables.set(name, forced);
  return forced;
}

/** Binds a name as the language does: Python in the function's own scope, JavaScript where it was declared. */
export function bindName(frame: Frame, name: string, value: Value, isDeclaration: boolean, journal: Journal): void {
  const scope = frame.redirects?.get(name) ?? (isDeclaration ? frame.scope : scopeOfWrite(frame, name));
  journal.touch(scope);
  scope.variables.set(name, value);
}

function scopeOfWrite(frame: Frame, name: string): Scope {
  if (frame.module.language === 'python') return frame.scope;
  for (let scope: Scope | null = frame.scope; scope !== null; scope = scope.parent) {
    if (scope.variables.has(name)) return scope;
  }
  return frame.scope;
}

/** The outermost scope: the module's. */
export function globalScope(frame: Frame): Scope {
  return frame.module.scope;
}

/** The nearest scope around a function that has a name, for `nonlocal`. */
export function enclosingScope(frame: Frame, name: string): Scope {
  for (let scope: Scope | null = frame.scope.parent; scope !== null; scope = scope.parent) {
    if (scope.variables.has(name)) return scope;
  }
  return frame.scope;
}
