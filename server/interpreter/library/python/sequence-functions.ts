import { maxItems } from '../../budget.ts';
import { orderOf } from '../../comparison.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { boolean, list, none, number, tuple, unknown, type Value } from '../../values.ts';

/* Python's functions over iterables. Iterators are lists of what is left of them. */

export function total(given: BoundArguments, context: NativeContext): Value {
  const items = context.iterate(given.get('items'));
  if (items === null) return unknown('sum');
  return items.reduce((sum, item) => context.operate('+', sum, item), given.get('start'));
}

export function extreme(given: BoundArguments, context: NativeContext, sign: 1 | -1): Value {
  const single = given.rest.length === 1 ? given.rest[0] : undefined;
  const items = single === undefined ? given.rest.map((item) => item.value) : context.iterate(single.value);
  if (items === null) return unknown('extreme value');
  const key = given.get('key');
  let best: { readonly item: Value; readonly key: Value } | null = null;
  for (const item of items) {
    const rank = key.type === 'none' ? item : context.call(key, [item]);
    const order = best === null ? sign : orderOf(rank, best.key);
    if (order === null) return unknown('extreme value');
    if (best === null || order * sign > 0) best = { item, key: rank };
  }
  return best?.item ?? given.given('default')?.value ?? context.fail('ValueError', 'no items');
}

export function quantify(given: BoundArguments, context: NativeContext, decisive: boolean): Value {
  const items = context.iterate(given.get('items'));
  if (items === null) return unknown('condition');
  let result: boolean | null = !decisive;
  for (const item of items) {
    const truth = context.truth(item);
    if (truth === decisive) return boolean(decisive);
    if (truth === null) result = null;
  }
  return result === null ? unknown('condition') : boolean(result);
}

const endlessLists = new WeakSet<Value>();

/** The beginning of an iterator without an end: an open list whose first items are these, rather than samples of them. */
export function endless(items: Value[]): Value {
  const made: Value = { ...list(items), open: true };
  endlessLists.add(made);
  return made;
}

export function zip(given: BoundArguments, context: NativeContext): Value {
  const columns = given.rest.map(({ value }) => ({
    value,
    items: value.type === 'list' && endlessLists.has(value) ? value.items : context.iterate(value),
  }));
  const known = columns.flatMap((column) => (column.items === null ? [] : [column.items.length]));
  if (known.length === 0) return columns.length === 0 ? list([]) : unknown('pairs');
  const length = Math.min(...known);
  return list(
    Array.from({ length }, (_, index) =>
      tuple(columns.map((column) => column.items?.[index] ?? unknown('item of something unknown'))),
    ),
  );
}

export function enumerate(given: BoundArguments, context: NativeContext): Value {
  const source = given.get('items');
  const items = context.iterate(source) ?? (source.type === 'list' ? source.items : null);
  const start = numberOf(given.get('start')) ?? 0;
  if (items === null) return unknown('pairs');
  const pairs = list(items.map((item, index) => tuple([number(start + index), item])));
  return { ...pairs, open: source.type === 'list' && source.open };
}

export function map(given: BoundArguments, context: NativeContext): Value {
  const columns = given.rest.map((item) => context.iterate(item.value));
  if (columns.some((column) => column === null) || columns.length === 0) return openCopy(unknown());
  const length = Math.min(...columns.map((column) => column?.length ?? 0));
  const function_ = given.get('function');
  return list(
    Array.from({ length: Math.min(length, maxItems) }, (_, index) =>
      context.call(
        function_,
        columns.map((column) => column?.[index] ?? none),
      ),
    ),
  );
}

export function filter(given: BoundArguments, context: NativeContext): Value {
  const items = context.iterate(given.get('items'));
  if (items === null) return openCopy(given.get('items'));
  const function_ = given.get('function');
  let open = false;
  const kept = items.filter((item) => {
    const truth = context.truth(function_.type === 'none' ? item : context.call(function_, [item]));
    if (truth === null) open = true;
    return truth !== false;
  });
  return { ...list(kept), open };
}

export function openCopy(value: Value): Value {
  return { type: 'list', items: value.type === 'list' ? [...value.items] : [], open: true };
}

/** An iterator is the list of what is left of it. */
export function next(given: BoundArguments, context: NativeContext): Value {
  const iterator = given.get('iterator');
  if (iterator.type === 'instance') {
    const method = context.findAttribute(iterator, '__next__');
    return method === null ? unknown('next item') : context.call(method, []);
  }
  if (iterator.type !== 'list') return unknown('next item');
  context.touch(iterator);
  const item = iterator.items.shift();
  if (item !== undefined) return item;
  if (iterator.open) return unknown('next item');
  return given.given('default')?.value ?? context.fail('StopIteration', 'no items left');
}
