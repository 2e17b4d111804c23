import { keyOf } from './keys.ts';
import type { SetValue, Value } from './values.ts';

/** A set: each of equal items once; items that cannot be compared are all kept. */
export function makeSet(items: readonly Value[]): SetValue {
  const seen = new Set<string>();
  const kept = items.filter((item) => {
    const key = keyOf(item);
    if (key === null) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { type: 'set', items: kept };
}
