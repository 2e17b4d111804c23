import type { Span } from '../../../core/graph/span.ts';
import type { ModuleRecord } from '../../interpreter/machine.ts';
import { allNames, force } from '../../interpreter/scopes.ts';
import type { CallArguments, ClassValue, FunctionValue, Scope, Storage, Value } from '../../interpreter/values.ts';
import type { Places } from './places.ts';

/**
 * Texts that are equal for values with which an evaluation goes the same way, from one analysis to the next: the module's own
 * functions and classes are told by their place in their statement, what comes from other modules by identity, everything
 * else by its contents.
 */
export interface Fingerprints {
  /** One for each of the names of the module and of further values, taken together: what they share is told too. */
  of(names: readonly string[], others: readonly Printed[]): readonly string[];
  /** Whether those of now are the given ones. */
  are(prints: readonly string[], names: readonly string[], others: readonly Printed[]): boolean;
  /** To be called when a value of the module has changed. */
  forget(): void;
}

type Printed = Value | CallArguments | null;

interface Context {
  readonly record: ModuleRecord;
  readonly places: Places;
  /** Belongs to an imported module, which is kept between analyses. */
  readonly isShared: (object: object) => boolean;
  /** Of functions and classes. */
  readonly definitions: Map<object, string>;
  /** Of names that stand for a function or class. */
  readonly named: Map<string, string>;
}

export function createFingerprints(
  record: ModuleRecord,
  places: Places,
  isShared: (object: object) => boolean,
): Fingerprints {
  const context: Context = { record, places, isShared, definitions: new Map(), named: new Map() };
  return {
    of(names, others) {
      const printer = new Printer(context);
      return [...names.map((name) => printer.name(name)), ...others.map((other) => printer.other(other))];
    },
    are(prints, names, others) {
      if (prints.length !== names.length + others.length) return false;
      const printer = new Printer(context);
      return (
        names.every((name, index) => printer.name(name) === prints[index]) &&
        others.every((other, index) => printer.other(other) === prints[names.length + index])
      );
    },
    forget() {
      context.definitions.clear();
      context.named.clear();
    },
  };
}

