import type { BoundArguments, NativeContext } from '../../native.ts';
import { stringOf } from '../../read.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import { type ClassValue, type NamespaceValue, none, string, tuple, unknown, type Value } from '../../values.ts';
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
    const class_ = nativeClass(`${name}.${member}`, { bases: [objectClass] });
    made.set(member, class_);
    return class_;
  });
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
