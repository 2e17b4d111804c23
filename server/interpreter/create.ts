import type { Span } from '../../core/graph/span.ts';
import type { Framework } from '../frameworks/framework.ts';
import { assign } from './assign.ts';
import { getAttribute, setAttribute } from './attributes.ts';
import { either, eitherValue } from './branches.ts';
import { createBudget, maxItems, Stop } from './budget.ts';
import { call } from './calls.ts';
import { CallContext } from './context.ts';
import { evaluate } from './expressions.ts';
import { callFunction } from './functions.ts';
import { instantiate } from './instances.ts';
import { getItem, removeItem, setItem } from './items.ts';
import { iterate, truth } from './iteration.ts';
import { createJournal } from './journal.ts';
import type { Events, Machine, ModuleRecord } from './machine.ts';
import { binary, compare, unary } from './operators.ts';
import { noteEffect } from './read-log.ts';
import { execute } from './statements.ts';
import type { DictValue, NamespaceValue, Value } from './values.ts';

/** Where names that are imported come from. */
export interface Importer {
  /** The namespace of a module, `null` where it is not found. Must not evaluate the module. */
  importModule(name: string, level: number, from: ModuleRecord): Value | null;
  /** A member of a module (which is evaluated for it), or its submodule. */
  importName(name: string, level: number, member: string, from: ModuleRecord): Value | null;
  /** What `import *` takes. */
  exportedNames(name: string, level: number, from: ModuleRecord): ReadonlySet<string> | null;
  /**
   * `import *` in a package, which waits: a module is only looked into for a name that is asked for. `null` where it is not
   * found, or is a framework's.
   */
  starred(name: string, level: number, from: ModuleRecord): NamespaceValue | null;
  /** A dictionary does not have the key; true where something has run that may have filled it. */
  fill(dict: DictValue, key: string): boolean;
  /** A module that runs or has run, by its name: `sys.modules`. */
  loadedModule(name: string): Value | null;
  textOf(span: Span): string | null;
}

export interface MachineOptions extends Importer {
  readonly frameworks: readonly Framework[];
  readonly events: Events;
  readonly isCancelled: () => boolean;
}

/** Puts the evaluator together. */
export function createMachine(options: MachineOptions): Machine {
  const machine: Machine = {
    frameworks: options.frameworks,
    budget: createBudget(options.isCancelled),
    journal: createJournal(),
    events: options.events,
    state: {
      trace: null,
      sweep: null,
      caught: [],
      constructions: 0,
      effects: 0,
      running: new Map(),
      registers: false,
    },

    evaluate: (expression, frame) => evaluate(machine, expression, frame),
    execute: (body, frame) => execute(machine, body, frame),
    assign: (target, value, frame, isDeclaration = false) => assign(machine, target, value, frame, isDeclaration),
    call: (callee, arguments_, site) => call(machine, callee, arguments_, site),
    callFunction: (function_, self, arguments_, site) => callFunction(machine, function_, self, arguments_, site),
    instantiate: (class_, arguments_, site) => instantiate(machine, class_, arguments_, site),
    getAttribute: (object, name, site) => getAttribute(machine, object, name, site),
    setAttribute: (object, name, value, site) => setAttribute(machine, object, name, value, site),
    getItem: (object, index, site) => getItem(machine, object, index, site),
    setItem: (object, index, value, site) => setItem(machine, object, index, value, site),
    removeItem: (object, index, site) => removeItem(machine, object, index, site),
    iterate: (value, site) => iterate(machine, value, site),
    truth: (value, site) => truth(machine, value, site),
    binary: (operator, left, right, site) => binary(machine, operator, left, right, site),
    unary: (operator, operand, site) => unary(machine, operator, operand, site),
    compare: (operator, left, right, site) => compare(machine, operator, left, right, site),
    yield: (frame, value) => {
      frame.yielded ??= [];
      if (frame.yielded.length >= maxItems) throw new Stop('a generator that does not end');
      frame.yielded.push(value);
    },
    either: (first, second, frame, at) => either(machine, first, second, frame, at),
    eitherValue: (first, second, frame, at) => eitherValue(machine, first, second, frame, at),
    importModule: (name, level, from) => options.importModule(name, level, from),
    importName: (name, level, member, from) => options.importName(name, level, member, from),
    exportedNames: (name, level, from) => options.exportedNames(name, level, from),
    starred: (name, level, from) => options.starred(name, level, from),
    missing: (dict, key) => !machine.state.registers && key.type === 'string' && options.fill(dict, key.value),
    loadedModule: (name) => options.loadedModule(name),
    textOf: (span) => options.textOf(span),
    context: (site) => new CallContext(machine, site),
    note: (message, site) => {
      noteEffect();
      options.events.note(message, site);
    },
  };
  return machine;
}
