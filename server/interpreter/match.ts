import type { Expression, Statement } from '../syntax/ast.ts';
import { isSame } from './comparison.ts';
import { equalValues } from './equality.ts';
import { keyOf } from './keys.ts';
import { fieldNames } from './library/python/dataclasses.ts';
import { classOf } from './library/types.ts';
import type { Completion, Frame, Machine, Site } from './machine.ts';
import { isSubclass } from './order.ts';
import { list, type Value } from './values.ts';

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
    case 'Dict':
      return matchesEntries(machine, pattern.entries, value, frame);
    case 'Call': {
      const class_ = machine.evaluate(pattern.callee, frame);
      const own = classOf(value);
      if (class_.type !== 'class' || own === null) return null;
      if (!isSubclass(own, class_)) return own.open ? null : false;
      return pattern.arguments.length === 0 ? true : matchesAttributes(machine, pattern.arguments, value, frame);
    }
    case 'Boolean':
    case 'None':
      return isSame(machine.evaluate(pattern, frame), value, frame.module.language);
    case 'Number':
    case 'String':
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

/** `[a, 2, *rest]`: one star takes what the others leave. */
function matchesItems(machine: Machine, patterns: readonly Expression[], value: Value, frame: Frame): boolean | null {
  if (value.type === 'unknown') return null;
  if (value.type !== 'tuple' && value.type !== 'list') return false;
  if (value.type === 'list' && value.open) return null;
  const { items } = value;
  const star = patterns.findIndex((pattern) => pattern.type === 'Star');
  if (star < 0 ? patterns.length !== items.length : patterns.length - 1 > items.length) return false;
  const after = patterns.length - star - 1;
  return every(patterns, (pattern, index) => {
    if (pattern.type === 'Star')
      return matches(machine, pattern.value, list(items.slice(star, items.length - after)), frame);
    const item = items[star >= 0 && index > star ? items.length - (patterns.length - index) : index];
    return item === undefined ? false : matches(machine, pattern, item, frame);
  });
}

/** `{'kind': kind, **rest}`: keys that are not named may be there too. */
function matchesEntries(
  machine: Machine,
  entries: Extract<Expression, { type: 'Dict' }>['entries'],
  value: Value,
  frame: Frame,
): boolean | null {
  if (value.type === 'unknown') return null;
  if (value.type !== 'dict') return false;
  const left = new Map(value.entries);
  return every(entries, ({ key, value: pattern }) => {
    if (key === null) return matches(machine, pattern, { ...value, entries: left }, frame);
    const named = machine.evaluate(key, frame);
    const id = keyOf(named);
    const entry = id === null ? undefined : value.entries.get(id);
    if (id === null || entry === undefined) return id === null || value.open ? null : false;
    left.delete(id);
    return matches(machine, pattern, entry.value, frame);
  });
}

/** `Point(1, y=2)`: positions are the fields of a dataclass, or the whole of a number or string. */
function matchesAttributes(
  machine: Machine,
  arguments_: Extract<Expression, { type: 'Call' }>['arguments'],
  value: Value,
  frame: Frame,
): boolean | null {
  const fields = value.type === 'instance' ? fieldNames(value.class) : null;
  return every(arguments_, (argument, index) => {
    const name = argument.name ?? fields?.[index] ?? null;
    if (name === null) return fields === null ? matches(machine, argument.value, value, frame) : null;
    const site: Site = { module: frame.module, at: argument, callee: null };
    const attribute = machine.getAttribute(value, name, site);
    return attribute === null ? false : matches(machine, argument.value, attribute, frame);
  });
}

/** All fit; one that does not ends the search, one that may leaves the answer open. */
function every<T>(items: readonly T[], fits: (item: T, index: number) => boolean | null): boolean | null {
  let result: boolean | null = true;
  for (const [index, item] of items.entries()) {
    const answer = fits(item, index);
    if (answer === false) return false;
    if (answer === null) result = null;
  }
  return result;
}
