import type { Value } from './values.ts';

/**
 * The key under which a dictionary or set files a value: equal in Python means equal here. `null` for what cannot be a key
 * (lists) or is not known.
 */
export function keyOf(value: Value, depth = 0): string | null {
  switch (value.type) {
    case 'string':
      return `s${value.value}`;
    case 'number':
      return `n${value.value}`;
    case 'boolean':
      return value.value ? 'n1' : 'n0';
    case 'none':
      return 'none';
    case 'dimension':
      return `d${value.name}`;
    case 'tuple': {
      // Tuples that share their parts have keys of exponential length.
      if (depth > 6) return null;
      const keys = value.items.map((item) => keyOf(item, depth + 1));
      return keys.includes(null) ? null : `(${keys.map((key) => `${key?.length}:${key}`).join()})`;
    }
    case 'class':
    case 'instance':
    case 'function':
    case 'tensor':
      return `@${identityOf(value)}`;
    case 'native':
      return `@${identityOf(value.function)}`;
    case 'bound':
      return `${keyOf(value.self)}.${keyOf(value.function)}`;
    default:
      return null;
  }
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number for an object, the same for its life: Python's `id()`. */
export function identityOf(object: object): number {
  const known = identities.get(object);
  if (known !== undefined) return known;
  lastIdentity++;
  identities.set(object, lastIdentity);
  return lastIdentity;
}
