import type { Language } from '../syntax/ast.ts';
import { equalValues } from './equality.ts';
import { keyOf } from './keys.ts';
import { numberOf } from './read.ts';
import type { Value } from './values.ts';

/** `is`, `===`. `null` where it cannot be known. */
export function isSame(left: Value, right: Value, language: Language): boolean | null {
  if (left.type === 'unknown' || right.type === 'unknown') return null;
  if (left.type === 'none' || right.type === 'none') return left.type === right.type;
  if (language === 'javascript' && left.type === 'number' && right.type === 'number') return left.value === right.value;
  const isAtom = ['number', 'string', 'boolean', 'dimension', 'native', 'namespace', 'bound', 'ellipsis'].includes(
    left.type,
  );
  return isAtom ? left.type === right.type && equalValues(left, right) : left === right;
}

/** `< <= > >=` on numbers, strings and sequences. */
export function compareOrder(operator: string, left: Value, right: Value): boolean | null {
  const order = orderOf(left, right);
  if (order === null || Number.isNaN(order)) return order === null ? null : false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return null;
  }
}

/** Negative, zero or positive; `null` where it is not known, NaN where the values have no order. */
export function orderOf(left: Value, right: Value, depth = 0): number | null {
  if (depth > 6) return null;
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) return a === b ? 0 : a - b;
  if (left.type === 'string' && right.type === 'string') {
    return left.value === right.value ? 0 : left.value < right.value ? -1 : 1;
  }
  const isSequence =
    (left.type === 'tuple' && right.type === 'tuple') || (left.type === 'list' && right.type === 'list');
  if (!isSequence) return null;
  for (const [index, item] of left.items.entries()) {
    const other = right.items[index];
    if (other === undefined) return 1;
    const order = orderOf(item, other, depth + 1);
    if (order !== 0) return order;
  }
  return left.items.length - right.items.length;
}

/** `item in container`. */
export function contains(container: Value, item: Value): boolean | null {
  switch (container.type) {
    case 'list':
    case 'tuple':
    case 'set': {
      let answer: boolean | null = container.type === 'list' && container.open ? null : false;
      for (const candidate of container.items) {
        const equal = equalValues(candidate, item);
        if (equal === true) return true;
        if (equal === null) answer = null;
      }
      return answer;
    }
    case 'dict': {
      const key = keyOf(item);
      if (key === null) return null;
      return container.entries.has(key) || (container.open || item.type === 'dimension' ? null : false);
    }
    case 'string':
      return item.type === 'string' ? container.value.includes(item.value) : null;
    case 'range': {
      const value = numberOf(item);
      if (value === null) return null;
      const { start, stop, step } = container;
      const within = step > 0 ? value >= start && value < stop : value <= start && value > stop;
      return within && (value - start) % step === 0;
    }
    default:
      return null;
  }
}

/** Operators of comparison, as the syntax tree spells them. */
export const comparisonOperators: ReadonlySet<string> = new Set([
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'is',
  'isNot',
  'in',
  'notIn',
  'instanceof',
]);
