import type { ComprehensionClause, Expression } from '../syntax/ast.ts';
import { maxItems } from './budget.ts';
import { now } from './clock.ts';
import { keyOf } from './keys.ts';
import type { Frame, Machine } from './machine.ts';
import { createScope } from './scopes.ts';
import { makeSet } from './sets.ts';
import { type DictValue, list, number, type RangeValue, unknown, type Value } from './values.ts';

type Comprehension = Extract<Expression, { type: 'Comprehension' }>;

/**
 * A comprehension or generator expression, run to its end at once. Over something unknown the element is evaluated once,
 * and the result is open.
 */
export function comprehension(machine: Machine, node: Comprehension, frame: Frame): Value {
  const scope = createScope(frame.scope, now());
  const inner: Frame = { ...frame, scope, closure: scope, isClassBody: false };
  const items: Value[] = [];
  let numbers = 0;
  const dict: DictValue = { type: 'dict', entries: new Map(), open: false };
  let open = false;
  run(0);
  if (node.result === 'dict') return { ...dict, open: dict.open || open };
  if (node.result === 'set') return open ? unknown('set of unknown items') : makeSet(items);
  return open ? { type: 'list', items, open: true } : list(items);

  function run(depth: number): void {
    const clause = node.clauses[depth];
    if (clause === undefined) {
      collect();
      return;
    }
    const iterable = machine.evaluate(clause.iterable, depth === 0 ? frame : inner);
    const site = { module: frame.module, at: clause.iterable, callee: null };
    const values = machine.iterate(iterable, site);
    if (values === null) open = true;
    for (const value of values ?? samples(iterable)) {
      machine.budget.spend();
      if (items.length >= maxItems || numbers >= maxNumbers) {
        open = true;
        return;
      }
      machine.assign(clause.target, value, inner, true);
      if (passes(clause)) run(depth + 1);
    }
  }

  function passes(clause: ComprehensionClause): boolean {
    for (const condition of clause.conditions) {
      const site = { module: frame.module, at: condition, callee: null };
      const truth = machine.truth(machine.evaluate(condition, inner), site);
      if (truth === false) return false;
      if (truth === null) open = true;
    }
    return true;
  }

  function collect(): void {
    const element = machine.evaluate(node.element, inner);
    if (node.result !== 'dict' || node.value === null) {
      items.push(element);
      numbers += rowLength(element);
      return;
    }
    const value = machine.evaluate(node.value, inner);
    const key = keyOf(element);
    if (key === null) dict.open = true;
    else dict.entries.set(key, { key: element, value });
  }
}

/** Tables of numbers are what a model holds, rather than what decides what it is; beyond this size they are not computed. */
const maxNumbers = 1024;

/** How many numbers, known or not, a row of a table holds. */
function rowLength(row: Value): number {
  const first = row.type === 'list' ? row.items.at(-1)?.type : undefined;
  return row.type === 'list' && (first === 'number' || first === 'unknown') ? row.items.length : 0;
}

/** What stands for the items of something that cannot be spread out. */
function samples(iterable: Value): readonly Value[] {
  if (iterable.type === 'range') return [number((iterable satisfies RangeValue).start)];
  if (iterable.type === 'list' && iterable.items.length > 0) return iterable.items;
  if (iterable.type === 'dimension') return [{ type: 'dimension', name: `${iterable.name}[i]` }];
  return [unknown('item of something unknown')];
}
