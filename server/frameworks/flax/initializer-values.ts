import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import { bind, positional, signature } from '../../interpreter/signature.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import type { NativeValue, Value } from '../../interpreter/values.ts';
import { allocate } from '../torch/writes.ts';
import { type InitializerRow, initializerRows } from './initializers.ts';
import { markOurs } from './ours.ts';
import { shapeOf } from './shapes.ts';

/** An initializer as a value: a function of key, shape and type that draws an array. */
interface Made {
  readonly make: (shape: Shape) => Initializer;
  /** The call that made it; `null` for names that need none (`initializers.zeros`). */
  readonly at: Span | null;
  readonly callee: string | null;
}

const made = new WeakMap<object, Made>();

/** What is known of a value that is given as an initializer; `null` for functions of the user's. */
export function initializerOf(value: Value): Made | null {
  if (value.type === 'string') {
    const row = initializerRows[value.value];
    return row === undefined ? null : { make: withDefaults(row), at: null, callee: null };
  }
  return value.type === 'native' ? (made.get(value.function) ?? null) : null;
}

function withDefaults(row: InitializerRow): Made['make'] {
  const given = bind(signature(row.parameters ?? ''), positional());
  return (shape) => row.make((name) => given.get(name), shape);
}

/** `nn.initializers`: functions that make initializers, and a few that are ones. */
export const initializerFunctions: Readonly<Record<string, NativeValue>> = Object.fromEntries(
  Object.entries(initializerRows).map(([name, row]) => {
    const qualified = `jax.nn.initializers.${name}`;
    if (row.parameters === null) return [name, drawing(qualified, { make: withDefaults(row), at: null, callee: null })];
    const factory = nativeFunction(qualified, row.parameters, (given, context) =>
      drawing(qualified, {
        make: (shape) => row.make((argument) => given.get(argument), shape),
        at: context.at,
        callee: context.calleeText,
      }),
    );
    return [name, factory];
  }),
);

function drawing(name: string, what: Made): NativeValue {
  const value = nativeFunction(name, 'key, shape=(), dtype=None, out_sharding=None', (given, context) => {
    const shape = shapeOf(given.get('shape'));
    return markOurs(allocate(shape, what.make(shape ?? []), context));
  });
  made.set(value.function, what);
  return value;
}
