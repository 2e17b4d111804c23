import type { ParameterSlice } from '../../core/graph/graph.ts';
import type { Write } from '../../core/graph/initializer.ts';
import type { ParameterRole } from '../../core/graph/parameter.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import type { FunctionNode } from '../syntax/ast.ts';
import { now } from './clock.ts';
import type { ModuleRecord } from './machine.ts';
import type { NativeClass, NativeFunction } from './native.ts';

/*
 * Abstract values. A value is what is known of a run-time value: exact for numbers, strings and containers, symbolic for
 * sizes, a shape and a place in the graph for tensors. `unknown` absorbs: anything done with it is unknown, never an error.
 */
export type Value =
  | NumberValue
  | StringValue
  | BooleanValue
  | NoneValue
  | DimensionValue
  | ListValue
  | TupleValue
  | SetValue
  | DictValue
  | RangeValue
  | FunctionValue
  | NativeValue
  | BoundValue
  | PartialValue
  | ClassValue
  | InstanceValue
  | TensorValue
  | NamespaceValue
  | SliceValue
  | EllipsisValue
  | SuperValue
  | LazyValue
  | UnknownValue;

export interface NumberValue {
  readonly type: 'number';
  readonly value: number;
  readonly isFloat: boolean;
  /** The name that an IntEnum gives it. */
  readonly member?: string;
}
export interface StringValue {
  readonly type: 'string';
  readonly value: string;
  /** The name that a `class Kind(str, Enum)` gives it. */
  readonly member?: string;
}
export interface BooleanValue {
  readonly type: 'boolean';
  readonly value: boolean;
}
export interface NoneValue {
  readonly type: 'none';
}
/** A size that is not known but has a name: a constructor argument without a default. */
export interface DimensionValue {
  readonly type: 'dimension';
  readonly name: string;
}
/** Mutable. `open`: there may be more items than these. */
export interface ListValue {
  readonly type: 'list';
  readonly items: Value[];
  open: boolean;
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
}
export interface TupleValue {
  readonly type: 'tuple';
  readonly items: readonly Value[];
  /** Field names of a namedtuple. */
  readonly names?: readonly string[];
}
export interface SetValue {
  readonly type: 'set';
  readonly items: Value[];
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
}
/** Mutable; keyed by `keyOf(value)` in insertion order. JavaScript objects are dictionaries too. */
export interface DictValue {
  readonly type: 'dict';
  readonly entries: Map<string, DictEntry>;
  open: boolean;
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
  /** `defaultdict`: makes the value of a key that is asked for and missing. */
  readonly factory?: Value;
}
export interface DictEntry {
  readonly key: Value;
  readonly value: Value;
  /** Where the entry's value is written, for options given as an object: `{kernelInitializer: 'zeros'}`. */
  readonly at?: Span | null;
}
export interface RangeValue {
  readonly type: 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}
/** A function of the user's, with the scope it closes over. */
export interface FunctionValue {
  readonly type: 'function';
  readonly node: FunctionNode;
  readonly module: ModuleRecord;
  readonly scope: Scope;
  /** Values of the parameters' defaults, evaluated at the definition. */
  readonly defaults: ReadonlyMap<string, Value>;
  /** The class it was defined in, for `super()`. */
  readonly owner: ClassValue | null;
  /** The function whose name a decorator gave it: `@functools.wraps(f)`. */
  readonly wraps?: FunctionValue;
  readonly binding: 'plain' | 'static' | 'class' | 'property';
  /** JavaScript arrow functions: the `this` around them. */
  readonly self: Value | null;
}
/** A function of a framework or of the standard library. */
export interface NativeValue {
  readonly type: 'native';
  readonly function: NativeFunction;
}
export interface BoundValue {
  readonly type: 'bound';
  readonly self: Value;
  readonly function: FunctionValue | NativeValue;
}
export interface PartialValue {
  readonly type: 'partial';
  readonly callee: Value;
  readonly arguments: CallArguments;
}
/** A class: the user's (`members` from its body) or a framework's (`native`). User classes may inherit from native ones. */
export interface ClassValue {
  readonly type: 'class';
  readonly name: string;
  readonly bases: readonly Value[];
  /** Method resolution order, itself first. */
  readonly order: readonly ClassValue[];
  /** A base is unknown, so attributes that are not found may exist. */
  readonly open: boolean;
  readonly members: Map<string, Value>;
  readonly native: NativeClass | null;
  /** Dotted name of the module whose statement made it. */
  readonly module?: string;
  readonly at: Span | null;
  readonly nameAt: Span | null;
}
export interface InstanceValue {
  readonly type: 'instance';
  readonly class: ClassValue;
  /** Mutable; insertion order is registration order. */
  readonly attributes: Map<string, Value>;
  /** The constructor call. */
  readonly at: Span | null;
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
  /** What a native class keeps about its instance: the op, the layer's configuration. Typed by the class that wrote it. */
  state: unknown;
}
/**
 * A tensor. `layer` is the graph node that computes it, where it is part of a traced forward pass; `storage` holds its
 * initial values, where it was allocated by the user's or the framework's code (parameters, `torch.zeros(…)`).
 */
