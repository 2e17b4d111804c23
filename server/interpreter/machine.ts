import type { Span } from '../../core/graph/span.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Framework } from '../frameworks/framework.ts';
import type { Expression, FunctionNode, Language, Module, Range, Statement } from '../syntax/ast.ts';
import type { Budget } from './budget.ts';
import type { TraceBuilder } from './graph-builder.ts';
import type { Journal } from './journal.ts';
import type { NativeContext } from './native.ts';
import type {
  CallArguments,
  ClassValue,
  DictValue,
  FunctionValue,
  InstanceValue,
  NamespaceValue,
  NoneValue,
  Scope,
  Value,
} from './values.ts';

/**
 * The evaluator: its state, and its operations, which call one another in circles. Every file of this folder implements
 * some of the operations as functions of the machine; `createMachine` puts them together.
 */
export interface Machine {
  readonly frameworks: readonly Framework[];
  readonly budget: Budget;
  readonly journal: Journal;
  readonly events: Events;
  /** Variable state of the evaluation. */
  readonly state: MachineState;

  evaluate(expression: Expression, frame: Frame): Value;
  execute(body: readonly Statement[], frame: Frame): Completion;
  /** Binds a value to a target: a name, attribute, index, or a pattern of them. */
  assign(target: Expression, value: Value, frame: Frame, isDeclaration?: boolean): void;

  call(callee: Value, arguments_: CallArguments, site: Site): Value;
  callFunction(function_: FunctionValue, self: Value | null, arguments_: CallArguments, site: Site): Value;
  instantiate(class_: ClassValue, arguments_: CallArguments, site: Site): Value;

  /** `null` where there is certainly no such attribute. */
  getAttribute(object: Value, name: string, site: Site): Value | null;
  setAttribute(object: Value, name: string, value: Value, site: Site): void;
  getItem(object: Value, index: Value, site: Site): Value;
  removeItem(object: Value, index: Value, site: Site): void;
  /** What a name of the object stands for after it, where that is another value; `null` where the object itself is changed. */
  setItem(object: Value, index: Value, value: Value, site: Site): Value | null;
  /** Items of anything that can be iterated; `null` where they are not all known. */
  iterate(value: Value, site: Site): Value[] | null;
  truth(value: Value, site: Site): boolean | null;
  binary(operator: string, left: Value, right: Value, site: Site): Value;
  unary(operator: '-' | '+' | '~', operand: Value, site: Site): Value;
  compare(operator: string, left: Value, right: Value, site: Site): Value;

  /** A generator's `yield`. */
  yield(frame: Frame, value: Value): void;

  /** Evaluates two ways to go on from here and joins what they leave behind. */
  either(first: () => Completion, second: () => Completion, frame: Frame, at: Range): Completion;
  eitherValue(first: () => Value, second: () => Value, frame: Frame, at: Range): Value;

  importModule(name: string, level: number, from: ModuleRecord): Value | null;
  importName(name: string, level: number, member: string, from: ModuleRecord): Value | null;
  exportedNames(name: string, level: number, from: ModuleRecord): ReadonlySet<string> | null;

  starred(name: string, level: number, from: ModuleRecord): NamespaceValue | null;
  /** A dictionary does not have the key; true where it is worth looking again. */
  missing(dict: DictValue, key: Value): boolean;
  loadedModule(name: string): Value | null;
  /** The text of a module that has been read; `null` for others. */
  textOf(span: Span): string | null;
  context(site: Site): NativeContext;
  note(message: string, site: Site): void;
}

/** Told to whoever runs the machine. */
export interface Events {
  note(message: string, site: Site): void;
  fact(fact: CodeFact): void;
  /** A user's class, or a framework's, has been instantiated; its constructor has run. */
  constructed(instance: InstanceValue, site: Site): void;
  constructing(class_: ClassValue, arguments_: CallArguments, site: Site): void;
  called(function_: FunctionValue): void;
  /** The notes and facts of `body` are forgotten again, unless what it returns is good. */
  attempt<T>(body: () => T, isGood: (value: T) => boolean): T;
}

