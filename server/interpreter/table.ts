import type { Shape } from '../../core/graph/shape.ts';
import { now } from './clock.ts';
import type { BoundArguments, NativeClass, NativeContext, NativeMethod, Signature } from './native.ts';
import { createClass } from './order.ts';
import { bind, signature } from './signature.ts';
import type { ClassValue, NamespaceValue, NativeValue, Storage, TensorValue, Value } from './values.ts';

/* What the rows of a framework table are made with. Signatures are parsed on first use, so that a table costs nothing to load. */

/** A function of a framework: `nativeFunction('torch.relu', 'input', (given, context) => …)`. */
export function nativeFunction(
  name: string,
  parameters: string,
  evaluate: (arguments_: BoundArguments, context: NativeContext) => Value,
): NativeValue {
  return { type: 'native', function: { name, ...lazySignature(parameters), evaluate } };
}

/** One that changes none of its arguments, or calls `touch` itself. */
export function readingFunction(...row: Parameters<typeof nativeFunction>): NativeValue {
  return { type: 'native', function: { ...nativeFunction(...row).function, isReading: true } };
}

export interface ClassRow extends Partial<Omit<NativeClass, 'name' | 'signature'>> {
  readonly bases?: readonly ClassValue[];
  /** Parameters of the constructor, without `self`. */
  readonly parameters?: string;
  /** Class attributes and nested names. */
  readonly members?: Readonly<Record<string, Value>>;
}

/** A class of a framework. Without `construct` the constructor of the next class in the method resolution order runs. */
export function nativeClass(name: string, row: ClassRow): ClassValue {
  const { bases = [], parameters = '*args, **kwargs', members = {}, ...rest } = row;
  const native: NativeClass = {
    methods: {},
    construct: (instance, arguments_, context) => {
      const next = instance.class.order
        .slice(instance.class.order.findIndex((candidate) => candidate.native === native) + 1)
        .find((candidate) => candidate.native !== null);
      const base = next?.native;
      if (base != null) base.construct(instance, bind(base.signature, arguments_.raw), context);
    },
    ...rest,
    name,
    ...lazySignature(parameters),
  };
  return createClass({
    name: name.slice(name.lastIndexOf('.') + 1),
    bases,
    open: false,
    members: new Map(Object.entries(members)),
    native,
    at: null,
    nameAt: null,
  });
}

export function method(
  parameters: string,
  evaluate: (
    self: Parameters<NativeMethod['evaluate']>[0],
    arguments_: BoundArguments,
    context: NativeContext,
  ) => Value,
): NativeMethod {
  return { ...lazySignature(parameters), evaluate };
}

/** One that changes neither `self` nor its arguments, or calls `touch` itself. */
export function readingMethod(...row: Parameters<typeof method>): NativeMethod {
  return { ...method(...row), isReading: true };
}

/** A module of a framework, from a record or from a lookup. */
export function namespace(
  name: string,
  members: Readonly<Record<string, Value>> | ((member: string) => Value | null),
): NamespaceValue {
  if (typeof members === 'function') return { type: 'namespace', name, member: members };
  return { type: 'namespace', name, member: (key) => (Object.hasOwn(members, key) ? (members[key] ?? null) : null) };
}

/** Memory for a tensor. Role, fans and writes are filled in by the layer that owns it. */
export function storage(
  shape: Shape | null,
  fields: Partial<Omit<Storage, 'id' | 'born' | 'shape' | 'writes'>> = {},
): Storage {
  lastStorage++;
  return {
    id: lastStorage,
    born: now(),
    shape,
    writes: [],
    trainable: true,
    role: 'other',
    fanIn: null,
    fanOut: null,
    overwrittenByUnknown: false,
    ...fields,
  };
}

let lastStorage = 0;

/** A tensor of which only the given fields are known. */
export function tensor(fields: Partial<Omit<TensorValue, 'type'>> = {}): TensorValue {
  return {
    type: 'tensor',
    shape: fields.storage?.shape ?? null,
    layer: null,
    storage: null,
    isParameter: false,
    isPart: false,
    ...fields,
  };
}

function lazySignature(parameters: string): { readonly signature: Signature } {
  let parsed: Signature | null = null;
  return {
    get signature() {
      parsed ??= signature(parameters);
      return parsed;
    },
  };
}
