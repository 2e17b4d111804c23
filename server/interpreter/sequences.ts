import type { Language } from '../syntax/ast.ts';
import { maxCharacters, maxItems } from './budget.ts';
import { formatPercent, formatValue } from './format.ts';
import { keyOf } from './keys.ts';
import { numberOf } from './read.ts';
import { makeSet } from './sets.ts';
import { list, string, tuple, unknown, type Value } from './values.ts';

/** Operators on strings, lists, tuples, sets and dictionaries; `null` where they do not fit. */
export function sequenceOperator(operator: string, left: Value, right: Value, language: Language): Value | null {
  if (operator === '+') return concatenate(left, right, language);
  if (operator === '*') return repeat(left, numberOf(right)) ?? repeat(right, numberOf(left));
  if (operator === '%' && left.type === 'string') return formatPercent(left.value, right);
  if (isSetLike(left) && isSetLike(right)) return setOperator(operator, left.items, right.items);
  if (operator === '|' && left.type === 'dict' && right.type === 'dict') {
    return { type: 'dict', entries: new Map([...left.entries, ...right.entries]), open: left.open || right.open };
  }
  return null;
}

/** Also the keys, values and items of a dictionary, which are lists here: no operator of sets is one of lists too. */
function isSetLike(value: Value): value is Extract<Value, { type: 'set' | 'list' }> {
  return value.type === 'set' || (value.type === 'list' && !value.open);
}

function concatenate(left: Value, right: Value, language: Language): Value | null {
  if (left.type === 'string' && right.type === 'string') return text(left.value + right.value);
  if (left.type === 'tuple' && right.type === 'tuple') {
    const items = [...left.items, ...right.items];
    return items.length > maxItems ? unknown('very long tuple') : tuple(items);
  }
  if (left.type === 'list' && right.type === 'list' && language === 'python') {
    return limited([...left.items, ...right.items], left.open || right.open);
  }
  if (language === 'javascript' && (left.type === 'string' || right.type === 'string')) {
    const [first, second] = [formatValue(left, language), formatValue(right, language)];
    return first === null || second === null ? unknown('text') : text(first + second);
  }
  return null;
}

/** A list that grew too long is cut off, and open. */
function limited(items: Value[], open: boolean): Value {
  return { type: 'list', items: items.slice(0, maxItems), open: open || items.length > maxItems };
}

function text(value: string): Value {
  return value.length > maxCharacters ? unknown('very long text') : string(value);
}

function repeat(value: Value, count: number | null): Value | null {
  if (count === null) return null;
  const times = Math.max(0, Math.trunc(count));
  if (value.type === 'string') {
    return value.value.length * times > maxCharacters ? unknown('very long text') : string(value.value.repeat(times));
  }
  if (value.type !== 'list' && value.type !== 'tuple') return null;
  if (value.items.length * times > maxItems) return { type: 'list', items: [...value.items], open: true };
  const items = Array.from({ length: times }, () => value.items).flat();
  return value.type === 'tuple' ? tuple(items) : { ...list(items), open: value.open };
}

function setOperator(operator: string, left: readonly Value[], right: readonly Value[]): Value | null {
  const inRight = new Set(right.map(keyOf));
  const inLeft = new Set(left.map(keyOf));
  switch (operator) {
    case '|':
      return makeSet([...left, ...right]);
    case '&':
      return makeSet(left.filter((item) => inRight.has(keyOf(item))));
    case '-':
      return makeSet(left.filter((item) => !inRight.has(keyOf(item))));
    case '^':
      return makeSet([
        ...left.filter((item) => !inRight.has(keyOf(item))),
        ...right.filter((item) => !inLeft.has(keyOf(item))),
      ]);
    default:
      return null;
  }
}
