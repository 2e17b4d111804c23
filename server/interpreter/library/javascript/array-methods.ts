import { maxItems } from '../../budget.ts';
import { orderOf } from '../../comparison.ts';
import { equalValues } from '../../equality.ts';
import { formatValue } from '../../format.ts';
import { extend } from '../../limits.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf, stringOf } from '../../read.ts';
import { boolean, type ListValue, list, none, number, string, tuple, unknown, type Value } from '../../values.ts';
import { readingMethod, type ValueMethods, valueMethod } from '../value-methods.ts';

/** Methods of JavaScript arrays. */
export const arrayMethods: ValueMethods<ListValue> = {
  push: valueMethod('*items', (self, given) => {
    extend(
      self,
      given.rest.map((item) => item.value),
    );
    if (given.raw.open) self.open = true;
    return number(self.items.length);
  }),
  unshift: valueMethod('*items', (self, given) => {
    self.items.unshift(...given.rest.map((item) => item.value));
    return number(self.items.length);
  }),
  pop: valueMethod('', (self) => self.items.pop() ?? none),
  shift: valueMethod('', (self) => self.items.shift() ?? none),
  concat: readingMethod('*others', (self, given) => {
    const more = given.rest.flatMap((item) => (item.value.type === 'list' ? item.value.items : [item.value]));
    return like(self, [...self.items, ...more]);
  }),
  slice: readingMethod('start=0, end=None', (self, given) => {
    const start = numberOf(given.get('start'));
    const end = given.get('end').type === 'none' ? self.items.length : numberOf(given.get('end'));
    return start === null || end === null
      ? { ...like(self, self.items), open: true }
      : like(self, self.items.slice(start, end));
  }),
  splice: valueMethod('start, count=None, *items', (self, given) => {
    const start = numberOf(given.get('start'));
    const count = given.get('count').type === 'none' ? self.items.length : numberOf(given.get('count'));
    if (start === null || count === null) {
      self.open = true;
      return unknown('removed items');
    }
    return list(self.items.splice(start, count, ...given.rest.map((item) => item.value)));
  }),
  reverse: valueMethod('', (self) => {
    self.items.reverse();
    return self;
  }),
  sort: valueMethod('compare=None', (self, given, context) => {
    const compare = given.get('compare');
    let known = true;
    self.items.sort((left, right) => {
      const order = compare.type === 'none' ? textOrder(left, right) : numberOf(context.call(compare, [left, right]));
      if (order === null) known = false;
      return order ?? 0;
    });
    if (!known) self.open = true;
    return self;
  }),
  fill: valueMethod('value, start=0, end=None', (self, given) => {
    const start = numberOf(given.get('start')) ?? 0;
    const end = numberOf(given.get('end')) ?? self.items.length;
    for (let index = start; index < Math.min(end, self.items.length); index++) self.items[index] = given.get('value');
    return self;
  }),
  map: readingMethod('callback', (self, given, context) => like(self, each(self, given, context))),
  flatMap: readingMethod('callback', (self, given, context) =>
    like(
      self,
      each(self, given, context).flatMap((item) => (item.type === 'list' ? item.items : [item])),
    ),
  ),
  forEach: readingMethod('callback', (self, given, context) => {
    each(self, given, context);
    return none;
  }),
  filter: readingMethod('callback', (self, given, context) => {
    const answers = each(self, given, context).map((item) => context.truth(item));
    const kept = self.items.filter((_, index) => answers[index] !== false);
    return { ...like(self, kept), open: self.open || answers.includes(null) };
  }),
  reduce: readingMethod('callback, initial', (self, given, context) => {
    const initial = given.given('initial')?.value;
    const [first, ...rest] = self.items;
    if (self.open) return unknown('result of reduce');
    if (initial === undefined && first === undefined) return context.fail('TypeError', 'reduce of an empty array');
    const items = initial === undefined ? rest : self.items;
    return items.reduce(
      (result, item, index) => context.call(given.get('callback'), [result, item, number(index)]),
      initial ?? first ?? none,
    );
  }),
  some: readingMethod('callback', (self, given, context) => {
    const answers = each(self, given, context).map((item) => context.truth(item));
    return answers.includes(true) ? boolean(true) : answers.includes(null) ? unknown('condition') : boolean(false);
  }),
  every: readingMethod('callback', (self, given, context) => {
    const answers = each(self, given, context).map((item) => context.truth(item));
    return answers.includes(false) ? boolean(false) : answers.includes(null) ? unknown('condition') : boolean(true);
  }),
  find: readingMethod('callback', (self, given, context) => {
    const answers = each(self, given, context).map((item) => context.truth(item));
    const index = answers.indexOf(true);
    return index >= 0 ? (self.items[index] ?? none) : answers.includes(null) ? unknown('found item') : none;
  }),
  findIndex: readingMethod('callback', (self, given, context) => {
    const answers = each(self, given, context).map((item) => context.truth(item));
    return answers.includes(null) ? unknown('index') : number(answers.indexOf(true));
  }),
  includes: readingMethod('item', (self, given) => {
    const answers = self.items.map((item) => equalValues(item, given.get('item')));
    return answers.includes(true)
      ? boolean(true)
      : answers.includes(null) || self.open
        ? unknown('condition')
        : boolean(false);
  }),
  indexOf: readingMethod('item', (self, given) => {
    const answers = self.items.map((item) => equalValues(item, given.get('item')));
    return answers.includes(null) ? unknown('index') : number(answers.indexOf(true));
  }),
  at: readingMethod('index', (self, given) => {
    const index = numberOf(given.get('index'));
    return index === null || self.open ? unknown('item') : (self.items.at(index) ?? none);
  }),
  join: readingMethod("separator=','", (self, given) => {
    const parts = self.items.map((item) => formatValue(item, 'javascript'));
    return parts.includes(null) || self.open
      ? unknown('text')
      : string(parts.join(stringOf(given.get('separator')) ?? ','));
  }),
  flat: readingMethod('depth=1', (self, given) =>
    like(self, flatten(self.items, Math.min(numberOf(given.get('depth')) ?? 1, 20))),
  ),
  entries: readingMethod('', (self) =>
    like(
      self,
      self.items.map((item, index) => tuple([number(index), item])),
    ),
  ),
  keys: readingMethod('', (self) =>
    like(
      self,
      self.items.map((_, index) => number(index)),
    ),
  ),
  values: readingMethod('', (self) => like(self, self.items)),
};

function like(self: ListValue, items: readonly Value[]): ListValue {
  return { type: 'list', items: items.slice(0, maxItems), open: self.open || items.length > maxItems };
}

function each(self: ListValue, given: BoundArguments, context: NativeContext): Value[] {
  const callback = given.get('callback');
  return self.items.map((item, index) => context.call(callback, [item, number(index), self]));
}

function flatten(items: readonly Value[], depth: number, into: Value[] = []): Value[] {
  for (const item of items) {
    if (into.length > maxItems) break;
    if (item.type === 'list' && depth > 0) flatten(item.items, depth - 1, into);
    else into.push(item);
  }
  return into;
}

function textOrder(left: Value, right: Value): number | null {
  const [a, b] = [formatValue(left, 'javascript'), formatValue(right, 'javascript')];
  return a === null || b === null ? null : orderOf(string(a), string(b));
}
