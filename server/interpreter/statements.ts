import type { Statement } from '../syntax/ast.ts';
import { annotate } from './annotations.ts';
import { noteAsked } from './asked.ts';
import { defineClass, defineFunction } from './classes.ts';
import { now } from './clock.ts';
import { executeImport, executeImportFrom } from './import-statements.ts';
import { extend } from './limits.ts';
import { loopFor, loopWhile } from './loops.ts';
import { type Completion, type Frame, type Machine, Raised } from './machine.ts';
import { matchStatement } from './match.ts';
import { noteEffect, readLog } from './read-log.ts';
import { createScope, enclosingScope, globalScope } from './scopes.ts';
import { positional } from './signature.ts';
import { raise, tryStatement, withStatement } from './try.ts';
import { none } from './values.ts';

/** Runs a block. */
export function execute(machine: Machine, body: readonly Statement[], frame: Frame): Completion {
  if (frame.module.language === 'javascript') hoist(machine, body, frame);
  for (const statement of body) {
    machine.budget.spend();
    const completion = executeStatement(machine, statement, frame);
    if (completion !== 'normal') return completion;
  }
  return 'normal';
}

/** JavaScript's functions can be called above their declaration. */
function hoist(machine: Machine, body: readonly Statement[], frame: Frame): void {
  for (const statement of body) {
    if (statement.type === 'Function' && !frame.isClassBody) defineFunction(machine, statement.function, frame);
  }
}

function executeStatement(machine: Machine, statement: Statement, frame: Frame): Completion {
  if (readLog.current !== null && !readingKinds.has(statement.type)) noteEffect();
  switch (statement.type) {
    case 'Expression':
      machine.evaluate(statement.value, frame);
      return 'normal';
    case 'Assign':
      assignStatement(machine, statement, frame);
      return 'normal';
    case 'AugmentedAssign':
      augmentedAssign(machine, statement, frame);
      return 'normal';
    case 'Return':
      frame.returned = statement.value === null ? none : machine.evaluate(statement.value, frame);
      return 'return';
    case 'If':
      return ifStatement(machine, statement, frame);
    case 'For':
      return loopFor(machine, statement, frame);
    case 'While':
      return loopWhile(machine, statement, frame);
    case 'Function':
      if (frame.module.language === 'python' || frame.isClassBody) {
        defineFunction(machine, statement.function, frame);
      }
      return 'normal';
    case 'Class':
      defineClass(machine, statement, frame);
      return 'normal';
    case 'With':
      return withStatement(machine, statement, frame);
    case 'Try':
      return tryStatement(machine, statement, frame);
    case 'Import':
      executeImport(machine, statement, frame);
      return 'normal';
    case 'ImportFrom':
      executeImportFrom(machine, statement, frame);
      return 'normal';
    case 'Raise':
      return raise(machine, statement, frame);
    case 'Delete':
      for (const target of statement.targets) remove(machine, target, frame);
      return 'normal';
    case 'Scope':
      frame.redirects ??= new Map();
      for (const name of statement.names) {
        frame.redirects.set(name, statement.kind === 'global' ? globalScope(frame) : enclosingScope(frame, name));
      }
      return 'normal';
    case 'Block':
      return block(machine, statement.body, frame);
    case 'Match':
      return matchStatement(machine, statement, frame);
    case 'Break':
      return 'break';
    case 'Continue':
      return 'continue';
    case 'Assert':
    case 'Pass':
      return 'normal';
  }
}

const readingKinds: ReadonlySet<Statement['type']> = new Set(['Expression', 'Assign', 'Return', 'If', 'Pass']);

/** JavaScript's `{ … }`: its `let` and `const` are its own. */
function block(machine: Machine, body: readonly Statement[], frame: Frame): Completion {
  const scope = createScope(frame.scope, now());
  const inner: Frame = { ...frame, scope, closure: scope };
  const completion = machine.execute(body, inner);
  frame.returned = inner.returned;
  frame.maybeReturned = inner.maybeReturned;
  frame.maybeBroken = inner.maybeBroken;
  frame.yielded = inner.yielded;
  return completion;
}

type If = Extract<Statement, { type: 'If' }>;

