import { keyOf } from './keys.ts';
import type { Value } from './values.ts';

/** Are two values equal, by the language's `==`? `null` where that cannot be known. */
export function equalValues(left: Value, right: Value): boolean | null {
  return compareValues(left, right, { left: maxComparisons });
}

/** Lists inside of lists may share their parts so that comparing them never ends. */
const maxComparisons = 1500;

interface Effort {
  left: number;
}

function compareValues(left: Value, right: Value, effort: Effort): boolean | null {
  if (--effort.left < 0) return null;
  if (left === right) return left.type !== 'unknown' || null;
  if (isUnsure(left) || isUnsure(right)) {
    if (left.type === 'dimension' && right.type === 'dimension' && left.name === right.name) return true;
    // A size that is not known is still a size: not None, not a string.
    const other = left.type === 'dimension' ? right : right.type === 'dimension' ? left : null;
    return other?.type === 'none' ? false : null;
  }
  switch (left.type) {
    case 'number':
    case 'boolean':
    case 'string':
    case 'none': {
      const key = keyOf(left);
      return key !== null && key === keyOf(right);
    }
    case 'list':
    case 'tuple':
      if (right.type !== left.type) return false;
      if (left.type === 'list' && right.type === 'list' && (left.open || right.open)) return null;
      return equalItems(left.items, right.items, effort);
    case 'set': {
      if (right.type !== 'set') return false;
      const keys = new Set(right.items.map(keyOf));
      return left.items.length === right.items.length && left.items.every((item) => keys.has(keyOf(item)));
    }
    case 'dict': {
      if (right.type !== 'dict') return false;
      if (left.open || right.open) return null;
      if (left.entries.size !== right.entries.size) return false;
      return all([...left.entries], ([key, entry]) => {
        const other = right.entries.get(key);
        return other === undefined ? false : compareValues(entry.value, other.value, effort);
      });
    }
    case 'range':
      return (
        right.type === 'range' && left.start === right.start && left.stop === right.stop && left.step === right.step
      );
    case 'native':
      return right.type === 'native' && left.function === right.function;
    case 'bound':
      return right.type === 'bound' && left.self === right.self && left.function === right.function;
    case 'namespace':
      return right.type === 'namespace' && left.name === right.name;
    case 'ellipsis':
      return right.type === 'ellipsis';
    default:
      return false;
  }
}

function isUnsure(value: Value): boolean {
  return value.type === 'unknown' || value.type === 'dimension' || value.type === 'tensor' || value.type === 'lazy';
}

function equalItems(left: readonly Value[], right: readonly Value[], effort: Effort): boolean | null {
  if (left.length !== right.length) return false;
  return all(left, (item, index) => {
    const other = right[index];
    return other === undefined ? false : compareValues(item, other, effort);
  });
}

/** Three-valued "all". */
function all<T>(items: readonly T[], test: (item: T, index: number) => boolean | null): boolean | null {
  let result: boolean | null = true;
  for (const [index, item] of items.entries()) {
    const answer = test(item, index);
    if (answer === false) return false;
    if (answer === null) result = null;
  }
  return result;
}
