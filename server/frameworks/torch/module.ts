import { uninitialized } from '../../../core/initializers/make.ts';
import { attributeView } from '../../interpreter/attribute-views.ts';
import type { NativeContext, NativeMethod } from '../../interpreter/native.ts';
import { booleanOf, isNone, stringOf } from '../../interpreter/read.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import {
  boolean,
  dictOf,
  type InstanceValue,
  list,
  none,
  string,
  type TensorValue,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import {
  childrenFirst,
  isModule,
  isParameter,
  moduleState,
  namedBuffers,
  namedChildren,
  namedModules,
  namedParameters,
} from './registry.ts';
import { isBuffer } from './tensor-classes.ts';
import { copyInto, fill } from './writes.ts';

/** Methods that change nothing that is known here: devices, number formats, hooks. They return the module. */
const fluent = [
  'to',
  'cuda',
  'cpu',
  'ipu',
  'xpu',
  'float',
  'double',
  'half',
  'bfloat16',
  'type',
  'train',
  'eval',
  'share_memory',
  'compile',
];

const silent = [
  'zero_grad',
  'extra_repr',
  'register_forward_hook',
  'register_forward_pre_hook',
  'register_full_backward_hook',
  'register_backward_hook',
  'register_load_state_dict_post_hook',
  '_register_load_state_dict_pre_hook',
  '_register_state_dict_hook',
  'set_extra_state',
];

const returnsItself = method('*args, **kwargs', (self) => self);
const returnsNothing = method('*args, **kwargs', () => none);

const moduleMethods: Readonly<Record<string, NativeMethod>> = {
  ...Object.fromEntries(fluent.map((name) => [name, returnsItself])),
  ...Object.fromEntries(silent.map((name) => [name, returnsNothing])),

  /** New memory for every parameter: what they held is gone. */
  to_empty: method('*args, **kwargs', (self, _, context) => {
    for (const [, parameter] of namedParameters(self)) fill(parameter, uninitialized(), '.to_empty', context);
    return self;
  }),

  add_module: method('name, module', register),
  register_module: method('name, module', register),
  register_parameter: method('name, param', register),
  register_buffer: method('name, tensor, persistent=True', (self, given) => {
    const name = stringOf(given.get('name'));
    if (name === null) return none;
    self.attributes.set(name, given.get('tensor'));
    moduleState(self).buffers.add(name);
    return none;
  }),
  __setattr__: method('name, value', (self, given, context) => {
    const name = stringOf(given.get('name'));
    if (name === null) return none;
    self.attributes.set(name, given.get('value'));
    keepOrder(self, name, given.get('value'), context);
    return none;
  }),
  __delattr__: method('name', (self, given) => {
    const name = stringOf(given.get('name'));
    if (name !== null) self.attributes.delete(name);
    return none;
  }),

  children: method('', (self) => list(namedChildren(self).map(([, module]) => module))),
  named_children: method('', (self) => list(pairs(namedChildren(self)))),
  modules: method('', (self) => list(namedModules(self).map(([, module]) => module))),
  named_modules: method("memo=None, prefix='', remove_duplicate=True", (self, given) =>
    list(pairs(namedModules(self, prefixOf(given.get('prefix')), isUnique(given)))),
  ),
  parameters: method('recurse=True', (self, given) =>
    list(namedParameters(self, '', booleanOf(given.get('recurse')) ?? true).map(([, tensor]) => tensor)),
  ),
  named_parameters: method("prefix='', recurse=True, remove_duplicate=True", (self, given) =>
    list(
      pairs(
        namedParameters(self, prefixOf(given.get('prefix')), booleanOf(given.get('recurse')) ?? true, isUnique(given)),
      ),
    ),
  ),
  buffers: method('recurse=True', (self, given) =>
    list(namedBuffers(self, '', booleanOf(given.get('recurse')) ?? true).map(([, tensor]) => tensor)),
  ),
  named_buffers: method("prefix='', recurse=True, remove_duplicate=True", (self, given) =>
    list(pairs(namedBuffers(self, prefixOf(given.get('prefix')), booleanOf(given.get('recurse')) ?? true))),
  ),
  get_submodule: method('target', (self, given, context) => byPath(self, given.get('target'), context)),
  get_parameter: method('target', (self, given, context) => byPath(self, given.get('target'), context)),
  get_buffer: method('target', (self, given, context) => byPath(self, given.get('target'), context)),
  _get_name: method('', (self) => string(self.class.name)),

  apply: method('fn', (self, given, context) => {
    context.withSweep(shortText(context), () => {
      for (const module of childrenFirst(self)) context.call(given.get('fn'), [module]);
    });
    return self;
  }),
  requires_grad_: method('requires_grad=True', (self, given, context) => {
    const trainable = booleanOf(given.get('requires_grad'));
    for (const [, { storage }] of namedParameters(self)) {
      if (storage === null || trainable === null) continue;
      context.touch(storage);
      storage.trainable = trainable;
    }
    return self;
  }),
  state_dict: method("*args, destination=None, prefix='', keep_vars=False", (self, given) => {
    const prefix = prefixOf(given.get('prefix'));
    return dictOf([...namedParameters(self, prefix), ...namedBuffers(self, prefix)]);
  }),
  load_state_dict: method('state_dict, strict=True, assign=False', (self, given, context) => {
    loadState(self, given.get('state_dict'), context);
    return tuple([list([]), list([])]);
  }),
};