function ifStatement(machine: Machine, statement: If, frame: Frame): Completion {
  try {
    return runIf(machine, statement, frame);
  } catch (error) {
    if (error instanceof Raised && error.scope === frame.scope) noteAsked(error, statement.test, frame);
    throw error;
  }
}

function runIf(machine: Machine, statement: If, frame: Frame): Completion {
  const test = machine.evaluate(statement.test, frame);
  const truth = machine.truth(test, { module: frame.module, at: statement.test, callee: null });
  if (truth !== null) return machine.execute(truth ? statement.body : statement.orElse, frame);
  return machine.either(
    () => machine.execute(statement.body, frame),
    () => machine.execute(statement.orElse, frame),
    frame,
    statement.test,
  );
}

function assignStatement(machine: Machine, statement: Extract<Statement, { type: 'Assign' }>, frame: Frame): void {
  if (statement.annotation !== null && frame.isClassBody) {
    for (const target of statement.targets) annotate(machine, target, statement.annotation, frame);
  }
  if (statement.value === null) {
    // `let x;` makes x undefined; Python's `x: int` makes nothing.
    if (frame.module.language === 'javascript')
      for (const target of statement.targets) machine.assign(target, none, frame, true);
    return;
  }
  const value = machine.evaluate(statement.value, frame);
  for (const target of statement.targets) machine.assign(target, value, frame, statement.declares);
}

const inPlaceMethods: Readonly<Record<string, string>> = {
  '+': '__iadd__',
  '-': '__isub__',
  '*': '__imul__',
  '/': '__itruediv__',
  '|': '__ior__',
};

function augmentedAssign(
  machine: Machine,
  statement: Extract<Statement, { type: 'AugmentedAssign' }>,
  frame: Frame,
): void {
  const { target } = statement;
  const site = { module: frame.module, at: statement, callee: null };
  const left = machine.evaluate(target, frame);
  const right = machine.evaluate(statement.value, frame);
  // `xs += [x]` changes the list itself, which others may hold.
  if (left.type === 'list' && statement.operator === '+' && frame.module.language === 'python') {
    machine.journal.touch(left);
    const items = machine.iterate(right, site);
    extend(left, items);
    if (target.type !== 'Attribute') machine.assign(target, left, frame);
    return;
  }
  if (left.type === 'instance' || left.type === 'tensor') {
    // `self.blocks += [block]` on a ModuleList, `self.weight *= 2` on a parameter.
    const method = inPlaceMethods[statement.operator];
    const own = method === undefined ? null : machine.getAttribute(left, method, site);
    if (own !== null && own.type !== 'unknown') {
      machine.assign(target, machine.call(own, positional(right), site), frame);
      return;
    }
  }
  const operator = statement.operator;
  if (operator === 'and' || operator === 'or' || operator === '??') {
    const keeps = operator === '??' ? left.type !== 'none' : machine.truth(left, site) === (operator === 'or');
    if (!keeps) machine.assign(target, right, frame);
    return;
  }
  machine.assign(target, machine.binary(operator, left, right, site), frame);
}

function remove(
  machine: Machine,
  target: Extract<Statement, { type: 'Delete' }>['targets'][number],
  frame: Frame,
): void {
  const site = { module: frame.module, at: target, callee: null };
  if (target.type === 'Name') {
    machine.journal.touch(frame.scope);
    frame.scope.variables.delete(target.name);
  } else if (target.type === 'Attribute') {
    const object = machine.evaluate(target.object, frame);
    const deleter = machine.getAttribute(object, '__delattr__', site);
    if (deleter !== null && deleter.type !== 'unknown') {
      machine.call(
        deleter,
        { positional: [{ value: { type: 'string', value: target.name }, at: null }], keyword: new Map(), open: false },
        site,
      );
    } else if (object.type === 'instance') {
      machine.journal.touch(object);
      object.attributes.delete(target.name);
    }
  } else if (target.type === 'Index') {
    machine.removeItem(machine.evaluate(target.object, frame), machine.evaluate(target.index, frame), site);
  } else if (target.type === 'Tuple' || target.type === 'List') {
    for (const item of target.items) remove(machine, item, frame);
  }
}
