import type { Expression } from '../syntax/ast.ts';
import type { Frame, Machine, Site } from './machine.ts';
import { bindName } from './scopes.ts';
import { type DictValue, list, none, string, unknown, type Value } from './values.ts';

/** Binds a value to a name, attribute, item, or takes it apart by a pattern. */
export function assign(machine: Machine, target: Expression, value: Value, frame: Frame, isDeclaration: boolean): void {
  switch (target.type) {
    case 'Name':
      bindName(frame, target.name, value, isDeclaration, machine.journal);
      return;
    case 'Attribute':
      machine.setAttribute(machine.evaluate(target.object, frame), target.name, value, siteOf(target, frame));
      return;
    case 'Index': {
      const object = machine.evaluate(target.object, frame);
      const changed = machine.setItem(object, machine.evaluate(target.index, frame), value, siteOf(target, frame));
      if (changed !== null && target.object.type === 'Name') machine.assign(target.object, changed, frame);
      return;
    }
    case 'Tuple':
    case 'List':
      unpack(machine, target.items, value, frame, isDeclaration);
      return;
    case 'Star':
      machine.assign(target.value, value, frame, isDeclaration);
      return;
    case 'Dict':
      destructure(machine, target, value, frame, isDeclaration);
      return;
    case 'Walrus':
      // A default in a JavaScript pattern: `{a = 1}`, `[a = 1]`.
      assignDefault(machine, target.target, target.value, value, frame, isDeclaration);
      return;
    default:
      return;
  }
}

function siteOf(target: Expression, frame: Frame): Site {
  return { module: frame.module, at: target, callee: null };
}

function assignDefault(
  machine: Machine,
  target: Expression,
  fallback: Expression,
  value: Value,
  frame: Frame,
  isDeclaration: boolean,
): void {
  const given = value === none || value.type === 'none' ? machine.evaluate(fallback, frame) : value;
  machine.assign(target, given, frame, isDeclaration);
}

/** `a, *b, c = value`. */
function unpack(
  machine: Machine,
  targets: readonly Expression[],
  value: Value,
  frame: Frame,
  isDeclaration: boolean,
): void {
  const items = unpackedItems(machine, targets, value, frame);
  const star = targets.findIndex((target) => target.type === 'Star');
  const after = star < 0 ? 0 : targets.length - star - 1;
  for (const [index, target] of targets.entries()) {
    if (index === star) {
      const middle = items === null ? null : items.slice(star, Math.max(star, items.length - after));
      const rest: Value = middle === null ? { type: 'list', items: [], open: true } : list(middle);
      machine.assign(target, rest, frame, isDeclaration);
      continue;
    }
    const place = star >= 0 && index > star && items !== null ? items.length - (targets.length - index) : index;
    machine.assign(target, itemAt(items, place, frame), frame, isDeclaration);
  }
}

function itemAt(items: readonly Value[] | null, index: number, frame: Frame): Value {
  const item = items?.[index];
  if (item !== undefined) return item;
  return items !== null && frame.module.language === 'javascript' ? none : unknown('item of something unknown');
}

function unpackedItems(machine: Machine, targets: readonly Expression[], value: Value, frame: Frame): Value[] | null {
  // A symbol's parts are symbols: `height, width = image_size`.
  if (value.type === 'dimension') {
    return targets.map((_, index) => ({ type: 'dimension', name: `${value.name}[${index}]` }) as const);
  }
  return machine.iterate(value, { module: frame.module, at: targets[0] ?? { start: 0, end: 0 }, callee: null });
}

/** JavaScript's `const {a, b: c, ...rest} = value`. */
function destructure(
  machine: Machine,
  pattern: Extract<Expression, { type: 'Dict' }>,
  value: Value,
  frame: Frame,
  isDeclaration: boolean,
): void {
  const site = siteOf(pattern, frame);
  const taken = new Set<string>();
  for (const { key, value: target } of pattern.entries) {
    if (key === null) {
      machine.assign(target, withoutKeys(value, taken), frame, isDeclaration);
      continue;
    }
    const name = key.type === 'String' ? string(key.value) : machine.evaluate(key, frame);
    if (name.type !== 'string') continue;
    taken.add(`s${name.value}`);
    machine.assign(target, machine.getAttribute(value, name.value, site) ?? none, frame, isDeclaration);
  }
}

function withoutKeys(value: Value, taken: ReadonlySet<string>): Value {
  if (value.type !== 'dict') return unknown('rest of an object');
  const rest: DictValue = { ...value, entries: new Map([...value.entries].filter(([key]) => !taken.has(key))) };
  return rest;
}
