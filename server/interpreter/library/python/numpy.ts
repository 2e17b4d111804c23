import { maxItems } from '../../budget.ts';
import type { BoundArguments } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { namespace, nativeFunction } from '../../table.ts';
import { list, type NamespaceValue, number, unknown, type Value } from '../../values.ts';
import { mathRows } from './math.ts';

/** The little of NumPy that constructors compute sizes and rates with. Arrays of numbers are lists; all else is unknown. */
export const numpyModule: NamespaceValue = namespace('numpy', {
  ...Object.fromEntries(mathRows),
  pi: number(Math.PI, true),
  e: number(Math.E, true),
  inf: number(Number.POSITIVE_INFINITY, true),
  prod: nativeFunction('numpy.prod', 'items, *rest', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('product');
    return items.reduce((product, item) => context.operate('*', product, item), number(1));
  }),
  sum: nativeFunction('numpy.sum', 'items', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('sum');
    return items.reduce((sum, item) => context.operate('+', sum, item), number(0));
  }),
  cumsum: nativeFunction('numpy.cumsum', 'items', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('sums');
    let sum: Value = number(0);
    return list(
      items.map((item) => {
        sum = context.operate('+', sum, item);
        return sum;
      }),
    );
  }),
  log2: nativeFunction('numpy.log2', 'x', (given) => {
    const x = numberOf(given.get('x'));
    return x === null ? unknown('number') : number(Math.log2(x), true);
  }),
  linspace: nativeFunction('numpy.linspace', 'start, stop, num=50', (given) => linspace(given)),
  arange: nativeFunction('numpy.arange', '*bounds, dtype=None', (given) => arange(given)),
  array: nativeFunction('numpy.array', 'items, *args, **kwargs', (given) => plainList(given.get('items'))),
  asarray: nativeFunction('numpy.asarray', 'items, *args, **kwargs', (given) => plainList(given.get('items'))),
  abs: nativeFunction('numpy.abs', 'x', (given) => {
    const x = numberOf(given.get('x'));
    return x === null ? unknown('number') : number(Math.abs(x));
  }),
  ceil: nativeFunction('numpy.ceil', 'x', (given) => round(given, Math.ceil)),
  floor: nativeFunction('numpy.floor', 'x', (given) => round(given, Math.floor)),
});

function round(given: BoundArguments, to: (x: number) => number): Value {
  const x = numberOf(given.get('x'));
  return x === null ? unknown('number') : number(to(x), true);
}

function plainList(value: Value): Value {
  return value.type === 'list' || value.type === 'tuple' ? list([...value.items]) : unknown('array');
}

function linspace(given: BoundArguments): Value {
  const [start, stop, count] = ['start', 'stop', 'num'].map((name) => numberOf(given.get(name)));
  if (start == null || stop == null || count == null || count > maxItems) return unknown('array');
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  return list(Array.from({ length: count }, (_, index) => number(start + index * step, true)));
}

function arange(given: BoundArguments): Value {
  const bounds = given.rest.map((item) => numberOf(item.value));
  const [first, second, third] = bounds;
  if (first == null || second === null || third === null) return unknown('array');
  const [start, stop, step] = [second === undefined ? 0 : first, second ?? first, third ?? 1];
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  if (length > maxItems) return unknown('array');
  return list(Array.from({ length }, (_, index) => number(start + index * step)));
}
