import type { Expression, FunctionNode, Statement } from '../syntax/ast.ts';
import { decoratorSteps } from './budget.ts';
import { now } from './clock.ts';
import { makeFunction } from './expressions.ts';
import { finishEnum, isEnum } from './library/enum.ts';
import { namedTupleClass } from './library/python/collections.ts';
import { fieldNames } from './library/python/dataclasses.ts';
import { namedTupleBase } from './library/python/modules.ts';
import { objectClass } from './library/types.ts';
import { type Frame, type Machine, Raised, type Site } from './machine.ts';
import { findMember, setterName } from './members.ts';
import { createClass } from './order.ts';
import { bindName } from './scopes.ts';
import { positional } from './signature.ts';
import type { ClassValue, FunctionValue, Value } from './values.ts';

type ClassNode = Extract<Statement, { type: 'Class' }>;

/** Runs a class statement: bases, body, decorators. */
export function defineClass(machine: Machine, node: ClassNode, frame: Frame): void {
  const written = node.bases.filter((base) => base.name === null).map((base) => machine.evaluate(base.value, frame));
  const bases = written.length === 0 && frame.module.language === 'python' ? [objectClass] : written;
  const members = new Map<string, Value>();
  const class_ = createClass({
    name: node.name,
    bases,
    open: bases.some((base) => base.type !== 'class' || base.open),
    members,
    native: null,
    module: frame.module.importName,
    at: { path: frame.module.path, start: node.start, end: node.end },
    nameAt: { path: frame.module.path, start: node.nameAt.start, end: node.nameAt.end },
  });
  // Names of a class body are not seen by the methods in it: they close over the scope around the class.
  const body: Frame = {
    ...frame,
    scope: { parent: frame.closure, variables: members, born: now() },
    owner: class_,
    isClassBody: true,
    redirects: null,
  };
  machine.execute(node.body, body);
  if (isEnum(class_)) finishEnum(class_);
  tellBases(machine, class_, node, frame);
  const made = bases.includes(namedTupleBase) ? namedTupleClass(node.name, fieldNames(class_), members) : class_;
  bindName(frame, node.name, decorate(machine, made, node.decorators, frame), true, machine.journal);
}

/** A base class's `__init_subclass__` gets every class below it, with the keywords of its statement: registries. */
function tellBases(machine: Machine, class_: ClassValue, node: ClassNode, frame: Frame): void {
  const [, ...above] = class_.order;
  const hook = above.map((base) => base.members.get('__init_subclass__')).find((member) => member !== undefined);
  if (hook?.type !== 'function') return;
  const named = node.bases.filter(({ name }) => name !== null && name !== 'metaclass');
  const keyword = new Map(
    named.map(({ name, value, start, end }) => [
      name ?? '',
      { value: machine.evaluate(value, frame), at: { path: frame.module.path, start, end } },
    ]),
  );
  const site: Site = { module: frame.module, at: node, callee: null };
  tolerating(() => machine.callFunction(hook, class_, { positional: [], keyword, open: false }, site));
}

/** A registry that refuses the class or function must not hide it. */
function tolerating(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
  }
}

/** Runs a `def`: the function with its defaults, through its decorators. */
export function defineFunction(machine: Machine, node: FunctionNode, frame: Frame): void {
  if (node.name === null) return;
  const made = makeFunction(machine, node, frame);
  const function_: FunctionValue = node.isStatic ? { ...made, binding: 'static' } : made;
  if (node.accessor === 'set') {
    bindName(frame, setterName(node.name), function_, true, machine.journal);
    return;
  }
  const bound: FunctionValue = node.accessor === 'get' ? { ...function_, binding: 'property' } : function_;
  const setter = frame.isClassBody ? setterOf(node.decorators) : null;
  if (setter !== null) bindName(frame, setterName(setter), function_, true, machine.journal);
  else bindName(frame, node.name, decorate(machine, bound, node.decorators, frame), true, machine.journal);
}

/** `@width.setter` above a method. */
function setterOf(decorators: readonly Expression[]): string | null {
  for (const decorator of decorators) {
    if (decorator.type !== 'Attribute' || decorator.object.type !== 'Name') continue;
    if (decorator.name === 'setter' || decorator.name === 'deleter') return decorator.object.name;
  }
  return null;
}

/** Decorators run as written; one that gives nothing that can be called, or does not end, is taken to leave the function as it is. */
function decorate(machine: Machine, value: Value, decorators: readonly Expression[], frame: Frame): Value {
  let decorated = value;
  for (const decorator of [...decorators].reverse()) {
    const callee = machine.evaluate(decorator, frame);
    if (callee.type === 'unknown') continue;
    const site: Site = { module: frame.module, at: decorator, callee: decorator };
    const argument = decorated;
    const { state } = machine;
    const { registers } = state;
    state.registers = true;
    try {
      tolerating(() =>
        machine.budget.withPortion(decoratorSteps, () => {
          const result = machine.call(callee, positional(argument), site);
          if (isCallable(result)) decorated = result;
        }),
      );
    } finally {
      state.registers = registers;
    }
  }
  return decorated;
}

function isCallable(value: Value): boolean {
  if (value.type === 'instance') return ['__call__', '__get__'].some((name) => findMember(value.class, name) !== null);
  return ['function', 'class', 'partial', 'bound', 'native'].includes(value.type);
}
