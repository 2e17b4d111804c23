import { attributeView } from './attribute-views.ts';
import { attributeOfPlain } from './library/methods.ts';
import { objectClass, propertyClass } from './library/types.ts';
import { type Machine, Raised, type Site } from './machine.ts';
import { findMember, setterName } from './members.ts';
import type { NativeClass } from './native.ts';
import { type KeptAnswer, logReads, noteEffect, noteRead, stillHolds } from './read-log.ts';
import { positional } from './signature.ts';
import {
  type ClassValue,
  type DictValue,
  dictOf,
  type FunctionValue,
  type InstanceValue,
  none,
  type SuperValue,
  string,
  tuple,
  unknown,
  type Value,
} from './values.ts';

/** Looks an attribute up by the rules of the value's type; `null` where there certainly is none. */
export function getAttribute(machine: Machine, object: Value, name: string, site: Site): Value | null {
  if (object.type !== 'instance' && object.type !== 'super' && object.type !== 'dict') noteEffect();
  switch (object.type) {
    case 'unknown':
      return unknown(object.reason);
    case 'dimension':
      // A required argument without a value stands for an object too: its parts are symbols named after it.
      return { type: 'dimension', name: `${object.name}.${name}` };
    case 'instance':
      return instanceAttribute(machine, object, name, site);
    case 'class':
      return classAttribute(machine, object, name, site);
    case 'super':
      return superAttribute(machine, object, name, site);
    case 'namespace':
      return object.member(name) ?? (name === '__name__' ? string(object.name) : null);
    case 'tensor': {
      const context = machine.context(site);
      for (const framework of machine.frameworks) {
        const value = framework.tensorAttribute(object, name, context);
        if (value !== null) return value;
      }
      return null;
    }
    case 'function':
      return functionAttribute(object, name) ?? attributeOfPlain(object, name, site.module.language);
    case 'dict':
      return dictAttribute(object, name, site);
    default:
      return attributeOfPlain(object, name, site.module.language);
  }
}

/** JavaScript's objects have their entries as attributes. */
function dictAttribute(object: DictValue, name: string, site: Site): Value | null {
  if (site.module.language === 'python') return attributeOfPlain(object, name, 'python');
  const entry = object.entries.get(`s${name}`)?.value;
  if (entry === undefined) return attributeOfPlain(object, name, 'javascript') ?? (object.open ? unknown(name) : null);
  return entry.type === 'function' && !entry.node.isArrow ? { type: 'bound', self: object, function: entry } : entry;
}

function functionAttribute(object: FunctionValue, name: string): Value | null {
  if (name === '__wrapped__') return object.wraps ?? null;
  if (object.wraps !== undefined) return functionAttribute(object.wraps, name);
  if (name === '__name__' || name === '__qualname__' || name === 'name') return string(object.node.name ?? '<lambda>');
  if (name === '__module__') return string(object.module.name);
  return name === '__doc__' ? none : null;
}

function instanceAttribute(machine: Machine, instance: InstanceValue, name: string, site: Site): Value | null {
  const hook = accessHooks(instance.class).get;
  if (hook !== null && name !== '__class__' && name !== '__dict__') {
    return hookedAttribute(machine, hook, instance, name, site);
  }
  return getPlainAttribute(machine, instance, name, site);
}

const answers = new WeakMap<InstanceValue, Map<string, KeptAnswer>>();

/** What the user's `__getattribute__` says: again only where something that it read has changed. */
function hookedAttribute(
  machine: Machine,
  hook: FunctionValue,
  instance: InstanceValue,
  name: string,
  site: Site,
): Value | null {
  let known = answers.get(instance);
  const answer = known?.get(name);
  if (answer !== undefined && stillHolds(answer)) {
    machine.budget.spend();
    return answer.value;
  }
  const call = () => machine.callFunction(hook, instance, positional(string(name)), site);
  const { value, kept } = logReads(() => unlessMissing(call));
  if (kept !== null) {
    if (known === undefined) {
      known = new Map();
      answers.set(instance, known);
    }
    known.set(name, kept);
  }
  return value;
}

