import type { NativeContext } from '../../native.ts';
import { namespace, nativeFunction, storage } from '../../table.ts';
import type { DictEntry, InstanceValue, NamespaceValue, Storage, Value } from '../../values.ts';

export const copyModule: NamespaceValue = namespace('copy', {
  copy: nativeFunction('copy.copy', 'object', (given) => shallowCopy(given.get('object'))),
  deepcopy: nativeFunction('copy.deepcopy', 'object, memo=None', (given, context) =>
    deepCopy(given.get('object'), context),
  ),
});

function shallowCopy(value: Value): Value {
  switch (value.type) {
    case 'list':
    case 'set':
      return { ...value, items: [...value.items] };
    case 'dict':
      return { ...value, entries: new Map(value.entries) };
    case 'instance':
      return { ...value, attributes: new Map(value.attributes) };
    default:
      return value;
  }
}

/**
 * A copy of everything inside: modules with their submodules, parameters with the memory behind them. What is shared inside
 * stays shared in the copy. A framework's class copies its own state (`__deepcopy__` among its native methods).
 */
export function deepCopy(value: Value, context: NativeContext): Value {
  const done = new Map<object, Value>();
  const storages = new Map<Storage, Storage>();
  return copy(value);

  function copy(original: Value): Value {
    const known = done.get(original);
    if (known !== undefined) return known;
    switch (original.type) {
      case 'list':
      case 'set': {
        const made = { ...original, items: [] as Value[] };
        done.set(original, made);
        made.items.push(...original.items.map(copy));
        return made;
      }
      case 'tuple':
        return { ...original, items: original.items.map(copy) };
      case 'dict': {
        const made = { ...original, entries: new Map<string, DictEntry>() };
        done.set(original, made);
        for (const [key, entry] of original.entries) made.entries.set(key, { ...entry, value: copy(entry.value) });
        return made;
      }
      case 'bound': {
        const self = copy(original.self);
        return self === original.self ? original : { ...original, self };
      }
      case 'partial':
        return original;
      case 'tensor': {
        const made =
          original.storage === null ? { ...original } : { ...original, storage: copyStorage(original.storage) };
        done.set(original, made);
        return made;
      }
      case 'instance':
        return copyInstance(original);
      default:
        return original;
    }
  }

  function copyInstance(original: InstanceValue): Value {
    const made: InstanceValue = { ...original, attributes: new Map(), state: null };
    done.set(original, made);
    for (const [name, attribute] of original.attributes) made.attributes.set(name, copy(attribute));
    made.state = copyState(original.state, 0);
    for (const class_ of original.class.order) {
      const hook = class_.native?.copied;
      if (hook === undefined) continue;
      hook(made, original, context);
      break;
    }
    return made;
  }

  /** Plain data of a native class; values inside of it are copied like any others. */
  function copyState(state: unknown, depth: number): unknown {
    if (depth > 4 || typeof state !== 'object' || state === null) return state;
    if (isValue(state)) return copy(state);
    if (Array.isArray(state)) return state.map((item) => copyState(item, depth + 1));
    if (state instanceof Map) return new Map([...state].map(([key, item]) => [key, copyState(item, depth + 1)]));
    if (state instanceof Set) return new Set([...state].map((item) => copyState(item, depth + 1)));
    if (Object.getPrototypeOf(state) !== Object.prototype) return state;
    return Object.fromEntries(Object.entries(state).map(([key, item]) => [key, copyState(item, depth + 1)]));
  }

  function copyStorage(original: Storage): Storage {
    const known = storages.get(original);
    if (known !== undefined) return known;
    const { id: _, shape, writes, ...fields } = original;
    const made = storage(shape, fields);
    made.writes.push(...writes);
    storages.set(original, made);
    return made;
  }
}

const valueTypes = new Set(['instance', 'tensor', 'list', 'dict', 'tuple', 'set']);

function isValue(state: object): state is Value {
  return 'type' in state && typeof state.type === 'string' && valueTypes.has(state.type);
}
