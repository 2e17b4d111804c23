import { keyOf } from '../../keys.ts';
import { noteEntry } from '../../read-log.ts';
import { makeSet } from '../../sets.ts';
import { boolean, type DictValue, list, none, type SetValue, tuple, unknown, type Value } from '../../values.ts';
import { fillDict } from '../dictionaries.ts';
import { readingMethod, type ValueMethods, valueMethod } from '../value-methods.ts';

export const dictMethods: ValueMethods<DictValue> = {
  keys: readingMethod('', (self) => view(self, (entry) => entry.key)),
  values: readingMethod('', (self) => view(self, (entry) => entry.value)),
  items: readingMethod('', (self) => view(self, (entry) => tuple([entry.key, entry.value]))),
  get: {
    ...readingMethod('key, default=None', (self, given, context) => {
      const [key, fallback] = [given.get('key'), given.get('default')];
      const found = entryOf(self, key, fallback);
      return found === fallback && context.missing(self, key) ? entryOf(self, key, fallback) : found;
    }),
    logsReads: true,
  },
  setdefault: valueMethod('key, default=None', (self, given) => {
    const key = keyOf(given.get('key'));
    const known = key === null ? undefined : self.entries.get(key);
    if (known !== undefined) return known.value;
    if (key === null) self.open = true;
    else self.entries.set(key, { key: given.get('key'), value: given.get('default') });
    return self.open ? unknown('entry of a dictionary') : given.get('default');
  }),
  pop: valueMethod('key, default', (self, given, context) => {
    const key = keyOf(given.get('key'));
    const known = key === null ? undefined : self.entries.get(key);
    if (key !== null) self.entries.delete(key);
    else self.open = true;
    if (known !== undefined) return known.value;
    if (self.open) return unknown('entry of a dictionary');
    return given.given('default')?.value ?? context.fail('KeyError', 'key is not in the dictionary');
  }),
  popitem: valueMethod('', (self, _, context) => {
    const last = [...self.entries].at(-1);
    if (last === undefined) return context.fail('KeyError', 'dictionary is empty');
    self.entries.delete(last[0]);
    return tuple([last[1].key, last[1].value]);
  }),
  update: valueMethod('source=(), **entries', (self, given, context) => {
    fillDict(self, given.get('source'), context);
    for (const [name, item] of given.keywordRest) {
      self.entries.set(`s${name}`, { key: { type: 'string', value: name }, value: item.value, at: item.at });
    }
    return none;
  }),
  copy: readingMethod('', (self) => ({ ...self, entries: new Map(self.entries) })),
  clear: valueMethod('', (self) => {
    self.entries.clear();
    self.open = false;
    return none;
  }),
  move_to_end: valueMethod('key, last=True', (self, given) => {
    const key = keyOf(given.get('key'));
    const entry = key === null ? undefined : self.entries.get(key);
    if (key === null || entry === undefined) return none;
    self.entries.delete(key);
    self.entries.set(key, entry);
    return none;
  }),
  __contains__: readingMethod('key', (self, given) => {
    const key = keyOf(given.get('key'));
    if (key === null) return unknown('condition');
    return self.entries.has(key) ? boolean(true) : self.open ? unknown('condition') : boolean(false);
  }),
};

function view(self: DictValue, pick: (entry: { readonly key: Value; readonly value: Value }) => Value): Value {
  return { ...list([...self.entries.values()].map(pick)), open: self.open };
}

function entryOf(self: DictValue, key: Value, fallback: Value): Value {
  const file = keyOf(key);
  noteEntry(self, file);
  const known = file === null ? undefined : self.entries.get(file);
  if (known !== undefined) return known.value;
  return file === null || self.open ? unknown('entry of a dictionary') : fallback;
}

export const setMethods: ValueMethods<SetValue> = {
  add: valueMethod('item', (self, given) => {
    refill(self, [...self.items, given.get('item')]);
    return none;
  }),
  discard: valueMethod('item', (self, given) => drop(self, given.get('item'))),
  remove: valueMethod('item', (self, given) => drop(self, given.get('item'))),
  update: valueMethod('*others', (self, given, context) => {
    for (const other of given.rest) refill(self, [...self.items, ...(context.iterate(other.value) ?? [])]);
    return none;
  }),
  union: readingMethod('*others', (self, given, context) =>
    makeSet([...self.items, ...given.rest.flatMap((other) => context.iterate(other.value) ?? [])]),
  ),
  intersection: readingMethod('other', (self, given, context) =>
    context.operate('&', self, asSet(given.get('other'), context)),
  ),
  difference: readingMethod('other', (self, given, context) =>
    context.operate('-', self, asSet(given.get('other'), context)),
  ),
  issubset: readingMethod('other', (self, given, context) => {
    const keys = new Set((context.iterate(given.get('other')) ?? []).map(keyOf));
    return boolean(self.items.every((item) => keys.has(keyOf(item))));
  }),
  copy: readingMethod('', (self) => makeSet(self.items)),
};

function asSet(value: Value, context: { iterate(value: Value): Value[] | null }): Value {
  const items = context.iterate(value);
  return items === null ? unknown('set of unknown items') : makeSet(items);
}

function drop(self: SetValue, item: Value): Value {
  const key = keyOf(item);
  refill(
    self,
    self.items.filter((candidate) => keyOf(candidate) !== key),
  );
  return none;
}

function refill(self: SetValue, items: readonly Value[]): void {
  self.items.splice(0, self.items.length, ...makeSet(items).items);
}
