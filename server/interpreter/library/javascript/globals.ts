import { maxItems } from '../../budget.ts';
import { formatValue } from '../../format.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf, stringOf } from '../../read.ts';
import { makeSet } from '../../sets.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import { boolean, type DictValue, list, none, number, string, tuple, unknown, type Value } from '../../values.ts';
import { toDict } from '../dictionaries.ts';

function maths(name: string, compute: (...numbers: number[]) => number): [string, Value] {
  const evaluate = (given: BoundArguments): Value => {
    const numbers = given.rest.map((item) => numberOf(item.value));
    return numbers.every((value) => value !== null) && !given.raw.open
      ? number(compute(...numbers))
      : unknown('number');
  };
  return [name, nativeFunction(`Math.${name}`, '*numbers', evaluate)];
}

const math = namespace('Math', {
  PI: number(Math.PI),
  E: number(Math.E),
  LN2: number(Math.LN2),
  SQRT2: number(Math.SQRT2),
  random: nativeFunction('Math.random', '', () => unknown('random number')),
  ...Object.fromEntries([
    maths('sqrt', Math.sqrt),
    maths('cbrt', Math.cbrt),
    maths('pow', Math.pow),
    maths('exp', Math.exp),
    maths('log', Math.log),
    maths('log2', Math.log2),
    maths('log10', Math.log10),
    maths('floor', Math.floor),
    maths('ceil', Math.ceil),
    maths('round', Math.round),
    maths('trunc', Math.trunc),
    maths('abs', Math.abs),
    maths('sign', Math.sign),
    maths('min', Math.min),
    maths('max', Math.max),
    maths('sin', Math.sin),
    maths('cos', Math.cos),
    maths('tanh', Math.tanh),
    maths('hypot', Math.hypot),
  ]),
});

const arrayClass = nativeClass('Array', {
  convert: ({ raw }) => {
    const items = raw.positional.map((item) => item.value);
    const length = items.length === 1 && items[0] !== undefined ? numberOf(items[0]) : null;
    if (length === null) return list(items);
    const kept = Math.min(maxItems, Math.max(0, Math.trunc(length)));
    return { ...list(Array.from({ length: kept }, () => none)), open: length > maxItems };
  },
  members: {
    isArray: nativeFunction('Array.isArray', 'value', (given) =>
      given.get('value').type === 'unknown'
        ? unknown('condition')
        : boolean(['list', 'tuple'].includes(given.get('value').type)),
    ),
    of: nativeFunction('Array.of', '*items', (given) => list(given.rest.map((item) => item.value))),
    from: nativeFunction('Array.from', 'source, callback=None', arrayFrom),
  },
});

/** Also `Array.from({length: n}, (_, i) => …)`. */
function arrayFrom(given: BoundArguments, context: NativeContext): Value {
  const source = given.get('source');
  const length = source.type === 'dict' ? numberOf(source.entries.get('slength')?.value ?? none) : null;
  const items: readonly Value[] | null =
    length === null
      ? context.iterate(source)
      : Array.from({ length: Math.min(maxItems, Math.max(0, length)) }, () => none);
  if (items === null) return { ...list([]), open: true };
  const callback = given.get('callback');
  if (callback.type === 'none') return list([...items]);
  return list(items.map((item, index) => context.call(callback, [item, number(index)])));
}

const objectNamespace = namespace('Object', {
  keys: nativeFunction('Object.keys', 'object', (given) => entries(given.get('object'), (key) => string(key))),
  values: nativeFunction('Object.values', 'object', (given) => entries(given.get('object'), (_, value) => value)),
  entries: nativeFunction('Object.entries', 'object', (given) =>
    entries(given.get('object'), (key, value) => tuple([string(key), value])),
  ),
  assign: nativeFunction('Object.assign', 'target, *sources', (given, context) => {
    const target = given.get('target');
    if (target.type !== 'dict') return target;
    context.touch(target);
    for (const { value } of given.rest) merge(target, value);
    return target;
  }),
  freeze: nativeFunction('Object.freeze', 'object', (given) => given.get('object')),
  fromEntries: nativeFunction('Object.fromEntries', 'source', toDict),
});

