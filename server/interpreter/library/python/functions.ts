import { formatSpec, represent } from '../../format.ts';
import { identityOf } from '../../keys.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf, stringOf } from '../../read.ts';
import { method, nativeClass, readingFunction } from '../../table.ts';
import { boolean, type FunctionValue, list, none, number, string, tuple, unknown, type Value } from '../../values.ts';
import { isInstance, isSubclassOf } from './instance-of.ts';
import { sortedList, sortValues } from './list-methods.ts';
import { enumerate, extreme, filter, map, next, openCopy, quantify, total, zip } from './sequence-functions.ts';

/** Those that change something call `touch`, directly or by `setAttribute`. */
type Row = readonly [parameters: string, evaluate: (given: BoundArguments, context: NativeContext) => Value];

/** Python's built-in functions (its built-in classes are in `types.ts`). */
const rows: Readonly<Record<string, Row>> = {
  len: ['object', (given, context) => lengthOf(given.get('object'), context)],
  print: ['*values, **options', () => none],
  isinstance: ['object, classes', (given) => answer(isInstance(given.get('object'), given.get('classes')))],
  issubclass: ['class_, classes', (given) => answer(isSubclassOf(given.get('class_'), given.get('classes')))],
  callable: ['object', (given) => answer(isCallable(given.get('object')))],
  hasattr: ['object, name', (given, context) => hasAttribute(given, context)],
  getattr: ['object, name, default', (given, context) => getAttributeOr(given, context)],
  setattr: [
    'object, name, value',
    (given, context) => {
      const name = stringOf(given.get('name'));
      if (name !== null) context.setAttribute(given.get('object'), name, given.get('value'));
      return none;
    },
  ],
  delattr: ['object, name', () => none],
  id: ['object', (given) => number(identityOf(given.get('object')))],
  hash: ['object', () => unknown('hash')],
  repr: ['object', (given) => textOr(represent(given.get('object')))],
  ascii: ['object', (given) => textOr(represent(given.get('object')))],
  format: ['value, spec=""', (given) => textOr(formatSpec(given.get('value'), stringOf(given.get('spec')) ?? '\0'))],
  chr: ['code', (given) => textOr(codeText(numberOf(given.get('code'))))],
  ord: ['text', (given) => numberOr(stringOf(given.get('text'))?.codePointAt(0) ?? null)],
  hex: ['value', (given) => radix(given.get('value'), '0x', 16)],
  bin: ['value', (given) => radix(given.get('value'), '0b', 2)],
  abs: ['x', (given, context) => absolute(given.get('x'), context)],
  round: ['x, digits=None', (given) => rounded(given.get('x'), given.get('digits'))],
  divmod: [
    'a, b',
    (given, context) => tuple(['//', '%'].map((operator) => context.operate(operator, given.get('a'), given.get('b')))),
  ],
  pow: [
    'base, exponent, modulus=None',
    (given, context) => context.operate('**', given.get('base'), given.get('exponent')),
  ],
  sum: ['items, start=0', (given, context) => total(given, context)],
  min: ['*items, key=None, default', (given, context) => extreme(given, context, -1)],
  max: ['*items, key=None, default', (given, context) => extreme(given, context, 1)],
  any: ['items', (given, context) => quantify(given, context, true)],
  all: ['items', (given, context) => quantify(given, context, false)],
  zip: ['*iterables, strict=False', (given, context) => zip(given, context)],
  enumerate: ['items, start=0', (given, context) => enumerate(given, context)],
  map: ['function, *iterables', (given, context) => map(given, context)],
  filter: ['function, items', (given, context) => filter(given, context)],
  sorted: [
    'items, *, key=None, reverse=False',
    (given, context) => {
      const items = context.iterate(given.get('items'));
      if (items === null) return { ...list([]), open: true };
      return sortedList(
        items,
        sortValues(items, given.get('key'), context.truth(given.get('reverse')) === true, context),
      );
    },
  ],
  reversed: [
    'items',
    (given, context) => {
      const items = context.iterate(given.get('items'));
      return items === null ? openCopy(given.get('items')) : list(items.reverse());
    },
  ],
  iter: [
    'items, sentinel=None',
    (given, context) => {
      const items = context.iterate(given.get('items'));
      return items === null ? openCopy(given.get('items')) : list(items);
    },
  ],
  next: ['iterator, default', (given, context) => next(given, context)],
  vars: [
    'object=None',
    (given, context) => context.findAttribute(given.get('object'), '__dict__') ?? unknown('attributes'),
  ],
  dir: ['object=None', (given, context) => namesOf(given.get('object'), context)],
  input: ['prompt=""', () => unknown('input')],
  open: ['*args, **kwargs', () => unknown('file')],
  eval: ['*args', () => unknown('result of eval')],
  exec: ['*args', () => none],
  staticmethod: ['function', (given) => rebound(given.get('function'), 'static')],
  classmethod: ['function', (given) => rebound(given.get('function'), 'class')],
};

