import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, stringOf } from '../../interpreter/read.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, type InstanceValue, none, type Value } from '../../interpreter/values.ts';

/*
 * `with keras.name_scope('block'):` and TensorFlow 1's `with tf.variable_scope('block'):`: weights that are made inside are
 * named below it. The open scopes are the state of an instance, so that what the code does to them is undone like everything
 * else.
 */
interface Scope {
  readonly name: string;
  /** How variables start that say nothing of it themselves. */
  readonly initializer: Value | null;
}

const holder: InstanceValue = {
  type: 'instance',
  class: nativeClass('keras.NameScopes', {}),
  attributes: new Map(),
  at: null,
  state: [],
};

export function openScopes(): readonly string[] {
  return scopes().map(({ name }) => name);
}

/** What the innermost scope says that says it. */
export function scopeInitializer(): Value | null {
  return scopes().findLast(({ initializer }) => initializer !== null)?.initializer ?? null;
}

/** A layer's own weights and layers are named below the layer, not below the scopes that were open when it was called. */
export function withoutScopes<T>(context: NativeContext, body: () => T): T {
  const outer = scopes();
  if (outer.length === 0) return body();
  setScopes([], context);
  try {
    return body();
  } finally {
    setScopes(outer, context);
  }
}

export const nameScope: ClassValue = scopeClass('keras.name_scope', 'name, *args, **kwargs');

export const variableScope: ClassValue = scopeClass(
  'tensorflow.variable_scope',
  'name=None, default_name=None, values=None, initializer=None, name_or_scope=None, **kwargs',
);

function scopeClass(qualified: string, parameters: string): ClassValue {
  return nativeClass(qualified, {
    parameters,
    construct: (instance, given) => {
      const asked = isNone(given.get('name')) ? given.get('name_or_scope') : given.get('name');
      instance.attributes.set('name', isNone(asked) ? given.get('default_name') : asked);
      instance.attributes.set('initializer', given.given('initializer')?.value ?? none);
    },
    methods: {
      __enter__: method('', (self, _, context) => {
        const initializer = self.attributes.get('initializer') ?? none;
        const name = nameOf(self.attributes.get('name') ?? none);
        setScopes([...scopes(), { name, initializer: isNone(initializer) ? null : initializer }], context);
        return self;
      }),
      __exit__: method('*args', (_, __, context) => {
        setScopes(scopes().slice(0, -1), context);
        return none;
      }),
      reuse_variables: method('', () => none),
    },
  });
}

/** A scope is asked for by its name, or by the scope object that an earlier `with` gave. */
function nameOf(value: Value): string {
  if (value.type === 'instance') return nameOf(value.attributes.get('name') ?? none);
  return stringOf(value) ?? 'scope';
}

export const getVariableScope: Value = nativeFunction('tensorflow.get_variable_scope', '', (_, context) =>
  context.instantiate(variableScope, []),
);

function scopes(): readonly Scope[] {
  return Array.isArray(holder.state) ? holder.state : [];
}

function setScopes(changed: readonly Scope[], context: NativeContext): void {
  context.touch(holder);
  holder.state = changed;
}
