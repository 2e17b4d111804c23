import { maxItems } from '../../budget.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import { type InstanceValue, list, type NamespaceValue, number, tuple, unknown, type Value } from '../../values.ts';
import { objectClass } from '../types.ts';
import { mathRows } from './math.ts';

/* The little of NumPy that constructors compute sizes and rates with: numbers, and arrays of them with one dimension. */

const arithmetic = { add: '+', sub: '-', mul: '*', truediv: '/', floordiv: '//', mod: '%', pow: '**' } as const;

const arrayClass = nativeClass('numpy.ndarray', {
  bases: [objectClass],
  items: (self) => [...itemsOf(self)],
  methods: {
    tolist: method('', (self) => list([...itemsOf(self)])),
    astype: method('dtype', (self, given, context) =>
      array(itemsOf(self).map((item) => convert(item, given.get('dtype'), context))),
    ),
    copy: method('', (self) => array(itemsOf(self))),
    sum: method('*args, **kwargs', (self, _, context) => fold(itemsOf(self), '+', number(0), context)),
    prod: method('*args, **kwargs', (self, _, context) => fold(itemsOf(self), '*', number(1), context)),
    __getitem__: method('index', (self, given, context) => {
      const picked = context.getItem(list([...itemsOf(self)]), given.get('index'));
      return picked.type === 'list' ? array(picked.items) : picked;
    }),
    ...Object.fromEntries(
      Object.entries(arithmetic).flatMap(([name, operator]) => [
        [
          `__${name}__`,
          method('other', (self, given, context) => elementwise(operator, self, given.get('other'), context)),
        ],
        [
          `__r${name}__`,
          method('other', (self, given, context) => elementwise(operator, given.get('other'), self, context)),
        ],
      ]),
    ),
  },
  getAttribute: (self, name) => {
    if (name === 'size') return number(itemsOf(self).length);
    return name === 'shape' ? tuple([number(itemsOf(self).length)]) : null;
  },
});

function array(items: readonly Value[]): InstanceValue {
  return { type: 'instance', class: arrayClass, attributes: new Map(), at: null, state: items };
}

function itemsOf(self: InstanceValue): readonly Value[] {
  return Array.isArray(self.state) ? self.state : [];
}

function asItems(value: Value): readonly Value[] | null {
  if (value.type === 'instance' && value.class === arrayClass) return itemsOf(value);
  return value.type === 'list' && !value.open ? value.items : value.type === 'tuple' ? value.items : null;
}

/** Rows of a matrix are left alone: what is computed with them is not known. */
function elementwise(operator: string, left: Value, right: Value, context: NativeContext): Value {
  const [a, b] = [asItems(left), asItems(right)];
  const length = a?.length ?? b?.length ?? 0;
  if (a !== null && b !== null && a.length !== b.length) return unknown('array');
  return array(
    Array.from({ length }, (_, index) => context.operate(operator, a?.[index] ?? left, b?.[index] ?? right)),
  );
}

function fold(items: readonly Value[], operator: string, start: Value, context: NativeContext): Value {
  return items.reduce((result, item) => context.operate(operator, result, item), start);
}

/** `array.astype(int)`. */
function convert(item: Value, type: Value, context: NativeContext): Value {
  return type.type === 'class' ? context.call(type, [item]) : unknown('number');
}

/** A function of numbers, applied to each item of an array. */
function universal(name: string, of: Value): [string, Value] {
  const evaluate = (given: BoundArguments, context: NativeContext): Value => {
    const items = asItems(given.get('x'));
    return items === null ? context.callWith(of, given.raw) : array(items.map((item) => context.call(of, [item])));
  };
  return [name, nativeFunction(`numpy.${name}`, 'x, *rest', evaluate)];
}

function rounding(name: string, to: (x: number) => number): [string, Value] {
  const one = nativeFunction(`numpy.${name}`, 'x', (given) => {
    const x = numberOf(given.get('x'));
    return x === null ? unknown('number') : number(to(x), true);
  });
  return universal(name, one);
}

function folding(name: string, operator: string, start: number): [string, Value] {
  const evaluate = (given: BoundArguments, context: NativeContext): Value => {
    const items = asItems(given.get('items'));
    if (items !== null) return fold(items, operator, number(start), context);
    return numberOf(given.get('items')) === null ? unknown('number') : given.get('items');
  };
  return [name, nativeFunction(`numpy.${name}`, 'items, *rest', evaluate)];
}

export const numpyModule: NamespaceValue = namespace('numpy', {
  ...Object.fromEntries(mathRows.map(([name, row]) => universal(name, row))),
  ...Object.fromEntries([
    rounding('floor', Math.floor),
    rounding('ceil', Math.ceil),
    rounding('round', (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
    rounding('abs', Math.abs),
    folding('prod', '*', 1),
    folding('sum', '+', 0),
  ]),
  pi: number(Math.PI, true),
  e: number(Math.E, true),
  inf: number(Number.POSITIVE_INFINITY, true),
  ndarray: arrayClass,
  cumsum: nativeFunction('numpy.cumsum', 'items', (given, context) => {
    const items = asItems(given.get('items'));
    if (items === null) return unknown('array');
    let sum: Value = number(0);
    return array(
      items.map((item) => {
        sum = context.operate('+', sum, item);
        return sum;
      }),
    );
  }),
  linspace: nativeFunction('numpy.linspace', 'start, stop, num=50', (given) => {
    const [start, stop, count] = ['start', 'stop', 'num'].map((name) => numberOf(given.get(name)));
    if (start == null || stop == null || count == null || count > maxItems) return unknown('array');
    const step = count > 1 ? (stop - start) / (count - 1) : 0;
    return array(Array.from({ length: count }, (_, index) => number(start + index * step, true)));
  }),
  arange: nativeFunction('numpy.arange', '*bounds, dtype=None', (given) => {
    const [first, second, third] = given.rest.map((item) => numberOf(item.value));
    if (first == null || second === null || third === null) return unknown('array');
    const [start, stop, step] = [second === undefined ? 0 : first, second ?? first, third ?? 1];
    const length = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    if (length > maxItems) return unknown('array');
    return array(Array.from({ length }, (_, index) => number(start + index * step)));
  }),
  array: nativeFunction('numpy.array', 'items, *rest, **kwargs', (given) => arrayOf(given.get('items'))),
  asarray: nativeFunction('numpy.asarray', 'items, *rest, **kwargs', (given) => arrayOf(given.get('items'))),
});

function arrayOf(value: Value): Value {
  const items = asItems(value);
  return items?.every((item) => numberOf(item) !== null) ? array(items) : unknown('array');
}
