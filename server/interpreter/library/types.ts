import { formatValue } from '../format.ts';
import { Raised } from '../machine.ts';
import type { BoundArguments, NativeContext } from '../native.ts';
import { ancestry, parents } from '../raise.ts';
import { numberOf } from '../read.ts';
import { makeSet } from '../sets.ts';
import { nativeClass, readingMethod } from '../table.ts';
import { boolean, type ClassValue, list, none, number, string, tuple, unknown, type Value } from '../values.ts';
import { asDictionary, toDict } from './dictionaries.ts';
import { dictionaryMethods } from './dictionary-methods.ts';

/* Python's built-in classes: what `isinstance` asks for and what calling them converts to. */

export const objectClass = nativeClass('object', {
  construct: () => {},
  methods: {
    // As frozen dataclasses write to themselves: `object.__setattr__(self, 'width', 8)`.
    __setattr__: readingMethod('name, value', (self, given, context) => {
      const name = given.get('name');
      if (name.type === 'string') context.setPlainAttribute(self, name.value, given.get('value'));
      return none;
    }),
    __getattribute__: {
      ...readingMethod('name', (self, given, context) => {
        const name = given.get('name');
        if (name.type !== 'string') return unknown('attribute');
        const found = context.findPlainAttribute(self, name.value);
        if (found === null) throw new Raised(ancestry('AttributeError'));
        return found;
      }),
      logsReads: true,
    },
  },
});
const bases = [objectClass];

export const intClass = nativeClass('int', {
  bases,
  parameters: 'x=0, base=10',
  convert: (given, context) => toInteger(given.get('x'), given.get('base'), context),
});
export const boolClass = nativeClass('bool', {
  bases: [intClass],
  parameters: 'x=False',
  convert: (given, context) => {
    const truth = context.truth(given.get('x'));
    return truth === null ? unknown('condition') : boolean(truth);
  },
});
export const floatClass = nativeClass('float', {
  bases,
  parameters: 'x=0.0',
  convert: (given, context) => toFloat(given.get('x'), context),
});
export const strClass = nativeClass('str', {
  bases,
  parameters: "object='', encoding='utf-8', errors='strict'",
  convert: (given) => {
    const text = formatValue(given.get('object'), 'python');
    return text === null ? unknown('text') : string(text);
  },
});
export const listClass = nativeClass('list', {
  bases,
  parameters: 'iterable=()',
  convert: (given, context) => {
    const source = given.get('iterable');
    const items = context.iterate(source);
    if (items !== null) return list(items);
    return { type: 'list', items: source.type === 'list' ? [...source.items] : [], open: true };
  },
});
export const tupleClass = nativeClass('tuple', {
  bases,
  parameters: 'iterable=()',
  convert: (given, context) => {
    const items = context.iterate(given.get('iterable'));
    return items === null ? unknown('tuple of unknown length') : tuple(items);
  },
});
export const setClass = nativeClass('set', { bases, parameters: 'iterable=()', convert: toSet });
export const frozensetClass = nativeClass('frozenset', { bases, parameters: 'iterable=()', convert: toSet });
export const dictClass = nativeClass('dict', {
  bases,
  parameters: 'source=(), **entries',
  convert: toDict,
  // Objects of a subclass keep their entries beside their attributes.
  construct: (instance, given, context) => {
    instance.state = toDict(given, context);
  },
  methods: dictionaryMethods,
  items: (instance) => [...(asDictionary(instance)?.entries.values() ?? [])].map((entry) => entry.key),
});
export const sliceClass = nativeClass('slice', {
  bases,
  convert: ({ rest, raw }) => {
    const [first = none, second, third = none] = (rest.length > 0 ? rest : raw.positional).map((item) => item.value);
    return second === undefined
      ? { type: 'slice', lower: none, upper: first, step: none }
      : { type: 'slice', lower: first, upper: second, step: third };
  },
});
export const functionClass = nativeClass('function', { bases });
const noneClass = nativeClass('NoneType', { bases });
export const rangeClass = nativeClass('range', {
  bases,
  convert: ({ rest }) => {
    const bounds = rest.map((item) => item.value);
    if (bounds.length === 1 && bounds[0]?.type === 'dimension') return bounds[0];
    const [first, second, third = 1] = bounds.map(numberOf);
    if (first == null || second === null || third === null) return unknown('range with unknown bounds');
    return second === undefined
      ? { type: 'range', start: 0, stop: first, step: 1 }
      : { type: 'range', start: first, stop: second, step: third };
  },
});
export const typeClass: ClassValue = nativeClass('type', {
  bases,
  parameters: 'object, *rest',
  convert: (given, context) => {
    const object = given.get('object');
    const own = object.type === 'tensor' ? context.findAttribute(object, '__class__') : classOf(object);
    return own ?? unknown('type');
  },
});
/** `property(getter)` makes a method read like an attribute; classes that derive from it keep the getter as `fget`. */
export const propertyClass = nativeClass('property', {
  bases,
  parameters: 'fget=None, fset=None, fdel=None, doc=None',
  convert: (given) => {
    const getter = given.get('fget');
    return getter.type === 'function' ? { ...getter, binding: 'property' } : getter;
  },
  construct: (instance, given) => {
    instance.attributes.set('fget', given.get('fget'));
  },
});
export const plainClasses = ['complex', 'bytes', 'bytearray', 'memoryview', 'ModuleType'].map((name) =>
  nativeClass(name, { bases, ...(name === 'ModuleType' ? {} : { convert: () => unknown(name) }) }),
);