function merge(target: DictValue, source: Value): void {
  if (source.type === 'dict') {
    for (const [key, entry] of source.entries) target.entries.set(key, entry);
    target.open ||= source.open;
  } else if (source.type !== 'none') target.open = true;
}

function entries(object: Value, pick: (key: string, value: Value) => Value): Value {
  if (object.type !== 'dict') return { ...list([]), open: true };
  const items = [...object.entries.values()].flatMap((entry) =>
    entry.key.type === 'string' ? [pick(entry.key.value, entry.value)] : [],
  );
  return { ...list(items), open: object.open };
}

function convertNumber(given: BoundArguments): Value {
  const value = given.get('value');
  const known = numberOf(value) ?? (value.type === 'string' ? Number(value.value) : null);
  return known === null ? unknown('number') : number(known);
}

const consoleNamespace = namespace('console', () => nativeFunction('console', '*values', () => none));
const promise = namespace('Promise', {
  resolve: nativeFunction('Promise.resolve', 'value=None', (given) => given.get('value')),
  all: nativeFunction('Promise.all', 'values', (given) => given.get('values')),
});

const globals: Readonly<Record<string, Value>> = {
  undefined: none,
  NaN: number(Number.NaN),
  Infinity: number(Number.POSITIVE_INFINITY),
  Math: math,
  Array: arrayClass,
  Float32Array: arrayClass,
  Int32Array: arrayClass,
  Object: objectNamespace,
  console: consoleNamespace,
  Promise: promise,
  Number: nativeClass('Number', { parameters: 'value=0', convert: convertNumber }),
  String: nativeClass('String', {
    parameters: "value=''",
    convert: (given) => {
      const text = formatValue(given.get('value'), 'javascript');
      return text === null ? unknown('text') : string(text);
    },
  }),
  Boolean: nativeClass('Boolean', {
    parameters: 'value=None',
    convert: (given, context) => {
      const truth = context.truth(given.get('value'));
      return truth === null ? unknown('condition') : boolean(truth);
    },
  }),
  Set: nativeClass('Set', {
    parameters: 'items=[]',
    convert: (given, context) => makeSet(context.iterate(given.get('items')) ?? []),
  }),
  Map: nativeClass('Map', { parameters: 'items=[]', convert: () => unknown('Map') }),
  Error: nativeClass('Error', {
    parameters: "message=''",
    construct: (instance, given) => void instance.attributes.set('message', given.get('message')),
  }),
  // The operator is lowered to a call.
  typeof: nativeFunction('typeof', 'value', (given) => typeName(given.get('value'))),
  parseInt: nativeFunction('parseInt', 'text, radix=10', (given) => {
    const text = stringOf(given.get('text'));
    if (text === null)
      return numberOf(given.get('text')) === null
        ? unknown('number')
        : number(Math.trunc(numberOf(given.get('text')) ?? 0));
    return number(Number.parseInt(text, numberOf(given.get('radix')) ?? 10));
  }),
  parseFloat: nativeFunction('parseFloat', 'text', (given) => {
    const text = stringOf(given.get('text'));
    return text === null ? given.get('text') : number(Number.parseFloat(text));
  }),
};

function typeName(value: Value): Value {
  switch (value.type) {
    case 'number':
    case 'string':
    case 'boolean':
      return string(value.type);
    case 'none':
      return string('undefined');
    case 'function':
    case 'native':
    case 'bound':
    case 'class':
      return string('function');
    case 'unknown':
    case 'dimension':
    case 'lazy':
      return unknown('type');
    default:
      return string('object');
  }
}

/** A global name of JavaScript. */
export function javascriptGlobal(name: string): Value | null {
  return Object.hasOwn(globals, name) ? (globals[name] ?? null) : null;
}