/** `remove_duplicate`: what is found under several names is listed once. */
function isUnique(given: { get(name: string): Value }): boolean {
  return booleanOf(given.get('remove_duplicate')) ?? true;
}

/** `torch.nn.Module`: registration, traversal, `apply`. Calling an instance calls its `forward`. */
export const moduleClass = nativeClass('torch.nn.Module', {
  construct: (instance) => {
    moduleState(instance);
  },
  methods: moduleMethods,
  setAttribute: keepOrder,
  getAttribute: (instance, name) => {
    switch (name) {
      case 'training':
        return boolean(true);
      case '_modules':
        return attributeView(instance, (_, value) => isModule(value));
      case '_parameters':
        return attributeView(instance, (_, value) => isParameter(value));
      case '_buffers': {
        const { buffers } = moduleState(instance);
        return attributeView(instance, (key, value) => value.type === 'tensor' && buffers.has(key));
      }
      default:
        return null;
    }
  },
});

function register(self: InstanceValue, given: { get(name: string): Value }, context: NativeContext): Value {
  const name = stringOf(given.get('name'));
  if (name === null) {
    context.note('a submodule or parameter is registered under a name that is not known');
    return none;
  }
  const value = given.get(given.get('module').type === 'unknown' ? 'param' : 'module');
  self.attributes.set(name, value);
  if (isNone(value)) moduleState(self).registered.add(name);
  else keepOrder(self, name, value);
  return none;
}

/** A name that becomes a parameter or submodule goes behind those that already are, whatever it was before. */
function keepOrder(instance: InstanceValue, name: string, value: Value, _context?: NativeContext): void {
  if (value.type === 'tensor' && isBuffer(value)) moduleState(instance).buffers.add(name);
  if (!isModule(value) && !isParameter(value)) return;
  const { registered, buffers } = moduleState(instance);
  buffers.delete(name);
  if (registered.has(name)) return;
  registered.add(name);
  instance.attributes.delete(name);
  instance.attributes.set(name, value);
}

function byPath(self: InstanceValue, target: Value, context: NativeContext): Value {
  const path = stringOf(target);
  if (path === null) return unknown('submodule');
  return path === '' ? self : path.split('.').reduce<Value>((object, name) => context.getAttribute(object, name), self);
}

/** Values of another module are copied tensor by tensor; anything else (a checkpoint) is not known. */
function loadState(self: InstanceValue, state: Value, context: NativeContext): void {
  const source = state.type === 'dict' ? state : null;
  for (const [name, tensor] of namedParameters(self)) {
    const value = source?.entries.get(`s${name}`)?.value;
    if (source === null || source.open || value?.type === 'tensor') {
      copyInto(tensor, value?.type === 'tensor' ? value : null, context);
    }
  }
}

function pairs(items: readonly (readonly [string, InstanceValue | TensorValue])[]): Value[] {
  return items.map(([name, value]) => tuple([string(name), value]));
}

function prefixOf(value: Value): string {
  return stringOf(value) ?? '';
}

/** The call as written, for the description of a sweep. */
function shortText(context: NativeContext): string {
  const text = context.textOf(context.at).replace(/\s+/g, ' ');
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
