import type { Scope, Storage, Value } from '../../interpreter/values.ts';

/** What can hold the things that are collected. */
export interface Objects {
  has(object: object): boolean;
  add(object: object): unknown;
}

/** Adds everything that can be reached from a module's names, and is not there yet. */
export function addReachable(scope: Scope, found: Objects): void {
  const open: (Value | Scope)[] = [scope];
  const add = (object: Value | Scope | null | undefined) => {
    if (object == null || found.has(object)) return;
    found.add(object);
    open.push(object);
  };
  if (!found.has(scope)) found.add(scope);
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    if ('variables' in object) {
      add(object.parent);
      for (const value of object.variables.values()) add(value);
    } else visit(object);
  }

  function visit(value: Value): void {
    switch (value.type) {
      case 'list':
      case 'set':
      case 'tuple':
        for (const item of value.items) add(item);
        break;
      case 'dict':
        for (const entry of value.entries.values()) add(entry.value);
        break;
      case 'function':
        add(value.scope);
        add(value.owner);
        add(value.self);
        add(value.wraps);
        for (const item of value.defaults.values()) add(item);
        break;
      case 'class':
        for (const base of value.bases) add(base);
        for (const member of value.members.values()) add(member);
        break;
      case 'instance':
        add(value.class);
        for (const item of value.attributes.values()) add(item);
        visitState(value.state, 0);
        break;
      case 'tensor':
        if (value.storage !== null) found.add(value.storage satisfies Storage);
        break;
      case 'bound':
        add(value.self);
        add(value.function);
        break;
      case 'partial':
        add(value.callee);
        for (const { value: item } of value.arguments.positional) add(item);
        for (const { value: item } of value.arguments.keyword.values()) add(item);
        break;
      case 'native':
        add(value.function.self);
        break;
      case 'super':
        add(value.self);
    }
  }

  /** Plain data of a native class, which may hold values. */
  function visitState(state: unknown, depth: number): void {
    if (typeof state !== 'object' || state === null || depth > 4) return;
    if ('type' in state && typeof state.type === 'string') add(state as Value);
    else if (state instanceof Map || state instanceof Set || Array.isArray(state)) {
      for (const item of state.values()) visitState(item, depth + 1);
    } else for (const item of Object.values(state)) visitState(item, depth + 1);
  }
}
