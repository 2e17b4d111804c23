import { arithmetic, isNumeric } from './arithmetic.ts';
import { compareOrder, contains, isSame } from './comparison.ts';
import { equalValues } from './equality.ts';
import { keyOf } from './keys.ts';
import { isInstance } from './library/python/instance-of.ts';
import type { Machine, Site } from './machine.ts';
import { findMember } from './members.ts';
import { isPlain, noteEffect, noteEntry } from './read-log.ts';
import { sequenceOperator } from './sequences.ts';
import { positional } from './signature.ts';
import { symbolic } from './symbols.ts';
import { boolean, type InstanceValue, number, unknown, type Value } from './values.ts';

/** `left operator right`. */
export function binary(machine: Machine, operator: string, left: Value, right: Value, site: Site): Value {
  if (left.type === 'tensor' || right.type === 'tensor') return tensorOperator(machine, operator, [left, right], site);
  if (isNumeric(left) && isNumeric(right)) return arithmetic(machine, operator, left, right, site);
  if (left.type === 'dimension' || right.type === 'dimension') return symbolic(operator, left, right);
  const own = ownOperator(machine, operator, left, right, site);
  if (own !== null) return own;
  if (left.type === 'unknown' || right.type === 'unknown') return unknown(`result of ${operator}`);
  return sequenceOperator(operator, left, right, site.module.language) ?? unknown(`result of ${operator}`);
}

export function unary(machine: Machine, operator: '-' | '+' | '~', operand: Value, site: Site): Value {
  if (operand.type === 'tensor') return tensorOperator(machine, operator, [operand], site);
  if (isNumeric(operand)) {
    const value = Number(operand.value);
    const isFloat = operand.type === 'number' && operand.isFloat;
    return number(operator === '-' ? -value : operator === '+' ? value : ~value, isFloat);
  }
  if (operand.type === 'dimension' && operator === '-') return symbolic('*', operand, number(-1));
  return unknown(`result of ${operator}`);
}

export function compare(machine: Machine, operator: string, left: Value, right: Value, site: Site): Value {
  switch (operator) {
    case 'is':
      return truthValue(isSame(left, right, site.module.language));
    case 'isNot':
      return truthValue(negate(isSame(left, right, site.module.language)));
    case 'instanceof':
      return truthValue(isInstance(left, right));
    case 'in':
    case 'notIn': {
      const found = containsValue(machine, right, left, site);
      return truthValue(operator === 'in' ? found : negate(found));
    }
  }
  if (!isPlain(left) || !isPlain(right)) noteEffect();
  if (left.type === 'tensor' || right.type === 'tensor') return tensorOperator(machine, operator, [left, right], site);
  if (operator === '==' || operator === '!=') {
    const own = ownOperator(machine, operator, left, right, site);
    if (own !== null) return own;
    const equal = equalValues(left, right);
    return truthValue(operator === '==' ? equal : negate(equal));
  }
  return ownOperator(machine, operator, left, right, site) ?? truthValue(compareOrder(operator, left, right));
}

function containsValue(machine: Machine, container: Value, item: Value, site: Site): boolean | null {
  if (container.type === 'dict') noteEntry(container, keyOf(item));
  else if (container.type !== 'string') noteEffect();
  if (container.type !== 'instance') {
    const found = contains(container, item);
    const isLate = found === false && container.type === 'dict' && machine.missing(container, item);
    return isLate ? contains(container, item) : found;
  }
  const method = machine.getAttribute(container, '__contains__', site);
  if (method !== null && method.type !== 'unknown') {
    return machine.truth(machine.call(method, positional(item), site), site);
  }
  const items = machine.iterate(container, site);
  return items === null ? null : contains({ type: 'tuple', items }, item);
}

function truthValue(answer: boolean | null): Value {
  return answer === null ? unknown('condition') : boolean(answer);
}

function negate(answer: boolean | null): boolean | null {
  return answer === null ? null : !answer;
}

function tensorOperator(machine: Machine, operator: string, operands: readonly Value[], site: Site): Value {
  const context = machine.context(site);
  for (const framework of machine.frameworks) {
    const value = framework.tensorOperator(operator, operands, context);
    if (value !== null) return value;
  }
  return unknown(`result of ${operator}`);
}

/** Operators that a user's class defines. */
function ownOperator(machine: Machine, operator: string, left: Value, right: Value, site: Site): Value | null {
  const names = methodNames[operator];
  if (names === undefined) return null;
  const [name, reflected] = names;
  if (left.type === 'instance') {
    const method = findMember(left.class, name);
    if (method?.type === 'function') return machine.callFunction(method, left, positional(right), site);
    if (hasNative(left, name)) return callMethod(left, name, right);
  }
  if (right.type === 'instance' && reflected !== null) {
    const method = findMember(right.class, reflected);
    if (method?.type === 'function') return machine.callFunction(method, right, positional(left), site);
    if (hasNative(right, reflected)) return callMethod(right, reflected, left);
  }
  return null;

  function callMethod(self: InstanceValue, method: string, other: Value): Value {
    const bound = machine.getAttribute(self, method, site);
    return bound === null ? unknown(`result of ${operator}`) : machine.call(bound, positional(other), site);
  }
}

function hasNative(self: InstanceValue, name: string): boolean {
  return self.class.order.some((class_) => class_.native !== null && Object.hasOwn(class_.native.methods, name));
}

const methodNames: Readonly<Record<string, readonly [string, string | null]>> = {
  '+': ['__add__', '__radd__'],
  '-': ['__sub__', '__rsub__'],
  '*': ['__mul__', '__rmul__'],
  '/': ['__truediv__', '__rtruediv__'],
  '//': ['__floordiv__', '__rfloordiv__'],
  '%': ['__mod__', '__rmod__'],
  '**': ['__pow__', '__rpow__'],
  '@': ['__matmul__', '__rmatmul__'],
  '|': ['__or__', '__ror__'],
  '&': ['__and__', '__rand__'],
  '==': ['__eq__', null],
  '!=': ['__ne__', null],
  '<': ['__lt__', '__gt__'],
  '<=': ['__le__', '__ge__'],
  '>': ['__gt__', '__lt__'],
  '>=': ['__ge__', '__le__'],
};