/** Numbers what it meets, so that circles end and sharing shows. */
class Printer {
  readonly #context: Context;
  #met: Map<object, number> | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  name(key: string): string {
    const { record, named } = this.#context;
    const known = named.get(key);
    if (known !== undefined) return known;
    if (key === allNames) return [...record.scope.variables.keys()].join();
    const found = record.scope.variables.get(key);
    if (found === undefined) return 'none';
    const item = force(record.scope, key, found);
    const print = this.value(item);
    if (item.type === 'function' || item.type === 'class') named.set(key, print);
    return print;
  }

  other(item: Printed): string {
    if (item === null) return '-';
    return 'positional' in item ? this.#arguments(item) : this.value(item);
  }

  value(item: Value): string {
    switch (item.type) {
      case 'number':
        return `${item.isFloat ? 'f' : 'i'}${item.value}`;
      case 'string':
        return JSON.stringify(item.value);
      case 'boolean':
        return String(item.value);
      case 'none':
      case 'ellipsis':
        return item.type;
      case 'unknown':
        return `?${item.reason}`;
      case 'dimension':
        return `$${item.name}`;
      case 'range':
        return `range(${item.start},${item.stop},${item.step})`;
      case 'slice':
        return `slice(${this.value(item.lower)},${this.value(item.upper)},${this.value(item.step)})`;
      case 'lazy':
        return this.value(item.force());
      case 'namespace':
        return identityOf(item);
      case 'native': {
        const { name, self } = item.function;
        return `native ${name}${self === undefined ? '' : ` of ${this.value(self)}`}`;
      }
      case 'function':
      case 'class':
        return this.#definition(item);
      case 'tuple':
        return `(${this.#values(item.items)})${item.names?.join() ?? ''}`;
      case 'bound':
        return `bound(${this.value(item.self)},${this.value(item.function)})`;
      case 'partial':
        return `partial(${this.value(item.callee)},${this.#arguments(item.arguments)})`;
      case 'super':
        return `super(${this.value(item.self)},${this.value(item.owner)})`;
      case 'tensor': {
        const { storage } = item;
        const plain = JSON.stringify([item.shape, item.layer, item.isParameter, item.isPart]);
        return `tensor(${plain},${storage === null ? '' : this.#once(storage, () => this.#storage(storage))})`;
      }
      case 'list':
      case 'set':
        return this.#once(
          item,
          () => `${item.type}${'open' in item && item.open ? '…' : ''}[${this.#values(item.items)}]`,
        );
      case 'dict':
        return this.#once(item, () => {
          const entries = [...item.entries].map(
            ([key, entry]) => `${key}:${this.value(entry.value)}${this.#place(entry.at ?? null)}`,
          );
          return `dict${item.open ? '…' : ''}{${entries.join()}}`;
        });
      case 'instance':
        return this.#once(item, () => {
          const attributes = [...item.attributes].map(([key, own]) => `${key}:${this.value(own)}`);
          return `new ${this.value(item.class)}${this.#place(item.at)}{${attributes.join()}}${this.#data(item.state)}`;
        });
    }
  }

  #values(items: readonly Value[]): string {
    return items.map((item) => this.value(item)).join();
  }

  #once(object: object, print: () => string): string {
    if (this.#context.isShared(object)) return identityOf(object);
    this.#met ??= new Map();
    const number = this.#met.get(object);
    if (number !== undefined) return `&${number}`;
    this.#met.set(object, this.#met.size);
    return print();
  }

  #definition(item: FunctionValue | ClassValue): string {
    const { definitions, isShared } = this.#context;
    const known = definitions.get(item);
    if (known !== undefined) return known;
    if (isShared(item)) return identityOf(item);
    if (item.type === 'function' && this.#isPlain(item)) {
      return `${item.binding} def ${this.#nodeOf(item)}${this.#constants(item.defaults)}`;
    }
    // Its own methods and their defaults lead back to it.
    definitions.set(
      item,
      item.type === 'function' ? `def ${this.#nodeOf(item)}` : `class ${item.name}${this.#place(item.at)}`,
    );
    const printer = new Printer(this.#context);
    const text = item.type === 'function' ? printer.#functionText(item) : printer.#classText(item);
    const print = `${item.type}${intern(text)}`;
    definitions.set(item, print);
    return print;
  }

  /** Nothing but the code at its place and constants tell what it does. */
  #isPlain({ self, wraps, defaults, scope }: FunctionValue): boolean {
    if (self !== null || wraps !== undefined || scope !== this.#context.record.scope) return false;
    for (const value of defaults.values()) if (!constants.has(value.type)) return false;
    return true;
  }

  #constants(defaults: FunctionValue['defaults']): string {
    let text = '';
    for (const [name, value] of defaults) text += ` ${name}=${this.value(value)}`;
    return text;
  }

  #functionText(item: FunctionValue): string {
    const defaults = [...item.defaults].map(([name, value]) => `${name}=${this.value(value)}`).join();
    const parts = [this.#nodeOf(item), item.binding, defaults, this.#closure(item.scope)];
    if (item.self !== null) parts.push(this.value(item.self));
    if (item.wraps !== undefined) parts.push(this.value(item.wraps));
    return parts.join('|');
  }

  #classText(item: ClassValue): string {
    let members = '';
    for (const [name, value] of item.members) members += `${name}:${this.value(value)},`;
    const native = item.native === null ? '' : identityOf(item.native);
    return `${item.name}|${this.#place(item.at)}|${native}|${item.open}|${this.#values(item.bases)}|${members}`;
  }

  #storage({ shape, writes, trainable, role, fanIn, fanOut, overwrittenByUnknown }: Storage): string {
    return this.#data([shape, writes, trainable, role, fanIn, fanOut, overwrittenByUnknown]);
  }

  #arguments({ positional, keyword, open }: CallArguments): string {
    const given = [...positional.map((item) => ['', item] as const), ...keyword];
    const prints = given.map(([key, item]) => `${key}:${this.value(item.value)}${this.#place(item.at)}`);
    return `${open ? '…' : ''}(${prints.join()})`;
  }

  /** Plain data of native classes: what is no value in it is told by its contents too. */
  #data(item: unknown): string {
    if (typeof item === 'function') return identityOf(item);
    if (typeof item !== 'object' || item === null) return String(item);
    if ('path' in item && 'start' in item) return this.#place(item as Span);
    if ('type' in item && typeof item.type === 'string') return this.value(item as Value);
    return this.#once(item, () => {
      if (item instanceof Map)
        return `{${[...item].map(([key, own]) => `${this.#data(key)}:${this.#data(own)}`).join()}}`;
      if (item instanceof Set || Array.isArray(item))
        return `[${[...item.values()].map((own) => this.#data(own)).join()}]`;
      return `{${Object.entries(item)
        .map(([key, own]) => `${key}:${this.#data(own)}`)
        .join()}}`;
    });
  }

  /** The scopes between a function and its module. */
  #closure(scope: Scope): string {
    const { record, isShared } = this.#context;
    const parts: string[] = [];
    for (let around: Scope | null = scope; around !== null && around !== record.scope; around = around.parent) {
      if (isShared(around)) {
        parts.push(identityOf(around));
        break;
      }
      parts.push([...around.variables].map(([name, value]) => `${name}=${this.value(value)}`).join());
    }
    return parts.join('^');
  }

  #nodeOf({ node, module }: FunctionValue): string {
    return module === this.#context.record ? this.#context.places.keyOf(node.start) : identityOf(node);
  }

  #place(at: Span | null): string {
    if (at === null) return '';
    const { places } = this.#context;
    return at.path === places.path
      ? `@${places.keyOf(at.start)}-${at.end - at.start}`
      : `@${at.path}:${at.start}-${at.end}`;
  }
}

const constants: ReadonlySet<Value['type']> = new Set(['number', 'string', 'boolean', 'none', 'ellipsis']);

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identityOf(object: object): string {
  let known = identities.get(object);
  if (known === undefined) {
    lastIdentity++;
    known = lastIdentity;
    identities.set(object, known);
  }
  return `^${known}`;
}

const interned = new Map<string, number>();
let lastInterned = 0;

/** A short name for a long text, never the same for two. */
function intern(text: string): number {
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size > 50_000) interned.clear();
  lastInterned++;
  interned.set(text, lastInterned);
  return lastInterned;
}
