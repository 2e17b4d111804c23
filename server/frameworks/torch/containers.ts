import type { NativeContext, NativeMethod } from '../../interpreter/native.ts';
import { numberOf, stringOf } from '../../interpreter/read.ts';
import { sliceBounds } from '../../interpreter/slices.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import {
  boolean,
  type ClassValue,
  dictOf,
  type InstanceValue,
  list,
  none,
  number,
  string,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import { moduleClass } from './module.ts';
import { isModule, isParameter, moduleState } from './registry.ts';
import { parameterOf } from './tensor-classes.ts';

/* `torch.nn.modules.container`: modules and parameters under numbers or names. */

/** What a container holds, in order. */
function entriesOf(self: InstanceValue): readonly (readonly [string, Value])[] {
  const { registered } = moduleState(self);
  return [...self.attributes].filter(([name]) => registered.has(name));
}

function valuesOf(self: InstanceValue): Value[] {
  return entriesOf(self).map(([, value]) => value);
}

/** Registers whatever it is: what could not be followed keeps its place. */
function put(self: InstanceValue, name: string, value: Value): void {
  self.attributes.set(name, value);
  moduleState(self).registered.add(name);
}

function refill(self: InstanceValue, values: readonly Value[]): void {
  for (const [name] of entriesOf(self)) {
    self.attributes.delete(name);
    moduleState(self).registered.delete(name);
  }
  for (const [index, value] of values.entries()) put(self, String(index), value);
}

function append(self: InstanceValue, value: Value): void {
  put(self, String(lengthOf(self)), value);
}

function appendAll(self: InstanceValue, values: Value, context: NativeContext): void {
  const items = isModule(values) ? valuesOf(values) : context.iterate(values);
  if (items === null) context.note(`${self.class.name} gets modules from something that is not known`);
  for (const item of items ?? []) append(self, item);
}

/** Counting the entries at each `append` would take the square of their number; a list that holds nothing else needs none. */
function lengthOf(self: InstanceValue): number {
  const { registered } = moduleState(self);
  const { size } = self.attributes;
  return size === registered.size && registered.has(String(size - 1)) ? size : entriesOf(self).length;
}

/** `container[2]`, `container['name']`, `container[1:]`: a slice is a container of the same class. */
function item(self: InstanceValue, index: Value, context: NativeContext): Value {
  const entries = entriesOf(self);
  const position = numberOf(index);
  if (position !== null) return entries.at(position)?.[1] ?? context.fail('IndexError', 'index out of range');
  const key = stringOf(index);
  if (key !== null) return self.attributes.get(key) ?? context.fail('KeyError', `no ${key}`);
  if (index.type !== 'slice') return unknown('submodule');
  const bounds = sliceBounds(index, entries.length);
  if (bounds === null) return unknown('part of a container');
  const taken = bounds.map((place) => entries[place]).filter((entry) => entry !== undefined);
  return sliceOf(self, taken, context);
}

function sliceOf(self: InstanceValue, entries: readonly (readonly [string, Value])[], context: NativeContext): Value {
  // A slice of a Sequential keeps the names, a slice of a list counts anew.
  const isSequential = self.class.order.includes(sequential);
  return isSequential
    ? context.instantiate(sequential, [dictOf(entries)])
    : context.instantiate(moduleList, [list(entries.map(([, value]) => value))]);
}

const listMethods: Readonly<Record<string, NativeMethod>> = {
  append: method('module', (self, given) => {
    append(self, given.get('module'));
    return self;
  }),
  extend: method('modules', (self, given, context) => {
    appendAll(self, given.get('modules'), context);
    return self;
  }),
  insert: method('index, module', (self, given) => {
    const values = valuesOf(self);
    values.splice(numberOf(given.get('index')) ?? values.length, 0, given.get('module'));
    refill(self, values);
    return self;
  }),
  pop: method('key', (self, given) => {
    const values = valuesOf(self);
    const [taken = none] = values.splice(numberOf(given.get('key')) ?? -1, 1);
    refill(self, values);
    return taken;
  }),
  __getitem__: method('index', (self, given, context) => item(self, given.get('index'), context)),
  __setitem__: method('index, value', (self, given) => {
    const position = numberOf(given.get('index'));
    const name = position === null ? stringOf(given.get('index')) : entriesOf(self).at(position)?.[0];
    if (name != null) put(self, name, given.get('value'));
    return none;
  }),
  __delitem__: method('index', (self, given) => {
    const values = valuesOf(self);
    const position = numberOf(given.get('index'));
    if (position !== null) values.splice(position < 0 ? position + values.length : position, 1);
    refill(self, values);
    return none;
  }),
  __len__: method('', (self) => number(lengthOf(self))),
  __iadd__: method('other', (self, given, context) => {
    appendAll(self, given.get('other'), context);
    return self;
  }),
};

