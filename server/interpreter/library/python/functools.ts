import { mergeArguments } from '../../signature.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  type CallArguments,
  type FunctionValue,
  type NamespaceValue,
  none,
  unknown,
  type Value,
} from '../../values.ts';
import { rebound } from './functions.ts';

/** A decorator that leaves the function as it is, used with or without arguments: `@cache`, `@lru_cache(maxsize=None)`. */
export function transparent(name: string): Value {
  return nativeFunction(name, '*args, **kwargs', (given) => {
    const first = given.rest[0]?.value;
    return first !== undefined && isFunction(first) ? first : identity;
  });
}

const identity = nativeFunction('decorator', 'function', (given) => given.get('function'));

function isFunction(value: Value): value is FunctionValue | Extract<Value, { type: 'class' }> {
  return value.type === 'function' || value.type === 'class';
}

export const functoolsModule: NamespaceValue = namespace('functools', {
  partial: nativeClass('functools.partial', {
    convert: ({ raw }) => {
      const [callee, ...rest] = raw.positional;
      if (callee === undefined) return unknown('partial of nothing');
      const given: CallArguments = { positional: rest, keyword: raw.keyword, open: raw.open };
      // A partial of a partial is one of the function inside: `.func` and `.keywords` tell.
      return callee.value.type === 'partial'
        ? { ...callee.value, arguments: mergeArguments(callee.value, given) }
        : { type: 'partial', callee: callee.value, arguments: given };
    },
  }),
  reduce: nativeFunction('functools.reduce', 'function, items, initial', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('result of reduce');
    const initial = given.given('initial')?.value;
    const start = initial ?? items.shift() ?? none;
    return items.reduce((result, item) => context.call(given.get('function'), [result, item]), start);
  }),
  wraps: nativeFunction('functools.wraps', 'wrapped, *rest', (given) => {
    const wrapped = given.get('wrapped');
    return nativeFunction('wraps', 'wrapper', (inner) => {
      const wrapper = inner.get('wrapper');
      return wrapper.type === 'function' && wrapped.type === 'function' ? { ...wrapper, wraps: wrapped } : wrapper;
    });
  }),
  lru_cache: transparent('functools.lru_cache'),
  cache: transparent('functools.cache'),
  total_ordering: transparent('functools.total_ordering'),
  singledispatch: transparent('functools.singledispatch'),
  update_wrapper: nativeFunction('functools.update_wrapper', 'wrapper, *rest', (given) => given.get('wrapper')),
  cached_property: nativeFunction('functools.cached_property', 'function', (given) =>
    rebound(given.get('function'), 'property'),
  ),
  partialmethod: nativeFunction('functools.partialmethod', '*args, **kwargs', () => unknown('partialmethod')),
});