export interface MachineState {
  /** Set while a model's forward pass is traced. */
  trace: TraceBuilder | null;
  /** A function or loop that reaches many modules is running: its description. */
  sweep: string | null;
  /** Names of exceptions that some `try` around here catches; only those are raised by what merely may fail. */
  caught: readonly string[];
  /** Constructors that are running. */
  constructions: number;
  /** Functions that are running. */
  readonly running: Map<FunctionNode, Recursion>;
  /** Objects made and tensors written so far: whether a piece of code does anything but compute. */
  effects: number;
  /** A decorator or an imported module runs: it fills registries, and what it does not find in them is not there yet. */
  registers: boolean;
}

/** The latest call of a function that is running. */
export interface Recursion {
  /** Undecided conditions around it. */
  readonly conditions: number;
  /** How often it was called from itself under a further one. */
  readonly levels: number;
}

/** A module of the user's: its text, syntax and global names. */
export interface ModuleRecord {
  readonly path: string;
  /** Dotted: `package.module`; `__main__` for the module that is analysed. */
  readonly name: string;
  /** The name that others import it by, also of the module that is analysed. */
  readonly importName: string;
  /** It is a package's `__init__.py` (relative imports start inside of it). */
  readonly isPackage: boolean;
  readonly language: Language;
  readonly text: string;
  readonly syntax: Module;
  readonly scope: Scope;
  state: 'new' | 'running' | 'done';
  /** Modules of frameworks whose names are all imported: `from tensorflow.keras.layers import *`. */
  readonly stars: NamespaceValue[];
}

/** An activation of a function, class body or module. */
export interface Frame {
  readonly module: ModuleRecord;
  /** Where names are bound. */
  readonly scope: Scope;
  /** What functions defined here close over: in a class body the scope around it. */
  readonly closure: Scope;
  readonly function: FunctionValue | null;
  /** The class whose body this is, or in whose body the running function was defined. */
  readonly owner: ClassValue | null;
  readonly isClassBody: boolean;
  /** First argument of a method, or JavaScript's `this`. */
  readonly self: Value | null;
  /** `global` and `nonlocal` names. */
  redirects: Map<string, Scope> | null;
  /** Value of the `return` that was reached. */
  returned: Value | null;
  /** Values that may have been returned before, under a condition that is not known. */
  maybeReturned: Value[] | null;
  /** A `break` was reached under a condition that is not known. */
  maybeBroken: boolean;
  /** What `yield` gave: a generator is run to its end at once. */
  yielded: Value[] | null;
}

/** How a block of statements ended. */
export type Completion = 'normal' | 'break' | 'continue' | 'return';

/** Where something happens: for spans, and for the callee as it is written. */
export interface Site {
  readonly module: ModuleRecord;
  readonly at: Range;
  readonly callee: Range | null;
}

/** An exception of the code under analysis, thrown through the evaluator to the `try` that catches it. */
export class Raised {
  /** Class name: `KeyError`; `Exception` where it is not known. */
  readonly name: string;
  readonly names: readonly string[];
  readonly value: Value | null;
  /** Where a `raise` stands: the names of the function that runs it. */
  readonly scope: Scope | null;
  /** The very `None`s that the conditions around the `raise` asked about, outermost last. */
  readonly askedAbout: NoneValue[] = [];
  constructor(names: readonly string[], value: Value | null = null, scope: Scope | null = null) {
    this.name = names[0] ?? 'Exception';
    this.names = names;
    this.value = value;
    this.scope = scope;
  }
}

/** What Python raises where a call has an argument too many. Told only where the code waits for it: our signatures may lack one. */
export function wrongArguments(): Raised {
  return new Raised(['TypeError', 'Exception', 'BaseException']);
}
