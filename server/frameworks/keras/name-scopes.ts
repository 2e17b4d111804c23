import type { NativeContext } from '../../interpreter/native.ts';
import { stringOf } from '../../interpreter/read.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import { type ClassValue, type InstanceValue, none } from '../../interpreter/values.ts';

/*
 * `with keras.name_scope('block'):`: weights that are made inside are named below it. The open scopes are the state of an
 * instance, so that what the code does to them is undone like everything else.
 */
const holder: InstanceValue = {
  type: 'instance',
  class: nativeClass('keras.NameScopes', {}),
  attributes: new Map(),
  at: null,
  state: [],
};

export function openScopes(): readonly string[] {
  return Array.isArray(holder.state) ? holder.state : [];
}

/** A layer's own weights and layers are named below the layer, not below the scopes that were open when it was called. */
export function withoutScopes<T>(context: NativeContext, body: () => T): T {
  const outer = openScopes();
  if (outer.length === 0) return body();
  setScopes([], context);
  try {
    return body();
  } finally {
    setScopes(outer, context);
  }
}

export const nameScope: ClassValue = nativeClass('keras.name_scope', {
  parameters: 'name, *args, **kwargs',
  construct: (instance, given) => {
    instance.attributes.set('name', given.get('name'));
  },
  methods: {
    __enter__: method('', (self, _, context) => {
      setScopes([...openScopes(), stringOf(self.attributes.get('name') ?? none) ?? 'scope'], context);
      return self.attributes.get('name') ?? none;
    }),
    __exit__: method('*args', (_, __, context) => {
      setScopes(openScopes().slice(0, -1), context);
      return none;
    }),
  },
});

function setScopes(scopes: readonly string[], context: NativeContext): void {
  context.touch(holder);
  holder.state = scopes;
}
