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
  of(names: readonly string[], others: readonly (Value | CallArguments | null)[]): readonly string[];
  /** To be called when a value of the module has changed. */
  forget(): void;
}

export function createFingerprints(
  record: ModuleRecord,
  places: Places,
  /** Belongs to an imported module, which is kept between analyses. */
  isShared: (object: object) => boolean,
): Fingerprints {
  const definitions = new Map<object, string>();
  return {
    of(names, others) {
      const print = printer();
      const prints = names.map(print.name);
      for (const other of others) {
        prints.push(other === null ? '-' : 'positional' in other ? print.arguments(other) : print.value(other));
      }
      return prints;
    },
    forget: () => definitions.clear(),
  };

  /** Numbers what it meets, so that circles end and sharing shows. */
  function printer() {
    const met = new Map<object, number>();
    return { name, value, arguments: argumentsOf };

    function name(key: string): string {
      if (key === allNames) return [...record.scope.variables.keys()].join();
      const found = record.scope.variables.get(key);
      return found === undefined ? 'none' : value(force(record.scope, key, found));
    }

    function value(item: Value): string {
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
          return `slice(${value(item.lower)},${value(item.upper)},${value(item.step)})`;
        case 'lazy':
          return value(item.force());
        case 'namespace':
          return identityOf(item);
        case 'native':
          return `native ${item.function.name}${item.function.self === undefined ? '' : ` of ${value(item.function.self)}`}`;
        case 'function':
        case 'class':
          return definition(item);
        case 'tuple':
          return `(${item.items.map(value).join()})${item.names?.join() ?? ''}`;
        case 'bound':
          return `bound(${value(item.self)},${value(item.function)})`;
        case 'partial':
          return `partial(${value(item.callee)},${argumentsOf(item.arguments)})`;
        case 'super':
          return `super(${value(item.self)},${value(item.owner)})`;
        case 'tensor':
          return `tensor(${JSON.stringify([item.shape, item.layer, item.isParameter, item.isPart])},${item.storage === null ? '' : once(item.storage, () => storage(item.storage as Storage))})`;
        case 'list':
        case 'set':
          return once(
            item,
            () => `${item.type}${'open' in item && item.open ? '…' : ''}[${item.items.map(value).join()}]`,
          );
        case 'dict':
          return once(
            item,
            () =>
              `dict${item.open ? '…' : ''}{${[...item.entries].map(([key, entry]) => `${key}:${value(entry.value)}${place(entry.at ?? null)}`).join()}}`,
          );
        case 'instance':
          return once(
            item,
            () =>
              `new ${value(item.class)}${place(item.at)}{${[...item.attributes].map(([key, own]) => `${key}:${value(own)}`).join()}}${data(item.state)}`,
          );
      }
    }

    function once(object: object, print: () => string): string {
      if (isShared(object)) return identityOf(object);
      const number = met.get(object);
      if (number !== undefined) return `&${number}`;
      met.set(object, met.size);
      return print();
    }

    function definition(item: FunctionValue | ClassValue): string {
      if (isShared(item)) return identityOf(item);
      const known = definitions.get(item);
      if (known !== undefined) return known;
      // Its own methods and their defaults lead back to it.
      definitions.set(item, item.type === 'function' ? `def ${nodeOf(item)}` : `class ${item.name}${place(item.at)}`);
      const print = isPlain(item) ? `${item.binding} def ${nodeOf(item)}` : `${item.type}${intern(textOf(item))}`;
      definitions.set(item, print);
      return print;
    }

    function storage({ shape, writes, trainable, role, fanIn, fanOut, overwrittenByUnknown }: Storage): string {
      return data([shape, writes, trainable, role, fanIn, fanOut, overwrittenByUnknown]);
    }

    function argumentsOf({ positional, keyword, open }: CallArguments): string {
      const given = [...positional.map((item) => ['', item] as const), ...keyword];
      return `${open ? '…' : ''}(${given.map(([key, item]) => `${key}:${value(item.value)}${place(item.at)}`).join()})`;
    }

    /** Plain data of native classes: what is no value in it is told by its contents too. */
    function data(item: unknown): string {
      if (typeof item === 'function') return identityOf(item);
      if (typeof item !== 'object' || item === null) return String(item);
      if ('path' in item && 'start' in item) return place(item as Span);
      if ('type' in item && typeof item.type === 'string') return value(item as Value);
      return once(item, () => {
        if (item instanceof Map) return `{${[...item].map(([key, own]) => `${data(key)}:${data(own)}`).join()}}`;
        if (item instanceof Set || Array.isArray(item)) return `[${[...item.values()].map(data).join()}]`;
        return `{${Object.entries(item)
          .map(([key, own]) => `${key}:${data(own)}`)
          .join()}}`;
      });
    }
  }

  type Printer = ReturnType<typeof printer>;

  /** Nothing but the code at its place tells what it does. */
  function isPlain(item: FunctionValue | ClassValue): item is FunctionValue {
    if (item.type !== 'function' || item.self !== null || item.wraps !== undefined) return false;
    return item.defaults.size === 0 && item.scope === record.scope;
  }

  function textOf(item: FunctionValue | ClassValue): string {
    return item.type === 'function' ? functionText(item, printer()) : classText(item, printer());
  }

  function functionText(item: FunctionValue, print: Printer): string {
    const defaults = [...item.defaults].map(([name, value]) => `${name}=${print.value(value)}`).join();
    const parts = [nodeOf(item), item.binding, defaults, closure(item.scope, print)];
    if (item.self !== null) parts.push(print.value(item.self));
    if (item.wraps !== undefined) parts.push(print.value(item.wraps));
    return parts.join('|');
  }

  function classText(item: ClassValue, print: Printer): string {
    const members = [...item.members].map(([name, value]) => `${name}:${print.value(value)}`).join();
    const native = item.native === null ? '' : identityOf(item.native);
    return [item.name, place(item.at), native, item.open, item.bases.map(print.value).join(), members].join('|');
  }

  /** The scopes between a function and its module. */
  function closure(scope: Scope, print: Printer): string {
    const parts: string[] = [];
    for (let around: Scope | null = scope; around !== null && around !== record.scope; around = around.parent) {
      if (isShared(around)) {
        parts.push(identityOf(around));
        break;
      }
      parts.push([...around.variables].map(([name, value]) => `${name}=${print.value(value)}`).join());
    }
    return parts.join('^');
  }

  function nodeOf({ node, module }: FunctionValue): string {
    return module === record ? places.keyOf(node.start) : identityOf(node);
  }

  function place(at: Span | null): string {
    if (at === null) return '';
    return at.path === places.path
      ? `@${places.keyOf(at.start)}-${at.end - at.start}`
      : `@${at.path}:${at.start}-${at.end}`;
  }
}

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