export interface TensorValue {
  readonly type: 'tensor';
  readonly shape: Shape | null;
  readonly layer: number | null;
  readonly storage: Storage | null;
  /** `nn.Parameter`, `tf.Variable`. */
  readonly isParameter: boolean;
  /** A view of part of the storage (a slice): writes to it are partial. */
  readonly isPart: boolean;
  /** A parameter that is one slice of a larger one: places of axes, outermost first. */
  readonly slices?: readonly ParameterSlice[];
}
/** The memory behind a tensor: every write in order. Shared by the parameter, its `.data` and its views. */
export interface Storage {
  readonly id: number;
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
  readonly shape: Shape | null;
  readonly writes: Write[];
  trainable: boolean;
  role: ParameterRole;
  /** As the framework's initializers count them. */
  fanIn: number | null;
  fanOut: number | null;
  /** Touched by code that could not be followed: its initializer is unknown. */
  overwrittenByUnknown: boolean;
}
/** An imported module: the user's, or a framework's namespace. */
export interface NamespaceValue {
  readonly type: 'namespace';
  readonly name: string;
  /** Looks a member up; `null` where there is none. */
  readonly member: (name: string) => Value | null;
}
/** `a:b:c` inside an index; bounds that are left out are `none`. */
export interface SliceValue {
  readonly type: 'slice';
  readonly lower: Value;
  readonly upper: Value;
  readonly step: Value;
}
/** Python's `...`. */
export interface EllipsisValue {
  readonly type: 'ellipsis';
}
/** `super()`: looks attributes up behind `owner` in the method resolution order of `self`'s class. */
export interface SuperValue {
  readonly type: 'super';
  readonly self: Value;
  readonly owner: ClassValue;
}
/** An imported name whose module is evaluated when the name is first read. Only scopes hold these; reading forces them. */
export interface LazyValue {
  readonly type: 'lazy';
  force(): Value;
}
export interface UnknownValue {
  readonly type: 'unknown';
  readonly reason: string | null;
}

export interface Scope {
  readonly parent: Scope | null;
  readonly variables: Map<string, Value>;
  /** When it was made, see `clock.ts`; without it, long ago. */
  readonly born?: number;
  /** Of a module: notes the names that are looked up while it is set. */
  reads?: Set<string> | null;
}

export interface GivenArgument {
  readonly value: Value;
  /** Where the argument's value is written; `null` where it comes from a spread. */
  readonly at: Span | null;
}

export interface CallArguments {
  readonly positional: readonly GivenArgument[];
  readonly keyword: ReadonlyMap<string, GivenArgument>;
  /** A spread could not be followed: there may be more arguments than these. */
  readonly open: boolean;
}

export const none: NoneValue = { type: 'none' };

export function unknown(reason: string | null = null): UnknownValue {
  return { type: 'unknown', reason };
}
export function number(value: number, isFloat = !Number.isInteger(value)): NumberValue {
  return { type: 'number', value, isFloat };
}
export function string(value: string): StringValue {
  return { type: 'string', value };
}
export function boolean(value: boolean): BooleanValue {
  return { type: 'boolean', value };
}
export function list(items: Value[]): ListValue {
  return { type: 'list', items, open: false, born: now() };
}
export function tuple(items: readonly Value[]): TupleValue {
  return { type: 'tuple', items };
}
/** A dictionary with string keys. */
export function dictOf(entries: readonly (readonly [key: string, value: Value, at?: Span | null])[]): DictValue {
  return {
    type: 'dict',
    entries: new Map(entries.map(([key, value, at]) => [`s${key}`, { key: string(key), value, at: at ?? null }])),
    open: false,
    born: now(),
  };
}