/** The class of a value: `type(x)`; `null` where it is not known. */
export function classOf(value: Value): ClassValue | null {
  switch (value.type) {
    case 'number':
      return value.isFloat ? floatClass : intClass;
    case 'boolean':
      return boolClass;
    case 'string':
      return strClass;
    case 'none':
      return noneClass;
    case 'list':
      return listClass;
    case 'tuple':
      return tupleClass;
    case 'set':
      return setClass;
    case 'dict':
      return dictClass;
    case 'range':
      return rangeClass;
    case 'slice':
      return sliceClass;
    case 'function':
    case 'bound':
    case 'native':
    case 'partial':
      return functionClass;
    case 'class':
      return typeClass;
    case 'instance':
      return value.class;
    default:
      return null;
  }
}

/** Built-in exceptions as classes, with their hierarchy. */
export const exceptionClasses: ReadonlyMap<string, ClassValue> = makeExceptions();

function makeExceptions(): ReadonlyMap<string, ClassValue> {
  const made = new Map<string, ClassValue>();
  const construct = (instance: { attributes: Map<string, Value> }, given: BoundArguments) => {
    instance.attributes.set('args', tuple(given.raw.positional.map((item) => item.value)));
  };
  const make = (name: string): ClassValue => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const parent = parents[name];
    const class_ = nativeClass(name, { bases: parent === undefined ? bases : [make(parent)], construct });
    made.set(name, class_);
    return class_;
  };
  for (const name of Object.keys(parents)) make(name);
  return made;
}

/** The number in a tensor of one element. */
function itemOf(value: Value, context: NativeContext): Value {
  return value.type === 'tensor' ? context.call(context.getAttribute(value, 'item'), []) : value;
}

function toInteger(given: Value, base: Value, context: NativeContext): Value {
  const value = itemOf(given, context);
  if (value.type === 'dimension') return value;
  const known = numberOf(value);
  if (known !== null) return Number.isFinite(known) ? number(Math.trunc(known), false) : unknown('integer');
  if (value.type !== 'string') return unknown('integer');
  const radix = numberOf(base) ?? 10;
  const text = value.value.trim().replaceAll('_', '');
  const parsed = Number.parseInt(text, radix);
  return /^[-+]?\w+$/.test(text) && !Number.isNaN(parsed) && (radix !== 10 || /^[-+]?\d+$/.test(text))
    ? number(parsed, false)
    : context.fail('ValueError', 'not an integer');
}

function toFloat(given: Value, context: NativeContext): Value {
  const value = itemOf(given, context);
  if (value.type === 'dimension') return value;
  const known = numberOf(value);
  if (known !== null) return number(known, true);
  if (value.type !== 'string') return unknown('number');
  const text = value.value.trim().toLowerCase().replaceAll('_', '');
  const special = { inf: Infinity, '+inf': Infinity, infinity: Infinity, '-inf': -Infinity, nan: Number.NaN }[text];
  const parsed = special ?? (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text) ? Number(text) : null);
  return parsed === null ? context.fail('ValueError', 'not a number') : number(parsed, true);
}

function toSet(given: BoundArguments, context: NativeContext): Value {
  const items = context.iterate(given.get('iterable'));
  return items === null ? unknown('set of unknown items') : makeSet(items);
}
