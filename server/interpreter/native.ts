import type { Initializer, Region, WriteOrigin } from '../../core/graph/initializer.ts';
import type { Op } from '../../core/graph/op.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Language } from '../syntax/ast.ts';
import type {
  CallArguments,
  ClassValue,
  DictValue,
  FunctionValue,
  GivenArgument,
  InstanceValue,
  Storage,
  TensorValue,
  Value,
} from './values.ts';

/*
 * What a framework table is written in. A row of a table is a NativeFunction or a NativeClass; the evaluator binds the
 * arguments by the row's signature and calls it with what it needs to know.
 */

/** `in_features, out_features, bias=True, *, device=None`: Python's notation, parsed once by `signature()`. */
export interface Signature {
  readonly parameters: readonly {
    readonly name: string;
    readonly default: Value | null;
    readonly kind: 'normal' | 'keywordOnly' | 'rest' | 'keywordRest';
  }[];
}

/** Arguments matched to a signature. */
export interface BoundArguments {
  /** The argument's value, or its default, or `unknown` where it is missing or unclear. */
  get(name: string): Value;
  /** The argument as given, `null` where the default is used. */
  given(name: string): GivenArgument | null;
  readonly rest: readonly GivenArgument[];
  readonly keywordRest: ReadonlyMap<string, GivenArgument>;
  /** All arguments as they came. */
  readonly raw: CallArguments;
}

export interface NativeFunction {
  /** Qualified: `torch.nn.functional.relu`. */
  readonly name: string;
  readonly signature: Signature;
  /** The object that it belongs to, where it is a method of one. */
  readonly self?: Value;
  /** It changes neither its object nor its arguments, or calls `touch` itself. */
  readonly isReading?: boolean;
  /** It only reads, and all of it is told to the log of reads (`read-log.ts`). */
  readonly logsReads?: boolean;
  /** No table knows it; called, it gives something. Code that asks whether it is there asks for objects of another kind. */
  readonly isGuess?: boolean;
  evaluate(arguments_: BoundArguments, context: NativeContext): Value;
}

export interface NativeClass {
  /** Qualified: `torch.nn.Linear`. */
  readonly name: string;
  /** Constructor's signature, without `self`. */
  readonly signature: Signature;
  /** Runs as `__init__`, also through `super().__init__(…)` of a user's subclass. */
  construct(instance: InstanceValue, arguments_: BoundArguments, context: NativeContext): void;
  /** Methods by name; `self` is not in the signature. `__call__` is how the instance is called (falls to `forward`/`call`). */
  readonly methods: Readonly<Record<string, NativeMethod>>;
  /** Methods of the class itself, also of the user's subclasses: `Dense.from_config(config)`. */
  readonly classMethods?: Readonly<Record<string, (class_: ClassValue) => Value>>;
  /** Attribute lookup beyond `attributes`; `null` where there is none. */
  readonly getAttribute?: (instance: InstanceValue, name: string, context: NativeContext) => Value | null;
  /** Told after an attribute is set (registration of submodules). */
  readonly setAttribute?: (instance: InstanceValue, name: string, value: Value, context: NativeContext) => void;
  /** Runs around every method of a user's subclass, as where the framework wraps them (Flax's `setup` and scopes). */
  readonly aroundMethod?: (
    instance: InstanceValue,
    method: FunctionValue,
    run: () => Value,
    context: NativeContext,
  ) => Value;
  /** Calling the class gives this instead of an instance: `int('3')`. Only for the class itself, not for its subclasses. */
  readonly convert?: (arguments_: BoundArguments, context: NativeContext) => Value;
  /** Told after `copy.deepcopy` has made an instance; `state` is copied as plain data before. */
  readonly copied?: (copy: InstanceValue, original: InstanceValue, context: NativeContext) => void;
  /** Iterating, indexing and counting an instance (`nn.Sequential`, `nn.ModuleList`). */
  readonly items?: (instance: InstanceValue, context: NativeContext) => Value[] | null;
}

export interface NativeMethod {
  readonly signature: Signature;
  /** It changes neither `self` nor its arguments, or calls `touch` itself. */
  readonly isReading?: boolean;
  readonly logsReads?: boolean;
  evaluate(self: InstanceValue, arguments_: BoundArguments, context: NativeContext): Value;
}