export const functions: ReadonlyMap<string, Value> = new Map(
  Object.entries(rows).map(([name, [parameters, evaluate]]) => [name, readingFunction(name, parameters, evaluate)]),
);

/** `dir(x)`: a name is in it where `x` has the attribute. Which there are is not known of a framework's modules. */
function namesOf(object: Value, context: NativeContext): Value {
  if (object.type === 'none' || object.type === 'unknown') return unknown('names');
  const names = nativeClass('names', {
    methods: {
      __contains__: method('name', (_, given, inner) => {
        const name = stringOf(given.get('name'));
        return name === null ? unknown('condition') : boolean(inner.findAttribute(object, name) !== null);
      }),
    },
  });
  return context.instantiate(names, []);
}

export function rebound(value: Value, binding: FunctionValue['binding']): Value {
  return value.type === 'function' ? { ...value, binding } : value;
}

function answer(value: boolean | null): Value {
  return value === null ? unknown('condition') : boolean(value);
}
function textOr(text: string | null): Value {
  return text === null ? unknown('text') : string(text);
}
function numberOr(value: number | null): Value {
  return value === null ? unknown('number') : number(value);
}
function codeText(code: number | null): string | null {
  return code === null || code < 0 || code > 0x10ffff ? null : String.fromCodePoint(code);
}

function lengthOf(value: Value, context: NativeContext): Value {
  switch (value.type) {
    case 'list':
      return value.open ? unknown('length') : number(value.items.length);
    case 'dict':
      return value.open ? unknown('length') : number(value.entries.size);
    case 'tuple':
    case 'set':
      return number(value.items.length);
    case 'string':
      return number(value.value.length);
    case 'range':
      return number(Math.max(0, Math.ceil((value.stop - value.start) / (value.step || 1))));
    case 'dimension':
      return { type: 'dimension', name: `len(${value.name})` };
    case 'instance': {
      const method = context.findAttribute(value, '__len__');
      if (method !== null && method.type !== 'unknown') return context.call(method, []);
      const items = context.iterate(value);
      return items === null ? unknown('length') : number(items.length);
    }
    case 'tensor':
      return context.getItem(context.getAttribute(value, 'shape'), number(0));
    default:
      return unknown('length');
  }
}

function isCallable(value: Value): boolean | null {
  if (['function', 'native', 'bound', 'partial', 'class', 'instance'].includes(value.type)) return true;
  return value.type === 'unknown' || value.type === 'dimension' ? null : false;
}

function hasAttribute(given: BoundArguments, context: NativeContext): Value {
  const name = stringOf(given.get('name'));
  const object = given.get('object');
  if (name === null || object.type === 'unknown' || object.type === 'dimension') return unknown('condition');
  const value = context.findAttribute(object, name);
  if (value === null || isGuess(value)) return boolean(false);
  return value.type === 'unknown' && object.type === 'instance' && object.class.open && !object.attributes.has(name)
    ? unknown('condition')
    : boolean(true);
}

function isGuess(value: Value): boolean {
  return value.type === 'bound' && value.function.type === 'native' && value.function.function.isGuess === true;
}

function getAttributeOr(given: BoundArguments, context: NativeContext): Value {
  const name = stringOf(given.get('name'));
  if (name === null) return unknown('attribute');
  const found = context.findAttribute(given.get('object'), name);
  const otherwise = given.given('default');
  if (found !== null && (otherwise === null || !isGuess(found))) return found;
  return otherwise?.value ?? context.fail('AttributeError', `no attribute ${name}`);
}

function radix(value: Value, prefix: string, base: number): Value {
  const known = numberOf(value);
  return known === null ? unknown('text') : string((known < 0 ? '-' : '') + prefix + Math.abs(known).toString(base));
}

function absolute(value: Value, context: NativeContext): Value {
  const known = numberOf(value);
  if (known !== null) return number(Math.abs(known), value.type === 'number' && value.isFloat);
  if (value.type === 'dimension') return value;
  const method = value.type === 'tensor' ? context.findAttribute(value, 'abs') : null;
  return method === null ? unknown('number') : context.call(method, []);
}

/** To even at the half, as Python does. */
function rounded(value: Value, digitsValue: Value): Value {
  const x = numberOf(value);
  if (value.type === 'dimension') return value;
  if (x === null) return unknown('number');
  if (digitsValue.type !== 'none') {
    const digits = numberOf(digitsValue);
    if (digits === null) return unknown('number');
    if (digits >= 0) return number(Number(x.toFixed(Math.min(digits, 100))), value.type === 'number' && value.isFloat);
    return number(halfEven(x / 10 ** -digits) * 10 ** -digits, value.type === 'number' && value.isFloat);
  }
  return number(halfEven(x), false);
}

function halfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
