import { orderOf } from '../../comparison.ts';
import { equalValues } from '../../equality.ts';
import { extend } from '../../limits.ts';
import type { NativeContext } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { type ListValue, list, none, number, type TupleValue, unknown, type Value } from '../../values.ts';
import { readingMethod, type ValueMethods, valueMethod } from '../value-methods.ts';

export const listMethods: ValueMethods<ListValue> = {
  append: valueMethod('item', (self, given) => {
    extend(self, [given.get('item')]);
    return none;
  }),
  extend: valueMethod('items', (self, given, context) => {
    extend(self, context.iterate(given.get('items')));
    return none;
  }),
  // Of a deque, which is a list to us.
  appendleft: valueMethod('item', (self, given) => {
    self.items.unshift(given.get('item'));
    return none;
  }),
  popleft: valueMethod(
    '',
    (self, _, context) => self.items.shift() ?? context.fail('IndexError', 'pop from an empty deque'),
  ),
  insert: valueMethod('index, item', (self, given) => {
    const index = numberOf(given.get('index'));
    if (index === null) self.open = true;
    else self.items.splice(index < 0 ? Math.max(0, index + self.items.length) : index, 0, given.get('item'));
    return none;
  }),
  pop: valueMethod('index=-1', (self, given, context) => {
    const index = numberOf(given.get('index'));
    if (index === null || (self.open && index < 0)) {
      self.open = true;
      return unknown('item of a list');
    }
    const [item] = self.items.splice(index, 1);
    return item ?? context.fail('IndexError', 'pop from an empty list');
  }),
  remove: valueMethod('item', (self, given, context) => {
    const index = self.items.findIndex((item) => equalValues(item, given.get('item')) === true);
    if (index < 0) return context.fail('ValueError', 'not in the list');
    self.items.splice(index, 1);
    return none;
  }),
  clear: valueMethod('', (self) => {
    self.items.length = 0;
    self.open = false;
    return none;
  }),
  copy: readingMethod('', (self) => ({ type: 'list', items: [...self.items], open: self.open })),
  reverse: valueMethod('', (self) => {
    self.items.reverse();
    return none;
  }),
  sort: valueMethod('*, key=None, reverse=False', (self, given, context) => {
    const sorted = sortValues(self.items, given.get('key'), context.truth(given.get('reverse')) === true, context);
    if (sorted === null) self.open = true;
    else self.items.splice(0, self.items.length, ...sorted);
    return none;
  }),
  index: readingMethod('item, start=0', indexOf),
  count: readingMethod('item', countOf),
};

export const tupleMethods: ValueMethods<TupleValue> = {
  index: readingMethod('item, start=0', indexOf),
  count: readingMethod('item', countOf),
  _asdict: readingMethod('', (self) => ({
    type: 'dict',
    entries: new Map(
      (self.names ?? []).map((name, index) => [
        `s${name}`,
        { key: { type: 'string', value: name }, value: self.items[index] ?? none },
      ]),
    ),
    open: false,
  })),
  _replace: readingMethod('**values', (self, given) => ({
    ...self,
    items: self.items.map((item, index) => given.keywordRest.get(self.names?.[index] ?? '')?.value ?? item),
  })),
};

type Sequence = { readonly items: readonly Value[]; readonly open?: boolean };
type Given = Parameters<(typeof listMethods)['index']['evaluate']>[1];

function indexOf(self: Sequence, given: Given, context: NativeContext): Value {
  const item = given.get('item');
  const start = numberOf(given.get('start')) ?? 0;
  for (let index = start; index < self.items.length; index++) {
    const candidate = self.items[index];
    const equal = candidate === undefined ? false : equalValues(candidate, item);
    if (equal === null) return unknown('index');
    if (equal) return number(index);
  }
  return context.fail('ValueError', 'not in the list');
}

function countOf(self: Sequence, given: Given): Value {
  const answers = self.items.map((item) => equalValues(item, given.get('item')));
  return answers.includes(null) || self.open ? unknown('count') : number(answers.filter(Boolean).length);
}

/** Stable, ascending by Python's order of the keys; `null` where two keys cannot be compared. */
export function sortValues(
  items: readonly Value[],
  key: Value,
  isReversed: boolean,
  context: NativeContext,
): Value[] | null {
  const keyed = items.map((item) => ({ item, key: key.type === 'none' ? item : context.call(key, [item]) }));
  let comparable = true;
  const sign = isReversed ? -1 : 1;
  keyed.sort((left, right) => {
    const order = orderOf(left.key, right.key);
    if (order === null) comparable = false;
    return sign * (order ?? 0);
  });
  return comparable ? keyed.map((entry) => entry.item) : null;
}

export function sortedList(items: readonly Value[], sorted: Value[] | null): Value {
  return sorted === null ? { type: 'list', items: [...items], open: true } : list(sorted);
}