/** As if the class had no `__getattribute__` of its own. */
export function getPlainAttribute(machine: Machine, instance: InstanceValue, name: string, site: Site): Value | null {
  const own = instance.attributes.get(name);
  noteRead(instance.attributes, name, own);
  if (own !== undefined && !isShadowed(instance, name, own)) return own;
  for (const class_ of instance.class.order) {
    const member = class_.members.get(name);
    if (member !== undefined) return bindMember(machine, member, instance, instance.class, site);
    const { native } = class_;
    if (native === null) continue;
    const method = Object.hasOwn(native.methods, name) ? boundMethod(native, name, instance) : null;
    if (method !== null) return method;
    if (native.getAttribute === undefined) continue;
    noteEffect();
    const value = native.getAttribute(instance, name, machine.context(site));
    if (value !== null) return value;
  }
  if (name === '__class__' || name === 'constructor') return instance.class;
  if (name === '__dict__') return attributeView(instance, () => true);
  const fallback = findMember(instance.class, '__getattr__');
  if (fallback?.type === 'function' && !name.startsWith('__')) {
    return unlessMissing(() => machine.callFunction(fallback, instance, positional(string(name)), site));
  }
  return instance.class.open ? unknown(name) : null;
}

/**
 * PyTorch registers a submodule beside the instance's dictionary, so a method or property of the class with the same name
 * is found first; so are properties of the user's classes.
 */
function isShadowed(instance: InstanceValue, name: string, own: Value): boolean {
  for (const class_ of instance.class.order) {
    const member = class_.members.get(name);
    if (member?.type === 'function') return member.binding === 'property';
    if (own.type === 'instance' && class_.native !== null && Object.hasOwn(class_.native.methods, name)) return true;
  }
  return false;
}

/** `null` where the user's code says that there is no such attribute. */
function unlessMissing(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Raised && error.names.includes('AttributeError')) return null;
    throw error;
  }
}

interface AccessHooks {
  readonly get: FunctionValue | null;
  readonly set: FunctionValue | null;
}

const hooks = new WeakMap<ClassValue, AccessHooks>();

/** The user's `__getattribute__` and `__setattr__`. They stand in class bodies, so they are looked for once. */
function accessHooks(class_: ClassValue): AccessHooks {
  const known = hooks.get(class_);
  if (known !== undefined) return known;
  const find = (name: string) => {
    const member = findMember(class_, name);
    return member?.type === 'function' ? member : null;
  };
  const found = { get: find('__getattribute__'), set: find('__setattr__') };
  hooks.set(class_, found);
  return found;
}

function bindMember(machine: Machine, member: Value, self: Value, class_: ClassValue, site: Site): Value {
  if (member.type === 'lazy') return member.force();
  if (member.type === 'instance') return throughDescriptor(machine, member, self, class_, site);
  if (member.type !== 'function') return member;
  switch (member.binding) {
    case 'plain':
      return { type: 'bound', self, function: member };
    case 'class':
      return { type: 'bound', self: class_, function: member };
    case 'property':
      return machine.callFunction(member, self, positional(), site);
    case 'static':
      return member;
  }
}

/** A class attribute with a `__get__` of the user's, or that derives from `property`. */
function throughDescriptor(
  machine: Machine,
  member: InstanceValue,
  self: Value,
  class_: ClassValue,
  site: Site,
): Value {
  const getter = findMember(member.class, '__get__');
  if (getter?.type === 'function') return machine.callFunction(getter, member, positional(self, class_), site);
  const wrapped = member.class.order.includes(propertyClass) ? member.attributes.get('fget') : undefined;
  return wrapped !== undefined && self !== none ? machine.call(wrapped, positional(self), site) : member;
}

/** A native method with its instance, as a value of its own. */
function boundMethod(native: NativeClass, name: string, self: InstanceValue): Value | null {
  const method = native.methods[name];
  if (method === undefined) return null;
  const { isReading = false, logsReads = false } = method;
  return {
    type: 'native',
    function: {
      name: `${native.name}.${name}`,
      signature: method.signature,
      self,
      isReading,
      logsReads,
      evaluate: (given, context) => {
        if (!isReading) context.touch(self);
        return method.evaluate(self, given, context);
      },
    },
  };
}

function classAttribute(machine: Machine, class_: ClassValue, name: string, site: Site): Value | null {
  for (const candidate of class_.order) {
    const member = candidate.members.get(name);
    if (member !== undefined) {
      if (member.type === 'function' && member.binding === 'class')
        return { type: 'bound', self: class_, function: member };
      if (member.type === 'instance') return throughDescriptor(machine, member, none, class_, site);
      return member.type === 'function' && member.binding === 'property' ? unknown(name) : member;
    }
    const ofClass = candidate.native?.classMethods?.[name];
    if (ofClass !== undefined) return ofClass(class_);
    const unbound = candidate.native === null ? null : unboundMethod(candidate.native, name);
    if (unbound !== null) return unbound;
  }
  switch (name) {
    case '__name__':
    case '__qualname__':
    case 'name':
      return string(class_.name);
    case '__mro__':
      return tuple(class_.order);
    case '__bases__':
      return tuple(class_.bases);
    case '__module__':
      return string(class_.module ?? 'builtins');
    case '__doc__':
      return none;
    case '__dict__':
      return dictOf([...class_.members]);
    default:
      return class_.open ? unknown(name) : null;
  }
}

