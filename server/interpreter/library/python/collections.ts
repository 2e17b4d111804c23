import { Raised } from '../../machine.ts';
import type { BoundArguments, NativeContext, NativeMethod } from '../../native.ts';
import { stringOf } from '../../read.ts';
import { method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  boolean,
  type ClassValue,
  type InstanceValue,
  list,
  type NamespaceValue,
  none,
  string,
  tuple,
  unknown,
  type Value,
} from '../../values.ts';
import { toDict } from '../dictionaries.ts';
import { dictClass, objectClass } from '../types.ts';

export const orderedDictClass = nativeClass('collections.OrderedDict', {
  bases: [dictClass],
  parameters: 'source=(), **entries',
  convert: toDict,
});

export const defaultDictClass = nativeClass('collections.defaultdict', {
  bases: [dictClass],
  parameters: 'factory=None, source=(), **entries',
  convert: (given, context) => {
    const factory = given.get('factory');
    return { ...toDict(given, context), ...(factory.type === 'none' ? {} : { factory }) };
  },
});

export const collectionsModule: NamespaceValue = namespace('collections', {
  OrderedDict: orderedDictClass,
  defaultdict: defaultDictClass,
  Counter: nativeClass('collections.Counter', { bases: [dictClass], convert: () => unknown('Counter') }),
  deque: nativeFunction('collections.deque', 'items=(), maxlen=None', (given, context) => {
    const items = context.iterate(given.get('items'));
    return { type: 'list', items: items ?? [], open: items === null };
  }),
  namedtuple: nativeFunction('collections.namedtuple', 'name, fields, *, rename=False, defaults=None', makeNamedTuple),
  ChainMap: nativeFunction('collections.ChainMap', '*maps', () => unknown('ChainMap')),
  abc: abstractClasses('collections.abc'),
});

/** `collections.abc` and the like: classes that are only asked about. */
export function abstractClasses(name: string): NamespaceValue {
  const made = new Map<string, ClassValue>();
  return namespace(name, (member) => {
    const known = made.get(member);
    if (known !== undefined) return known;
    const methods = member === 'Mapping' || member === 'MutableMapping' ? mappingMethods : {};
    const class_ = nativeClass(`${name}.${member}`, { bases: [objectClass], methods });
    made.set(member, class_);
    return class_;
  });
}

/** What a class that only says `__getitem__` and `__iter__` gets from `Mapping`. */
const mappingMethods: Readonly<Record<string, NativeMethod>> = {
  get: method('key, default=None', (self, given, context) => {
    const found = mappingItem(self, given.get('key'), context);
    return found ?? given.get('default');
  }),
  __contains__: method('key', (self, given, context) => {
    const found = mappingItem(self, given.get('key'), context);
    return found?.type === 'unknown' ? found : boolean(found !== null);
  }),
  keys: method('', (self, _, context) => {
    const keys = context.iterate(self);
    return keys === null ? unknown('keys') : list(keys);
  }),
  values: method('', (self, _, context) => mappingItems(self, context, (_, value) => value)),
  items: method('', (self, _, context) => mappingItems(self, context, (key, value) => tuple([key, value]))),
};

/** `null` where the class's `__getitem__` says that there is none. */
function mappingItem(self: InstanceValue, key: Value, context: NativeContext): Value | null {
  try {
    return context.prepared(['KeyError'], () => context.getItem(self, key));
  } catch (error) {
    if (error instanceof Raised && error.names.includes('KeyError')) return null;
    throw error;
  }
}

function mappingItems(self: InstanceValue, context: NativeContext, pick: (key: Value, value: Value) => Value): Value {
  const keys = context.iterate(self);
  return keys === null ? unknown('items') : list(keys.map((key) => pick(key, context.getItem(self, key))));
}

function makeNamedTuple(given: BoundArguments, context: NativeContext): Value {
  const fields = given.get('fields');
  const names =
    fields.type === 'string'
      ? fields.value.split(/[\s,]+/).filter((name) => name !== '')
      : context.iterate(fields)?.map((item) => stringOf(item) ?? '');
  if (names === undefined) return unknown('namedtuple');
  const defaults = context.iterate(given.get('defaults')) ?? [];
  const values = new Map(
    names.slice(names.length - defaults.length).map((name, index) => [name, defaults[index] ?? none]),
  );
  return namedTupleClass(stringOf(given.get('name')) ?? 'namedtuple', names, values);
}

/** A class whose instances are tuples with field names. */
export function namedTupleClass(
  name: string,
  fields: readonly string[],
  defaults: ReadonlyMap<string, Value>,
): ClassValue {
  return nativeClass(name, {
    bases: [objectClass],
    members: { _fields: tuple(fields.map(string)) },
    convert: ({ raw }) => ({
      type: 'tuple',
      names: fields,
      items: fields.map(
        (field, index) =>
          raw.positional[index]?.value ??
          raw.keyword.get(field)?.value ??
          defaults.get(field) ??
          unknown(`field ${field}`),
      ),
    }),
  });
}
