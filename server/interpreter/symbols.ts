import { numberOf } from './read.ts';
import { type DimensionValue, unknown, type Value } from './values.ts';

/**
 * Arithmetic with a size that is not known: the result is a symbol named by its formula, so that equal formulas stay equal
 * (`hidden * 4` here and there). What changes nothing leaves the name alone.
 */
export function symbolic(operator: string, left: Value, right: Value): Value {
  if (operator === '%' || !operators.has(operator)) return unknown('size');
  const a = numberOf(left);
  const b = numberOf(right);
  if (left.type === 'dimension' && b !== null && isNeutral(operator, b)) return left;
  if (right.type === 'dimension' && a !== null && (operator === '+' || operator === '*') && isNeutral(operator, a)) {
    return right;
  }
  const first = nameOf(left);
  const second = nameOf(right);
  if (first === null || second === null) return unknown('size');
  // `n * 4 // 4` and `n // 4 * 4` as they are meant in model code: sizes divide evenly.
  if (left.type === 'dimension' && b !== null) {
    const undone = undo(left.name, operator, second);
    if (undone !== null) return undone;
  }
  if (left.type === 'dimension' && b !== null && operator === '*') {
    const product = /^(.*) \* (\d+)$/.exec(left.name);
    const inner = product?.[1] ?? '';
    if (product !== null && (!inner.includes(' ') || inner.startsWith('(')))
      return { type: 'dimension', name: `${inner} * ${Number(product[2]) * b}` };
  }
  const name = `${wrap(first)} ${operator} ${wrap(second)}`;
  return name.length > 80 ? unknown('size') : { type: 'dimension', name };
}

const operators = new Set(['+', '-', '*', '/', '//', '**']);

function isNeutral(operator: string, value: number): boolean {
  return operator === '+' || operator === '-' ? value === 0 : value === 1;
}

function nameOf(value: Value): string | null {
  if (value.type === 'dimension') return value.name;
  const known = numberOf(value);
  return known === null ? null : String(known);
}

function wrap(name: string): string {
  return name.includes(' ') ? `(${name})` : name;
}

function undo(name: string, operator: string, operand: string): DimensionValue | null {
  const inverse = operator === '//' || operator === '/' ? ' * ' : operator === '*' ? ' // ' : null;
  if (inverse === null || !name.endsWith(inverse + operand)) return null;
  const inner = name.slice(0, -(inverse.length + operand.length));
  return { type: 'dimension', name: inner.startsWith('(') && inner.endsWith(')') ? inner.slice(1, -1) : inner };
}
