import type { NativeMethod } from '../../../interpreter/native.ts';
import { method, nativeClass } from '../../../interpreter/table.ts';
import { type ClassValue, dictOf, list, none, tuple, type Value } from '../../../interpreter/values.ts';
import { describeNnx } from './registry.ts';

const nothing = method('*args, **kwargs', () => none);

const methods: Readonly<Record<string, NativeMethod>> = {
  train: nothing,
  eval: nothing,
  set_attributes: nothing,
  sow: nothing,
  perturb: method('name, value, *args, **kwargs', (_, given) => given.get('value')),
  iter_modules: method('', (self) =>
    list([...describeNnx(self).modules].map(([module, path]) => tuple([{ type: 'string', value: path }, module]))),
  ),
};

/** `flax.nnx.Module`: an object of Python's; parameters and submodules are its attributes. */
export const moduleClass = nativeClass('flax.nnx.Module', { construct: () => {}, methods });

/** `nnx.List`, `nnx.Dict`: modules that hold others by place or by name. */
export const collectionClasses: Readonly<Record<string, ClassValue>> = {
  List: nativeClass('flax.nnx.List', {
    bases: [moduleClass],
    parameters: 'it=None',
    construct: (instance, given, context) => {
      for (const [index, item] of (context.iterate(given.get('it')) ?? []).entries())
        instance.attributes.set(`${index}`, item);
    },
    methods: {
      append: method('item', (self, given) => {
        self.attributes.set(`${self.attributes.size}`, given.get('item'));
        return none;
      }),
      extend: method('items', (self, given, context) => {
        for (const item of context.iterate(given.get('items')) ?? [])
          self.attributes.set(`${self.attributes.size}`, item);
        return none;
      }),
      __getitem__: method('index', (self, given, context) =>
        context.getItem(list([...self.attributes.values()]), given.get('index')),
      ),
    },
    items: (instance) => [...instance.attributes.values()],
  }),
  Dict: nativeClass('flax.nnx.Dict', {
    bases: [moduleClass],
    construct: (instance, { raw }) => {
      for (const { value } of raw.positional) {
        if (value.type !== 'dict') continue;
        for (const { key, value: item } of value.entries.values())
          if (key.type === 'string') instance.attributes.set(key.value, item);
      }
      for (const [name, { value }] of raw.keyword) instance.attributes.set(name, value);
    },
    methods: {
      ...Object.fromEntries(
        ['items', 'keys', 'values'].map((name) => [
          name,
          method('', (self, _, context) => context.call(context.getAttribute(asDictionary(self.attributes), name), [])),
        ]),
      ),
      __getitem__: method('name', (self, given, context) =>
        context.getItem(asDictionary(self.attributes), given.get('name')),
      ),
      __setitem__: method('name, value', (self, given) => {
        const name = given.get('name');
        if (name.type === 'string') self.attributes.set(name.value, given.get('value'));
        return none;
      }),
    },
  }),
};

function asDictionary(attributes: ReadonlyMap<string, Value>): Value {
  return dictOf([...attributes]);
}
