import type { Write } from '../../core/graph/initializer.ts';
import type { Span } from '../../core/graph/span.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Language } from '../syntax/ast.ts';
import { copyOf } from '../syntax/statement-cache.ts';
import { getPlainAttribute, setPlainAttribute } from './attributes.ts';
import { comparisonOperators } from './comparison.ts';
import { inertBuilder } from './graph-builder.ts';
import type { Machine, Site } from './machine.ts';
import type { GraphBuilder, NativeContext, NewWrite } from './native.ts';
import { mayFail } from './raise.ts';
import { touchValue } from './touch.ts';
import {
  type CallArguments,
  type ClassValue,
  type DictValue,
  type InstanceValue,
  type Storage,
  type TensorValue,
  unknown,
  type Value,
} from './values.ts';

/** What a native function may ask of the evaluator, for one call. A class, since one is made for every call. */
export class CallContext implements NativeContext {
  readonly #machine: Machine;
  readonly #site: Site;

  constructor(machine: Machine, site: Site) {
    this.#machine = machine;
    this.#site = site;
  }

  get at(): Span {
    const { module, at } = this.#site;
    return { path: module.path, start: at.start, end: at.end };
  }

  get calleeText(): string {
    const { module, callee, at } = this.#site;
    const range = callee ?? at;
    return copyOf(module.text.slice(range.start, range.end));
  }

  get graph(): GraphBuilder {
    return this.#machine.state.trace ?? inertBuilder;
  }

  get sweep(): string | null {
    return this.#machine.state.sweep;
  }

  get language(): Language {
    return this.#site.module.language;
  }

  withSweep<T>(description: string, body: () => T): T {
    const { state } = this.#machine;
    const outer = state.sweep;
    state.sweep = description;
    try {
      return body();
    } finally {
      state.sweep = outer;
    }
  }

  write(tensor: TensorValue, write: NewWrite): void {
    const { storage } = tensor;
    if (storage === null) return;
    this.#machine.journal.touch(storage);
    this.#machine.state.effects++;
    const isDefault = write.origin === 'default';
    const { sweep } = this;
    const swept = sweep !== null && !isDefault;
    const made: Write = {
      initializer: write.initializer,
      origin: swept ? 'applied' : (write.origin ?? 'explicit'),
      at: write.at === undefined ? this.at : write.at,
      by: swept ? sweep : write.by,
      callee: write.callee === undefined ? (isDefault ? null : this.calleeText) : write.callee,
    };
    const region = write.region ?? null;
    storage.writes.push(tensor.isPart ? { ...made, partial: true, ...(region === null ? {} : { region }) } : made);
    if (!tensor.isPart) storage.overwrittenByUnknown = false;
  }

  touch(target: Value | Storage): void {
    if ('writes' in target) this.#machine.journal.touch(target);
    else touchValue(this.#machine.journal, target);
  }

  call(callee: Value, positional: readonly Value[], keyword?: ReadonlyMap<string, Value>): Value {
    return this.#machine.call(callee, argumentsOf(positional, keyword), this.#site);
  }

  callWith(callee: Value, arguments_: CallArguments): Value {
    return this.#machine.call(callee, arguments_, this.#site);
  }

  instantiate(class_: ClassValue, positional: readonly Value[], keyword?: ReadonlyMap<string, Value>): Value {
    return this.#machine.instantiate(class_, argumentsOf(positional, keyword), this.#site);
  }

  getAttribute(object: Value, name: string): Value {
    return this.findAttribute(object, name) ?? unknown(`no attribute ${name}`);
  }

  findAttribute(object: Value, name: string): Value | null {
    return this.#machine.getAttribute(object, name, this.#site);
  }

  setAttribute(object: Value, name: string, value: Value): void {
    this.#machine.setAttribute(object, name, value, this.#site);
  }

  findPlainAttribute(object: InstanceValue, name: string): Value | null {
    return getPlainAttribute(this.#machine, object, name, this.#site);
  }

  setPlainAttribute(object: InstanceValue, name: string, value: Value): void {
    setPlainAttribute(this.#machine, object, name, value, this.#site);
  }

  getItem(object: Value, index: Value): Value {
    return this.#machine.getItem(object, index, this.#site);
  }

  setItem(object: Value, index: Value, value: Value): void {
    this.#machine.setItem(object, index, value, this.#site);
  }

  operate(operator: string, left: Value, right: Value): Value {
    return comparisonOperators.has(operator)
      ? this.#machine.compare(operator, left, right, this.#site)
      : this.#machine.binary(operator, left, right, this.#site);
  }

  iterate(value: Value): Value[] | null {
    return this.#machine.iterate(value, this.#site);
  }

  truth(value: Value): boolean | null {
    return this.#machine.truth(value, this.#site);
  }

  fail(exception: string, message: string): Value {
    return mayFail(this.#machine, exception, message);
  }

  note(message: string): void {
    this.#machine.note(message, this.#site);
  }

  fact(fact: CodeFact): void {
    this.#machine.events.fact(fact);
  }

  tryOut<T>(body: () => T, isGood: (value: T) => boolean = () => false): T {
    const { state, journal, events } = this.#machine;
    const traced = () => (state.trace === null ? body() : state.trace.attempt(body, isGood));
    return journal.attempt(() => events.attempt(traced, isGood), isGood);
  }

  missing(dict: DictValue, key: Value): boolean {
    return this.#machine.missing(dict, key);
  }

  loadedModule(name: string): Value | null {
    return this.#machine.loadedModule(name);
  }

  prepared<T>(exceptions: readonly string[], body: () => T): T {
    const { state } = this.#machine;
    const outer = state.caught;
    state.caught = [...outer, ...exceptions];
    try {
      return body();
    } finally {
      state.caught = outer;
    }
  }

  importModule(name: string): Value | null {
    return this.#machine.importModule(name, 0, this.#site.module);
  }

  textOf(span: Span): string {
    const { module } = this.#site;
    if (span.path === module.path) return copyOf(module.text.slice(span.start, span.end));
    return this.#machine.textOf(span) ?? '';
  }
}

function argumentsOf(positional: readonly Value[], keyword?: ReadonlyMap<string, Value>): CallArguments {
  return {
    positional: positional.map((value) => ({ value, at: null })),
    keyword: new Map([...(keyword ?? [])].map(([name, value]) => [name, { value, at: null }] as const)),
    open: false,
  };
}
