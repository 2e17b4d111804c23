import type { Statement } from '../syntax/ast.ts';
import type { Frame, Machine } from './machine.ts';
import { mayFail } from './raise.ts';
import { bindName, importCycle } from './scopes.ts';
import { type LazyValue, unknown, type Value } from './values.ts';

/** `import a.b as c`. Without an alias Python binds the first name only. */
export function executeImport(machine: Machine, node: Extract<Statement, { type: 'Import' }>, frame: Frame): void {
  const isPython = frame.module.language === 'python';
  const [first = node.module] = node.module.split('.');
  const name = node.alias ?? (isPython ? first : null);
  const target = node.alias === null && isPython ? first : node.module;
  const found = machine.importModule(target, 0, frame.module);
  const value = found ?? mayFail(machine, 'ModuleNotFoundError', `module ${target}`);
  if (name !== null) bindName(frame, name, value, true, machine.journal);
}

/** `from a import b as c`: a name of a user's module is read when it is first used, so that big packages cost what is used. */
export function executeImportFrom(
  machine: Machine,
  node: Extract<Statement, { type: 'ImportFrom' }>,
  frame: Frame,
): void {
  const module = machine.importModule(node.module, node.level, frame.module);
  if (module === null) mayFail(machine, 'ModuleNotFoundError', `module ${node.module}`);
  for (const { name, alias } of node.names) {
    // `from . import part`: a module of its own, which the statement runs.
    if (node.module === '' && name !== '*') machine.importModule(name, node.level, frame.module);
    if (name === '*') {
      if (module?.type === 'namespace' && !importAll(machine, node, frame)) frame.module.stars.push(module);
      continue;
    }
    bindName(
      frame,
      alias ?? name,
      lazily(() => member(machine, node, name, frame)),
      true,
      machine.journal,
    );
  }
}

/** False where the names cannot be listed: a framework's module is asked for each name then. */
function importAll(machine: Machine, node: Extract<Statement, { type: 'ImportFrom' }>, frame: Frame): boolean {
  if (frame.module.isPackage && frame.scope === frame.module.scope && importLate(machine, node, frame)) return true;
  const names = machine.exportedNames(node.module, node.level, frame.module);
  if (names === null) return false;
  for (const name of names) {
    bindName(
      frame,
      name,
      lazily(() => member(machine, node, name, frame)),
      true,
      machine.journal,
    );
  }
  return true;
}

/** A package that gathers what its modules define is asked for few of the names; they take precedence over older ones. */
function importLate(machine: Machine, node: Extract<Statement, { type: 'ImportFrom' }>, frame: Frame): boolean {
  const star = machine.starred(node.module, node.level, frame.module);
  if (star === null) return false;
  for (const [name, older] of frame.scope.variables) {
    const newer = lazily(() => star.member(name) ?? (older.type === 'lazy' ? older.force() : older));
    if (!name.startsWith('_')) bindName(frame, name, newer, true, machine.journal);
  }
  frame.module.stars.unshift(star);
  return true;
}

function member(machine: Machine, node: Extract<Statement, { type: 'ImportFrom' }>, name: string, frame: Frame): Value {
  return (
    machine.importName(node.module, node.level, name, frame.module) ??
    unknown(`${name} of ${'.'.repeat(node.level)}${node.module}`)
  );
}

function lazily(compute: () => Value): LazyValue {
  let value: Value | null = null;
  let isRunning = false;
  return {
    type: 'lazy',
    force() {
      if (value !== null) return value;
      if (isRunning) return importCycle;
      isRunning = true;
      try {
        value = compute();
        return value;
      } finally {
        isRunning = false;
      }
    },
  };
}
