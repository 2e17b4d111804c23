import type { Expression, Statement } from '../syntax/ast.ts';
import { type Completion, type Frame, type Machine, Raised, type Site } from './machine.ts';
import { ancestry, catches } from './raise.ts';
import { bindName } from './scopes.ts';
import { positional } from './signature.ts';
import { none, unknown, type Value } from './values.ts';

type Try = Extract<Statement, { type: 'Try' }>;

export function tryStatement(machine: Machine, node: Try, frame: Frame): Completion {
  const completion = guardedBody(machine, node, frame);
  if (node.finally.length === 0) return completion;
  const ended = machine.execute(node.finally, frame);
  return ended === 'normal' ? completion : ended;
}

function guardedBody(machine: Machine, node: Try, frame: Frame): Completion {
  const handled = node.handlers.map((handler) => handlerNames(handler.type));
  const outer = machine.state.caught;
  machine.state.caught = [...outer, ...handled.flat()];
  try {
    const completion = machine.execute(node.body, frame);
    machine.state.caught = outer;
    return completion === 'normal' ? machine.execute(node.orElse, frame) : completion;
  } catch (error) {
    machine.state.caught = outer;
    if (!(error instanceof Raised)) throw error;
    const index = handled.findIndex((names) => names.some((name) => catches(name, error)));
    const handler = node.handlers[index];
    if (handler === undefined) {
      machine.execute(node.finally, frame);
      throw error;
    }
    if (handler.name !== null) {
      bindName(frame, handler.name, error.value ?? unknown(error.name), true, machine.journal);
    }
    return machine.execute(handler.body, frame);
  }
}

/** Class names that a handler names; without a type it catches everything. */
function handlerNames(type: Expression | null): readonly string[] {
  if (type === null) return ['BaseException'];
  switch (type.type) {
    case 'Name':
      return [type.name];
    case 'Attribute':
      return [type.name];
    case 'Tuple':
      return type.items.flatMap(handlerNames);
    default:
      return ['Exception'];
  }
}

export function raise(machine: Machine, node: Extract<Statement, { type: 'Raise' }>, frame: Frame): never {
  const value = node.exception === null ? null : machine.evaluate(node.exception, frame);
  throw new Raised(namesOf(value), value, frame.scope);
}

function namesOf(value: Value | null): readonly string[] {
  if (value?.type === 'instance') return value.class.order.map((class_) => class_.name);
  if (value?.type === 'class') return value.order.map((class_) => class_.name);
  return ancestry('Exception');
}

type With = Extract<Statement, { type: 'With' }>;

/** Context managers of the user's run; of others the value is passed on. */
export function withStatement(machine: Machine, node: With, frame: Frame): Completion {
  const exits: (() => void)[] = [];
  for (const { context, target } of node.items) {
    const manager = machine.evaluate(context, frame);
    const site: Site = { module: frame.module, at: context, callee: null };
    const { value, exit } = enter(machine, manager, site);
    if (exit !== null) exits.push(exit);
    if (target !== null) machine.assign(target, value, frame, true);
  }
  const leave = () => {
    for (const exit of exits.reverse()) exit();
  };
  let completion: Completion;
  try {
    completion = machine.execute(node.body, frame);
  } catch (error) {
    if (error instanceof Raised) leave();
    throw error;
  }
  leave();
  return completion;
}

function enter(
  machine: Machine,
  manager: Value,
  site: Site,
): { readonly value: Value; readonly exit: (() => void) | null } {
  // A function under `@contextmanager` is a generator; it has run to its end, and what it yielded first is the value.
  if (manager.type === 'list') return { value: manager.items[0] ?? none, exit: null };
  if (manager.type !== 'instance') return { value: manager, exit: null };
  const enterMethod = machine.getAttribute(manager, '__enter__', site);
  const exitMethod = machine.getAttribute(manager, '__exit__', site);
  const value = isMissing(enterMethod) ? manager : machine.call(enterMethod, positional(), site);
  const exit = isMissing(exitMethod) ? null : () => void machine.call(exitMethod, positional(none, none, none), site);
  return { value, exit };
}

function isMissing(value: Value | null): value is null {
  return value === null || value.type === 'unknown';
}