/** `nn.Linear.reset_parameters(self)`, `nn.Module.__init__(self)`. */
function unboundMethod(native: NativeClass, name: string): Value | null {
  if (name === '__init__' || name === 'constructor') {
    return unbound(`${native.name}.${name}`, (self) => nativeConstructor(native, self));
  }
  if (!Object.hasOwn(native.methods, name)) return null;
  return unbound(`${native.name}.${name}`, (self) => boundMethod(native, name, self) ?? unknown(name));
}

/** A method that takes its instance as its first argument. */
function unbound(name: string, bindTo: (self: InstanceValue) => Value): Value {
  return {
    type: 'native',
    function: {
      name,
      signature: { parameters: [] },
      evaluate: ({ raw }, context) => {
        const [self, ...rest] = raw.positional;
        if (self?.value.type !== 'instance') return unknown(name);
        return context.callWith(bindTo(self.value), { ...raw, positional: rest });
      },
    },
  };
}

/** A native `__init__` for this instance. */
function nativeConstructor(native: NativeClass, self: InstanceValue): Value {
  return {
    type: 'native',
    function: {
      name: `${native.name}.__init__`,
      signature: native.signature,
      evaluate: (given, context) => {
        context.touch(self);
        native.construct(self, given, context);
        return none;
      },
    },
  };
}

function superAttribute(machine: Machine, object: SuperValue, name: string, site: Site): Value | null {
  const { self, owner } = object;
  const class_ = self.type === 'instance' ? self.class : self.type === 'class' ? self : null;
  if (class_ === null) return unknown(name);
  const { order } = class_;
  for (let next = order.indexOf(owner) + 1; next < order.length; next++) {
    const candidate = order[next];
    if (candidate === undefined) break;
    const member = candidate.members.get(name);
    // The `__init__` that a dataclass was given.
    if (member?.type === 'native' && name === '__init__') return { type: 'bound', self, function: member };
    if (member !== undefined) return bindMember(machine, member, self, class_, site);
    const { native } = candidate;
    if (native === null || self.type !== 'instance') continue;
    if (name === '__init__' || name === 'constructor') return nativeConstructor(native, self);
    const method = boundMethod(native, name, self) ?? native.getAttribute?.(self, name, machine.context(site)) ?? null;
    if (method !== null) return method;
  }
  // Framework classes do not list `object` among their bases.
  const inherited =
    self.type === 'instance' && objectClass.native !== null ? boundMethod(objectClass.native, name, self) : null;
  if (inherited !== null) return inherited;
  if (name === '__init__' || name === 'constructor' || name === '__init_subclass__') return doNothing;
  return class_.open ? unknown(name) : null;
}

const doNothing: Value = {
  type: 'native',
  function: { name: 'object.__init__', signature: { parameters: [] }, evaluate: () => none },
};

export function setAttribute(machine: Machine, object: Value, name: string, value: Value, site: Site): void {
  const { journal } = machine;
  if (object.type === 'instance') {
    const hook = accessHooks(object.class).set;
    if (hook === null) setPlainAttribute(machine, object, name, value, site);
    else machine.callFunction(hook, object, positional(string(name), value), site);
  } else if (object.type === 'class') {
    journal.touch(object);
    object.members.set(name, value);
  } else if (object.type === 'dict' && site.module.language === 'javascript') {
    journal.touch(object);
    object.entries.set(`s${name}`, { key: string(name), value, at: { path: site.module.path, ...rangeOf(site) } });
  } else if (object.type === 'tensor') {
    const context = machine.context(site);
    for (const framework of machine.frameworks) {
      if (framework.setTensorAttribute?.(object, name, value, context)) return;
    }
  }
}

/** As if the class had no `__setattr__` of its own. */
export function setPlainAttribute(
  machine: Machine,
  object: InstanceValue,
  name: string,
  value: Value,
  site: Site,
): void {
  const setter = findMember(object.class, setterName(name));
  if (setter?.type === 'function') {
    machine.callFunction(setter, object, positional(value), site);
    return;
  }
  machine.journal.touch(object);
  object.attributes.set(name, value);
  for (const class_ of object.class.order) {
    if (class_.native?.setAttribute === undefined) continue;
    class_.native.setAttribute(object, name, value, machine.context(site));
    return;
  }
}

function rangeOf(site: Site): { readonly start: number; readonly end: number } {
  return { start: site.at.start, end: site.at.end };
}