/** What the evaluator offers to a row of a table. */
export interface NativeContext {
  /** The call that is being evaluated. */
  readonly at: Span;
  /** The callee as written: `nn.init.xavier_uniform_`. */
  readonly calleeText: string;
  readonly graph: GraphBuilder;
  /** A function or loop that reaches many modules is running (`self.apply(f)`, `for m in self.modules()`): its description. */
  readonly sweep: string | null;
  /** Runs `body` with `sweep` set. */
  withSweep<T>(description: string, body: () => T): T;
  /**
   * Writes initial values into a tensor's storage. Origin `default` with `origin`; otherwise `explicit`, or `applied` while a
   * sweep runs. `at` is the call that is being evaluated where it is not given. A tensor without storage is left alone.
   */
  write(tensor: TensorValue, write: NewWrite): void;
  /**
   * Call before changing a list, dictionary, instance (also its `state`) or storage in place, so that a branch that may not
   * have run can be undone. The evaluator does it for `self` and for the arguments of a native function, unless it only reads.
   */
  touch(target: Value | Storage): void;
  readonly language: Language;
  call(callee: Value, positional: readonly Value[], keyword?: ReadonlyMap<string, Value>): Value;
  /** Passes arguments on as they came, with the places where they are written. */
  callWith(callee: Value, arguments_: CallArguments): Value;
  /** Unknown where there is no such attribute. */
  getAttribute(object: Value, name: string): Value;
  /** `null` where there certainly is no such attribute: `hasattr`. */
  findAttribute(object: Value, name: string): Value | null;
  getItem(object: Value, index: Value): Value;
  setItem(object: Value, index: Value, value: Value): void;
  /** `+ - * / // % ** @ & | ^ << >>`, and comparisons `== != < <= > >= is isNot in notIn`, by the language's rules. */
  operate(operator: string, left: Value, right: Value): Value;
  setAttribute(object: Value, name: string, value: Value): void;
  /** What `object` itself does, past the `__getattribute__` and `__setattr__` of the user's class. */
  findPlainAttribute(object: InstanceValue, name: string): Value | null;
  setPlainAttribute(object: InstanceValue, name: string, value: Value): void;
  /** Items of anything that can be iterated; `null` where they are not known. */
  iterate(value: Value): Value[] | null;
  /** `null` where it cannot be known. */
  truth(value: Value): boolean | null;
  /** A new instance of a native class, constructed with these arguments. */
  instantiate(class_: ClassValue, positional: readonly Value[], keyword?: ReadonlyMap<string, Value>): Value;
  /** An operation of the language fails: the exception is raised if the code catches it, otherwise the result is unknown. */
  fail(exception: string, message: string): Value;
  /** The user must know that something was not understood. */
  note(message: string): void;
  fact(fact: CodeFact): void;
  /**
   * Runs `body` without a trace, unless what it returns is good: what it changes is undone, its nodes, notes and facts are
   * dropped.
   */
  tryOut<T>(body: () => T, isGood?: (value: T) => boolean): T;
  textOf(span: Span): string;
  /** A dictionary does not have the key; true where it is worth looking again, since registries are filled late. */
  missing(dict: DictValue, key: Value): boolean;
  /** A module of the user's that runs or has run, by its dotted name. */
  loadedModule(name: string): Value | null;
  /** Runs `body` as a `try` does that catches these exceptions: operations that may fail raise them. */
  prepared<T>(exceptions: readonly string[], body: () => T): T;
  /** `import package.module`, from where the call is. */
  importModule(name: string): Value | null;
}

export interface NewWrite {
  readonly initializer: Initializer;
  /** In words: `nn.init.zeros_`, `default of nn.Linear`; while a sweep runs, the sweep is named after it. */
  readonly by: string;
  readonly origin?: WriteOrigin;
  readonly at?: Span | null;
  readonly callee?: string | null;
  /** Of a part: where it lies in the memory. */
  readonly region?: Region | null;
}

/** Collects the nodes of a traced forward pass. */
export interface GraphBuilder {
  /** A forward pass is being traced: natives that compute tensors add nodes. Otherwise they only compute shapes. */
  readonly isTracing: boolean;
  /** Runs a module's call: the node of its result belongs to the module where no layer inside of it owns it. */
  owned(module: InstanceValue, body: () => Value): Value;
  /** The node that stands for an object in this shape; made where there is none yet. */
  shared(key: object, shape: Shape | null, make: () => TensorValue): TensorValue;
  add(node: {
    readonly op: Op;
    readonly inputs: readonly TensorValue[];
    readonly outputShape: Shape | null;
    /** The module whose call this is; its qualified name becomes the layer's. */
    readonly owner?: InstanceValue | null;
    /** Basis of the name where there is no owner: `relu`. */
    readonly name?: string;
    /** Role -> parameter tensor. */
    readonly parameters?: Readonly<Record<string, TensorValue>>;
    readonly calledAt: Span;
  }): TensorValue;
}
