import type { Expression } from './ast.ts';

/*
 * Lezer's grammars nest some operators wrongly (`not a and b` as `not (a and b)`), so a run of operands and operators is
 * flattened and built anew by precedence climbing.
 */

export type InfixItem =
  | { readonly kind: 'operand'; readonly value: Expression }
  | { readonly kind: 'operator'; readonly operator: string; readonly start: number };

/** More than this is not written by hand, and would be too deep a tree. */
const maxItems = 1000;

/** Builds the expression that the operands and operators mean. Missing operands become `Unknown`. */
export function climb(items: readonly InfixItem[]): Expression {
  if (items.length > maxItems) return missing(items[0]);
  let position = 0;
  let result = expression(0);
  // Only broken code leaves operands over; what was read first counts.
  while (position < items.length) {
    const before = position;
    const rest = expression(0);
    if (position === before) break;
    if (result.type === 'Unknown') result = rest;
  }
  return result;

  function expression(minimum: number): Expression {
    let left = prefix();
    for (;;) {
      const item = items[position];
      if (item?.kind !== 'operator') return left;
      const level = levels[item.operator];
      if (level === undefined || level < minimum) return left;
      if (level === compareLevel) {
        left = comparison(left);
        continue;
      }
      position++;
      const right = expression(item.operator === '**' ? (prefixLevels['-'] ?? 0) : level + 1);
      left = binary(item.operator, left, right);
    }
  }

  function prefix(): Expression {
    const item = items[position];
    if (item === undefined) return missing(items[position - 1]);
    if (item.kind === 'operand') {
      position++;
      return item.value;
    }
    const level = prefixLevels[item.operator];
    if (level === undefined) return missing(item);
    position++;
    const operand = expression(level);
    const range = { start: item.start, end: Math.max(operand.end, item.start) };
    switch (item.operator) {
      case 'await':
        return { ...range, type: 'Await', value: operand };
      case 'not':
      case '-':
      case '+':
      case '~':
        return { ...range, type: 'Unary', operator: item.operator, operand };
      default:
        return { ...range, type: 'Unknown' };
    }
  }

  function comparison(first: Expression): Expression {
    const rest: { operator: string; operand: Expression }[] = [];
    let end = first.end;
    for (let item = items[position]; item?.kind === 'operator'; item = items[position]) {
      if (levels[item.operator] !== compareLevel) break;
      position++;
      const operand = expression(compareLevel + 1);
      rest.push({ operator: item.operator, operand });
      end = Math.max(end, operand.end);
    }
    return { type: 'Compare', first, rest, start: first.start, end };
  }
}

function binary(operator: string, left: Expression, right: Expression): Expression {
  const range = { start: left.start, end: Math.max(left.end, right.end) };
  if (operator === 'and' || operator === 'or' || operator === '??')
    return { ...range, type: 'Logical', operator, left, right };
  return { ...range, type: 'Binary', operator, left, right };
}

function missing(near: InfixItem | undefined): Expression {
  const at = near === undefined ? 0 : near.kind === 'operand' ? near.value.end : near.start;
  return { type: 'Unknown', start: at, end: at };
}

const compareLevel = 5;
const levels: Readonly<Record<string, number>> = {
  '??': 1,
  or: 2,
  and: 3,
  in: compareLevel,
  notIn: compareLevel,
  is: compareLevel,
  isNot: compareLevel,
  '==': compareLevel,
  '!=': compareLevel,
  '<': compareLevel,
  '<=': compareLevel,
  '>': compareLevel,
  '>=': compareLevel,
  '|': 6,
  '^': 7,
  '&': 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '//': 11,
  '%': 11,
  '@': 11,
  '**': 13,
};
const prefixLevels: Readonly<Record<string, number>> = { not: 4, '-': 12, '+': 12, '~': 12, await: 14 };
