import { maxItems } from '../../budget.ts';
import { orderOf } from '../../comparison.ts';
import { formatSpec, represent } from '../../format.ts';
import { identityOf } from '../../keys.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { isSubclass } from '../../order.ts';
import { numberOf, stringOf } from '../../read.ts';
import { nativeFunction } from '../../table.ts';
import { boolean, type FunctionValue, list, none, number, string, tuple, unknown, type Value } from '../../values.ts';
import { classOf, functionClass } from '../types.ts';
import { sortedList, sortValues } from './list-methods.ts';

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
  dir: ['object=None', () => unknown('names')],
  input: ['prompt=""', () => unknown('input')],
  open: ['*args, **kwargs', () => unknown('file')],
  eval: ['*args', () => unknown('result of eval')],
  exec: ['*args', () => none],
  staticmethod: ['function', (given) => rebound(given.get('function'), 'static')],
  classmethod: ['function', (given) => rebound(given.get('function'), 'class')],
  property: ['getter=None, setter=None, deleter=None, doc=None', (given) => rebound(given.get('getter'), 'property')],
};

export const functions: ReadonlyMap<string, Value> = new Map(
  Object.entries(rows).map(([name, [parameters, evaluate]]) => [name, nativeFunction(name, parameters, evaluate)]),
);

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

export function lengthOf(value: Value, context: NativeContext): Value {
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

/** `isinstance`: `null` where the object or a class is not known. */
export function isInstance(object: Value, classes: Value): boolean | null {
  const own = classOf(object);
  if (own === null && object.type !== 'dimension' && object.type !== 'tensor') return null;
  return someClass(classes, (class_) => {
    if (object.type === 'tensor')
      return tensorClasses.test(class_.name) ? isTensorClass(class_.name, object.isParameter) : false;
    if (own === null) return class_.name === 'int' ? true : class_.native?.convert !== undefined ? false : null;
    if (isSubclass(own, class_) || (class_.name === 'Callable' && own === functionClass)) return true;
    return own.open ? null : (abstractTypes[class_.name]?.includes(object.type) ?? false);
  });
}

/** Classes of the frameworks that stand for tensors, by name. */
const tensorClasses = /^(Tensor|Parameter|KerasTensor|Variable|UninitializedParameter|UninitializedBuffer)$/;

function isTensorClass(name: string, isParameter: boolean): boolean {
  if (name.startsWith('Uninitialized')) return false;
  return name === 'Parameter' || name === 'Variable' ? isParameter : true;
}

/** Abstract base classes of `collections.abc` and `numbers`. */
const abstractTypes: Readonly<Record<string, readonly Value['type'][]>> = {
  Iterable: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Collection: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Container: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Sized: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Sequence: ['list', 'tuple', 'range', 'string'],
  MutableSequence: ['list'],
  List: ['list'],
  Tuple: ['tuple'],
  Mapping: ['dict'],
  MutableMapping: ['dict'],
  OrderedDict: ['dict'],
  Dict: ['dict'],
  Set: ['set'],
  Number: ['number', 'boolean'],
  Real: ['number', 'boolean'],
  Hashable: ['number', 'string', 'tuple', 'none', 'boolean'],
  Callable: ['function', 'native', 'bound', 'partial', 'class'],
  FunctionType: ['function'],
  LambdaType: ['function'],
  MethodType: ['bound'],
};

function isSubclassOf(value: Value, classes: Value): boolean | null {
  if (value.type !== 'class') return null;
  return someClass(classes, (class_) => isSubclass(value, class_) || (value.open ? null : false));
}

type ClassTest = (class_: Extract<Value, { type: 'class' }>) => boolean | null;

function someClass(classes: Value, test: ClassTest): boolean | null {
  if (classes.type === 'class') return test(classes);
  if (classes.type !== 'tuple' && classes.type !== 'list') return null;
  let result: boolean | null = false;
  for (const item of classes.items) {
    const one = someClass(item, test);
    if (one === true) return true;
    if (one === null) result = null;
  }
  return result;
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
  if (value === null) return boolean(false);
  return value.type === 'unknown' && object.type === 'instance' && object.class.open && !object.attributes.has(name)
    ? unknown('condition')
    : boolean(true);
}

function getAttributeOr(given: BoundArguments, context: NativeContext): Value {
  const name = stringOf(given.get('name'));
  if (name === null) return unknown('attribute');
  const found = context.findAttribute(given.get('object'), name);
  if (found !== null) return found;
  return given.given('default')?.value ?? context.fail('AttributeError', `no attribute ${name}`);
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

function total(given: BoundArguments, context: NativeContext): Value {
  const items = context.iterate(given.get('items'));
  if (items === null) return unknown('sum');
  return items.reduce((sum, item) => context.operate('+', sum, item), given.get('start'));
}

function extreme(given: BoundArguments, context: NativeContext, sign: 1 | -1): Value {
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

function quantify(given: BoundArguments, context: NativeContext, decisive: boolean): Value {
  const items = context.iterate(given.get('items'));
  if (items === null) return unknown('condition');
  let result: boolean | null = !decisive;
  for (const item of items) {
    const truth = context.truth(item);
    if (truth === decisive) return boolean(decisive);
    if (truth === null) result = null;
  }
  return answer(result);
}

function zip(given: BoundArguments, context: NativeContext): Value {
  const columns = given.rest.map((item) => ({ value: item.value, items: context.iterate(item.value) }));
  const known = columns.flatMap((column) => (column.items === null ? [] : [column.items.length]));
  if (known.length === 0) return columns.length === 0 ? list([]) : unknown('pairs');
  const length = Math.min(...known);
  return list(
    Array.from({ length }, (_, index) =>
      tuple(columns.map((column) => column.items?.[index] ?? unknown('item of something unknown'))),
    ),
  );
}

function enumerate(given: BoundArguments, context: NativeContext): Value {
  const source = given.get('items');
  const items = context.iterate(source) ?? (source.type === 'list' ? source.items : null);
  const start = numberOf(given.get('start')) ?? 0;
  if (items === null) return unknown('pairs');
  const pairs = list(items.map((item, index) => tuple([number(start + index), item])));
  return { ...pairs, open: source.type === 'list' && source.open };
}

function map(given: BoundArguments, context: NativeContext): Value {
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

function filter(given: BoundArguments, context: NativeContext): Value {
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

function openCopy(value: Value): Value {
  return { type: 'list', items: value.type === 'list' ? [...value.items] : [], open: true };
}

/** An iterator is the list of what is left of it. */
function next(given: BoundArguments, context: NativeContext): Value {
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
