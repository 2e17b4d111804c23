import { annotatedNames, isClassVariable } from '../../annotations.ts';
import { findMember } from '../../members.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  boolean,
  type CallArguments,
  type ClassValue,
  dictOf,
  type InstanceValue,
  list,
  type NamespaceValue,
  none,
  string,
  tuple,
  unknown,
  type Value,
} from '../../values.ts';
import { objectClass } from '../types.ts';

const fieldClass = nativeClass('dataclasses.Field', {
  bases: [objectClass],
  construct: (instance, { raw }) => {
    for (const [name, argument] of raw.keyword) instance.attributes.set(name, argument.value);
  },
});

export const dataclassesModule: NamespaceValue = namespace('dataclasses', {
  dataclass: nativeFunction('dataclasses.dataclass', 'class_=None, **options', (given) => {
    const target = given.get('class_');
    return target.type === 'class' ? makeDataclass(target) : nativeFunction('dataclass', 'class_', decorate);
  }),
  field: nativeFunction('dataclasses.field', '*args, **kwargs', ({ raw }, context) =>
    context.callWith(fieldClass, raw),
  ),
  Field: fieldClass,
  get MISSING() {
    return missing;
  },
  fields: nativeFunction('dataclasses.fields', 'object', (given) => fieldsOf(given.get('object'))),
  asdict: nativeFunction('dataclasses.asdict', 'object', (given) => asDictionary(given.get('object'))),
  replace: nativeFunction('dataclasses.replace', 'object, **changes', (given, context) => {
    const object = given.get('object');
    if (object.type !== 'instance') return unknown('dataclass');
    // A new object through the constructor: `__post_init__` runs again.
    const keyword = new Map(
      initNames(object.class).map((name) => [
        name,
        given.keywordRest.get(name) ?? { value: object.attributes.get(name) ?? unknown(name), at: null },
      ]),
    );
    return context.callWith(object.class, { positional: [], keyword, open: false });
  }),
  is_dataclass: nativeFunction('dataclasses.is_dataclass', 'object', (given) => {
    const object = given.get('object');
    const class_ = object.type === 'instance' ? object.class : object;
    return boolean(class_.type === 'class' && findMember(class_, dataclassMark) !== null);
  }),
});

const dataclassMark = '__dataclass_fields__';

function decorate(given: BoundArguments): Value {
  const target = given.get('class_');
  return target.type === 'class' ? makeDataclass(target) : target;
}

/** Gives the class an `__init__` that takes its annotated fields, those of its bases first. */
function makeDataclass(class_: ClassValue): ClassValue {
  const names = fieldNames(class_);
  class_.members.set(dataclassMark, tuple(names.map(string)));
  if (!class_.members.has('__init__')) {
    class_.members.set(
      '__init__',
      nativeFunction(`${class_.name}.__init__`, 'self', (given, context) => construct(names, given, context)),
    );
  }
  return class_;
}

function construct(names: readonly string[], { raw }: BoundArguments, context: NativeContext): Value {
  const [self, ...positional] = raw.positional;
  if (self?.value.type !== 'instance') return none;
  const instance = self.value;
  assignFields(instance, names, { ...raw, positional }, context);
  const after = findMember(instance.class, '__post_init__');
  if (after !== null) context.call(context.getAttribute(instance, '__post_init__'), []);
  return none;
}

/** What a dataclass's `__init__` does with its arguments: fields by position and name, else by their defaults. */
export function assignFields(
  instance: InstanceValue,
  names: readonly string[],
  given: CallArguments,
  context: NativeContext,
): void {
  let next = 0;
  for (const name of names) {
    const written = findMember(instance.class, name);
    const field = written?.type === 'instance' && written.class === fieldClass ? written : null;
    const positional = isGiven(field) ? given.positional[next++]?.value : undefined;
    const value = positional ?? given.keyword.get(name)?.value ?? fallback(name, field, written, given.open, context);
    context.setAttribute(instance, name, value);
  }
}

/** The fields that the constructor takes: all but those with `init=False`. */
function initNames(class_: ClassValue): readonly string[] {
  return fieldNames(class_).filter((name) => isGiven(findMember(class_, name)));
}

function isGiven(field: Value | null): boolean {
  const isInit = field?.type === 'instance' && field.class === fieldClass ? field.attributes.get('init') : undefined;
  return isInit?.type !== 'boolean' || isInit.value;
}

function fallback(
  name: string,
  field: InstanceValue | null,
  written: Value | null,
  isOpen: boolean,
  context: NativeContext,
): Value {
  if (isOpen) return unknown(`field ${name}`);
  if (field === null) return written ?? { type: 'dimension', name };
  const factory = field.attributes.get('default_factory');
  if (factory !== undefined) return context.call(factory, []);
  return field.attributes.get('default') ?? { type: 'dimension', name };
}

/** Annotated names of the class and its bases, the bases' first. */
export function fieldNames(class_: ClassValue): readonly string[] {
  const names = new Set<string>();
  for (const candidate of [...class_.order].reverse()) {
    for (const name of annotatedNames(candidate)) if (!isClassVariable(candidate, name)) names.add(name);
  }
  return [...names];
}

function fieldsOf(object: Value): Value {
  const class_ = object.type === 'instance' ? object.class : object;
  if (class_.type !== 'class') return unknown('fields');
  return list(fieldNames(class_).map((name) => describeField(class_, name)));
}

function describeField(class_: ClassValue, name: string): Value {
  const written = findMember(class_, name);
  const given = written?.type === 'instance' && written.class === fieldClass ? written.attributes : null;
  const default_ = given === null ? (written ?? missing) : (given.get('default') ?? missing);
  const attributes: [string, Value][] = [
    ['default_factory', missing],
    ['init', boolean(true)],
    ['metadata', dictOf([])],
    ...(given ?? []),
    ['name', string(name)],
    ['default', default_],
  ];
  return { type: 'instance', class: fieldClass, attributes: new Map(attributes), at: null, state: null };
}

/** `dataclasses.MISSING`: there is no default. */
const missing: Value = {
  type: 'instance',
  class: nativeClass('dataclasses._MISSING_TYPE', { bases: [objectClass] }),
  attributes: new Map(),
  at: null,
  state: null,
};

function asDictionary(object: Value): Value {
  if (object.type !== 'instance') return unknown('dictionary');
  return dictOf(
    fieldNames(object.class).map((name) => [name, plainOf(object.attributes.get(name) ?? unknown(name), 0)]),
  );
}

/** Dataclasses inside become dictionaries too, containers are copied. */
function plainOf(value: Value, depth: number): Value {
  if (depth > 6) return unknown('dictionary');
  const inner = (item: Value) => plainOf(item, depth + 1);
  switch (value.type) {
    case 'instance':
      return findMember(value.class, dataclassMark) === null ? value : asDictionary(value);
    case 'list':
    case 'tuple':
      return { ...value, items: value.items.map(inner) };
    case 'dict': {
      const entries = [...value.entries].map(([key, entry]) => [key, { ...entry, value: inner(entry.value) }] as const);
      return { ...value, entries: new Map(entries) };
    }
    default:
      return value;
  }
}
