import { maxItems } from '../../budget.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import { list, type NamespaceValue, none, number, tuple, unknown, type Value } from '../../values.ts';
import { endless } from './sequence-functions.ts';

const few = 256;

/** Iterators are lists here; endless ones are cut off and left open. */
export const itertoolsModule: NamespaceValue = namespace('itertools', {
  chain: nativeClass('itertools.chain', {
    parameters: '*iterables',
    convert: (given, context) =>
      chain(
        given.rest.map((item) => item.value),
        context,
      ),
    members: {
      from_iterable: nativeFunction('itertools.chain.from_iterable', 'iterables', (given, context) => {
        const iterables = context.iterate(given.get('iterables'));
        return iterables === null ? unknown('items') : chain(iterables, context);
      }),
    },
  }),
  product: nativeFunction('itertools.product', '*iterables, repeat=1', product),
  repeat: nativeFunction('itertools.repeat', 'item, times=None', (given) => {
    const times = numberOf(given.get('times'));
    const item = given.get('item');
    return { ...list(Array.from({ length: Math.min(times ?? few, maxItems) }, () => item)), open: times === null };
  }),
  count: nativeFunction('itertools.count', 'start=0, step=1', (given) => {
    const [start, step] = [numberOf(given.get('start')), numberOf(given.get('step'))];
    if (start === null || step === null) return unknown('counter');
    return endless(Array.from({ length: few }, (_, index) => number(start + index * step)));
  }),
  cycle: nativeFunction('itertools.cycle', 'items', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null || items.length === 0) return unknown('cycle');
    return endless(Array.from({ length: few }, (_, index) => items[index % items.length] ?? none));
  }),
  islice: nativeFunction('itertools.islice', 'items, *bounds', (given, context) => {
    const source = given.get('items');
    const items = context.iterate(source) ?? (source.type === 'list' ? source.items : null);
    const bounds = given.rest.map((item) => item.value);
    if (items === null) return unknown('slice');
    const [lower = none, upper = none, step = none] = bounds.length === 1 ? [none, bounds[0]] : bounds;
    return context.getItem(list([...items]), { type: 'slice', lower, upper, step });
  }),
  accumulate: nativeFunction('itertools.accumulate', 'items, function=None', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('sums');
    const function_ = given.get('function');
    const sums: Value[] = [];
    for (const item of items) {
      const last = sums.at(-1);
      if (last === undefined) sums.push(item);
      else
        sums.push(function_.type === 'none' ? context.operate('+', last, item) : context.call(function_, [last, item]));
    }
    return list(sums);
  }),
  combinations: nativeFunction('itertools.combinations', 'items, length', (given, context) => {
    const items = context.iterate(given.get('items'));
    const length = numberOf(given.get('length'));
    if (items === null || length === null || items.length > 20) return unknown('combinations');
    return list(combinations(items, length).map(tuple));
  }),
  zip_longest: nativeFunction('itertools.zip_longest', '*iterables, fillvalue=None', (given, context) => {
    const columns = given.rest.map((item) => context.iterate(item.value));
    if (columns.includes(null)) return unknown('pairs');
    const length = Math.max(0, ...columns.map((column) => column?.length ?? 0));
    const fill = given.get('fillvalue');
    return list(Array.from({ length }, (_, index) => tuple(columns.map((column) => column?.[index] ?? fill))));
  }),
  starmap: nativeFunction('itertools.starmap', 'function, items', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('results');
    return list(items.map((item) => context.call(given.get('function'), context.iterate(item) ?? [])));
  }),
});

function chain(iterables: readonly Value[], context: NativeContext): Value {
  let open = false;
  const items = iterables.flatMap((iterable) => {
    const known = context.iterate(iterable);
    if (known === null) open = true;
    return known ?? (iterable.type === 'list' ? iterable.items : []);
  });
  return { ...list(items), open };
}

function product(given: BoundArguments, context: NativeContext): Value {
  const columns = given.rest.map((item) => context.iterate(item.value));
  const repeat = numberOf(given.get('repeat'));
  if (repeat === null) return unknown('product');
  let rows: Value[][] = [[]];
  for (let round = 0; round < Math.min(repeat, 10); round++) {
    for (const column of columns) {
      if (column === null || rows.length * column.length > maxItems) return unknown('product');
      rows = rows.flatMap((row) => column.map((item) => [...row, item]));
    }
  }
  return list(rows.map(tuple));
}

function combinations(items: readonly Value[], length: number): Value[][] {
  if (length === 0) return [[]];
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), length - 1).map((rest) => [item, ...rest]),
  );
}
