import type { Expression, Statement } from '../syntax/ast.ts';
import { equalValues } from './equality.ts';
import { classOf } from './library/types.ts';
import type { Completion, Frame, Machine, Site } from './machine.ts';
import { isSubclass } from './order.ts';
import type { Value } from './values.ts';

type Match = Extract<Statement, { type: 'Match' }>;

/** `match`/`case`: the first case that fits runs; one that may fit is joined with what comes after it. */
export function matchStatement(machine: Machine, node: Match, frame: Frame): Completion {
  const subject = machine.evaluate(node.subject, frame);
  return from(0);

  function from(index: number): Completion {
    const candidate = node.cases[index];
    if (candidate === undefined) return 'normal';
    let fits = matches(machine, candidate.pattern, subject, frame);
    if (fits !== false && candidate.guard !== null) {
      const site: Site = { module: frame.module, at: candidate.guard, callee: null };
      const guard = machine.truth(machine.evaluate(candidate.guard, frame), site);
      fits = guard === false ? false : guard === null ? null : fits;
    }
    if (fits === true) return machine.execute(candidate.body, frame);
    if (fits === false) return from(index + 1);
    return machine.either(
      () => machine.execute(candidate.body, frame),
      () => from(index + 1),
      frame,
      candidate.pattern,
    );
  }
}

/** Does a value fit a pattern? Binds the pattern's names on the way. */
function matches(machine: Machine, pattern: Expression, value: Value, frame: Frame): boolean | null {
  switch (pattern.type) {
    case 'Name':
      if (pattern.name !== '_') machine.assign(pattern, value, frame, true);
      return true;
    case 'Walrus': {
      const fits = matches(machine, pattern.value, value, frame);
      if (fits !== false) machine.assign(pattern.target, value, frame, true);
      return fits;
    }
    case 'Binary':
      return either(matches(machine, pattern.left, value, frame), () => matches(machine, pattern.right, value, frame));
    case 'Tuple':
    case 'List':
      return matchesItems(machine, pattern.items, value, frame);
    case 'Call': {
      const class_ = machine.evaluate(pattern.callee, frame);
      const own = classOf(value);
      if (class_.type !== 'class' || own === null) return null;
      if (!isSubclass(own, class_)) return own.open ? null : false;
      return pattern.arguments.length === 0 ? true : matchesAttributes(machine, pattern.arguments, value, frame);
    }
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'None':
    case 'Unary':
    case 'Attribute':
      return equalValues(machine.evaluate(pattern, frame), value);
    default:
      return null;
  }
}

function either(first: boolean | null, second: () => boolean | null): boolean | null {
  if (first === true) return true;
  const other = second();
  return other === true ? true : first === null || other === null ? null : false;
}

function matchesItems(machine: Machine, patterns: readonly Expression[], value: Value, frame: Frame): boolean | null {
  if (value.type === 'unknown') return null;
  if (value.type !== 'tuple' && value.type !== 'list') return false;
  if (patterns.some((pattern) => pattern.type === 'Star')) return null;
  if (patterns.length !== value.items.length) return false;
  let result: boolean | null = true;
  for (const [index, pattern] of patterns.entries()) {
    const item = value.items[index];
    const fits = item === undefined ? false : matches(machine, pattern, item, frame);
    if (fits === false) return false;
    if (fits === null) result = null;
  }
  return result;
}

function matchesAttributes(
  machine: Machine,
  arguments_: Extract<Expression, { type: 'Call' }>['arguments'],
  value: Value,
  frame: Frame,
): boolean | null {
  let result: boolean | null = true;
  for (const argument of arguments_) {
    if (argument.name === null) return null;
    const site: Site = { module: frame.module, at: argument, callee: null };
    const attribute = machine.getAttribute(value, argument.name, site);
    const fits = attribute === null ? false : matches(machine, argument.value, attribute, frame);
    if (fits === false) return false;
    if (fits === null) result = null;
  }
  return result;
}
