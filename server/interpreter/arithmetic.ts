import type { Machine, Site } from './machine.ts';
import { mayFail } from './raise.ts';
import { type BooleanValue, boolean, type NumberValue, number, unknown, type Value } from './values.ts';

type Numeric = NumberValue | BooleanValue;

export function isNumeric(value: Value): value is Numeric {
  return value.type === 'number' || value.type === 'boolean';
}

/** Arithmetic on known numbers, by the language's rules: Python tells integers from floats and rounds towards −∞. */
export function arithmetic(machine: Machine, operator: string, left: Numeric, right: Numeric, site: Site): Value {
  const a = Number(left.value);
  const b = Number(right.value);
  if (site.module.language === 'javascript') return javascriptResult(operator, a, b);
  const isFloat = (left.type === 'number' && left.isFloat) || (right.type === 'number' && right.isFloat);
  switch (operator) {
    case '+':
      return number(a + b, isFloat);
    case '-':
      return number(a - b, isFloat);
    case '*':
      return number(a * b, isFloat);
    case '/':
      return b === 0 ? mayFail(machine, 'ZeroDivisionError', 'division by zero') : number(a / b, true);
    case '//':
      return b === 0 ? mayFail(machine, 'ZeroDivisionError', 'division by zero') : number(Math.floor(a / b), isFloat);
    case '%':
      return b === 0 ? mayFail(machine, 'ZeroDivisionError', 'modulo by zero') : number(modulo(a, b), isFloat);
    case '**':
      return number(a ** b, isFloat || b < 0);
    default:
      return bitwise(operator, left, right);
  }
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function bitwise(operator: string, left: Numeric, right: Numeric): Value {
  const a = Number(left.value);
  const b = Number(right.value);
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return unknown(`result of ${operator}`);
  const result = bitwiseResult(operator, BigInt(a), BigInt(b));
  if (result === null) return unknown(`result of ${operator}`);
  return left.type === 'boolean' && right.type === 'boolean' && !operator.includes('<') && !operator.includes('>')
    ? boolean(result !== 0n)
    : number(Number(result), false);
}

function bitwiseResult(operator: string, a: bigint, b: bigint): bigint | null {
  switch (operator) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return b < 0n || b > 64n ? null : a << b;
    case '>>':
      return b < 0n || b > 64n ? null : a >> b;
    default:
      return null;
  }
}

function javascriptResult(operator: string, a: number, b: number): Value {
  switch (operator) {
    case '+':
      return number(a + b);
    case '-':
      return number(a - b);
    case '*':
      return number(a * b);
    case '/':
      return number(a / b);
    case '%':
      return number(a % b);
    case '**':
      return number(a ** b);
    case '&':
      return number(a & b);
    case '|':
      return number(a | b);
    case '^':
      return number(a ^ b);
    case '<<':
      return number(a << b);
    case '>>':
      return number(a >> b);
    default:
      return unknown(`result of ${operator}`);
  }
}