const sequential: ClassValue = nativeClass('torch.nn.Sequential', {
  bases: [moduleClass],
  parameters: '*args',
  construct: (instance, given, context) => {
    moduleState(instance);
    const [first] = given.rest;
    if (given.raw.open) context.note('nn.Sequential gets modules from something that is not known');
    if (given.rest.length === 1 && first?.value.type === 'dict') {
      for (const { key, value } of first.value.entries.values()) {
        if (key.type === 'string') put(instance, key.value, value);
      }
      return;
    }
    for (const { value } of given.rest) append(instance, value);
  },
  methods: {
    ...listMethods,
    forward: method('input', (self, given, context) =>
      valuesOf(self).reduce((input, module) => context.call(module, [input]), given.get('input')),
    ),
  },
  items: valuesOf,
});

export const moduleList: ClassValue = nativeClass('torch.nn.ModuleList', {
  bases: [moduleClass],
  parameters: 'modules=None',
  construct: (instance, given, context) => {
    moduleState(instance);
    const modules = given.get('modules');
    if (modules.type !== 'none') appendAll(instance, modules, context);
  },
  methods: listMethods,
  items: valuesOf,
});

/** Entries of a dictionary, of a list of pairs or of another container. */
function putAll(self: InstanceValue, from: Value, context: NativeContext): void {
  if (from.type === 'dict') {
    for (const { key, value } of from.entries.values()) if (key.type === 'string') put(self, key.value, value);
    return;
  }
  if (isModule(from)) {
    for (const [name, value] of entriesOf(from)) put(self, name, value);
    return;
  }
  for (const pair of context.iterate(from) ?? []) {
    const [key, value] = context.iterate(pair) ?? [];
    if (key?.type === 'string' && value !== undefined) put(self, key.value, value);
  }
}

const dictionaryMethods: Readonly<Record<string, NativeMethod>> = {
  keys: method('', (self) => list(entriesOf(self).map(([name]) => string(name)))),
  values: method('', (self) => list(valuesOf(self))),
  items: method('', (self) => list(entriesOf(self).map(([name, value]) => tuple([string(name), value])))),
  update: method('modules', (self, given, context) => {
    putAll(self, given.get('modules'), context);
    return none;
  }),
  get: method('key, default=None', (self, given) => {
    const key = stringOf(given.get('key'));
    return (key === null ? undefined : self.attributes.get(key)) ?? given.get('default');
  }),
  pop: method('key', (self, given) => {
    const key = stringOf(given.get('key'));
    if (key === null) return unknown('submodule');
    const taken = self.attributes.get(key) ?? none;
    self.attributes.delete(key);
    moduleState(self).registered.delete(key);
    return taken;
  }),
  __getitem__: method('key', (self, given, context) => {
    const key = stringOf(given.get('key'));
    if (key === null) return unknown('submodule');
    return self.attributes.get(key) ?? context.fail('KeyError', `no ${key}`);
  }),
  __setitem__: method('key, module', (self, given) => {
    const key = stringOf(given.get('key'));
    if (key !== null) put(self, key, given.get('module'));
    return none;
  }),
  __contains__: method('key', (self, given) => {
    const key = stringOf(given.get('key'));
    return key === null ? unknown('key') : boolean(moduleState(self).registered.has(key));
  }),
  __len__: method('', (self) => number(entriesOf(self).length)),
};

function dictionaryClass(name: string, convert: (value: Value, context: NativeContext) => Value): ClassValue {
  return nativeClass(`torch.nn.${name}`, {
    bases: [moduleClass],
    parameters: 'modules=None',
    construct: (instance, given, context) => {
      moduleState(instance);
      const from = given.get('modules');
      if (from.type === 'none') return;
      putAll(instance, from, context);
      for (const [key, value] of entriesOf(instance)) put(instance, key, convert(value, context));
    },
    methods: dictionaryMethods,
    items: (instance) => entriesOf(instance).map(([key]) => string(key)),
  });
}

const moduleDict = dictionaryClass('ModuleDict', (value) => value);
const parameterDict = dictionaryClass('ParameterDict', asParameter);

/** A tensor put into a list or dictionary of parameters becomes one. */
function asParameter(value: Value, context: NativeContext): Value {
  return value.type === 'tensor' && !isParameter(value) ? parameterOf(value, true, context) : value;
}

const parameterList: ClassValue = nativeClass('torch.nn.ParameterList', {
  bases: [moduleClass],
  parameters: 'values=None',
  construct: (instance, given, context) => {
    moduleState(instance);
    const values = given.get('values');
    if (values.type === 'none') return;
    for (const value of context.iterate(values) ?? []) append(instance, asParameter(value, context));
  },
  methods: {
    ...listMethods,
    append: method('value', (self, given, context) => {
      append(self, asParameter(given.get('value'), context));
      return self;
    }),
  },
  items: valuesOf,
});

export const containerClasses: Readonly<Record<string, ClassValue>> = {
  Sequential: sequential,
  ModuleList: moduleList,
  ModuleDict: moduleDict,
  ParameterList: parameterList,
  ParameterDict: parameterDict,
};
