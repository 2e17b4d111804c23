import type { Expression } from './ast.ts';
import type { ConcreteNode } from './concrete.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/** The value that an assignment stores: of `a += b` it is `a + b`. */
export function assignedValue(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const [target, operator, right] = node.children;
  const value = js.expression(right, node.end);
  if (target === undefined || operator?.name !== 'UpdateOp') return value;
  const range = { start: node.start, end: node.end };
  const left = js.expression(target);
  const written = js.text.slice(operator.start, operator.end - 1);
  const logical = logicalOperators[written];
  if (logical !== undefined) return { ...range, type: 'Logical', operator: logical, left, right: value };
  return { ...range, type: 'Binary', operator: written === '>>>' ? '>>' : written, left, right: value };
}

/** `x!` is `x`; `i++` has the value from before. */
export function lowerPostfix(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const [operand, operator] = node.children;
  const value = js.expression(operand, node.end);
  const written = operator === undefined ? '' : wordIn(js.text, operator.start, operator.end);
  if (written !== '++' && written !== '--') return value;
  const back = written === '++' ? '-' : '+';
  return {
    type: 'Binary',
    operator: back,
    left: step(value, written),
    right: one(node),
    start: node.start,
    end: node.end,
  };
}

export function lowerUnary(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [operator, operandNode] = node.children;
  const operand = js.expression(operandNode, node.end);
  const written = operator === undefined ? '' : wordIn(js.text, operator.start, operator.end);
  switch (written) {
    case '!':
      return { ...range, type: 'Unary', operator: 'not', operand };
    case '-':
    case '+':
    case '~':
      return { ...range, type: 'Unary', operator: written, operand };
    case '++':
    case '--':
      return step(operand, written);
    case 'await':
      return { ...range, type: 'Await', value: operand };
    case 'void':
      return { ...range, type: 'None' };
    case 'typeof':
      return {
        ...range,
        type: 'Call',
        callee: { type: 'Name', name: 'typeof', start: node.start, end: node.start + 'typeof'.length },
        arguments: [{ start: operand.start, end: operand.end, name: null, value: operand, spread: null }],
        isNew: false,
      };
    default:
      return { ...range, type: 'Unknown' };
  }
}

/** `++i` as an expression: `i := i + 1`. */
function step(target: Expression, operator: '++' | '--'): Expression {
  const range = { start: target.start, end: target.end };
  const value: Expression = {
    ...range,
    type: 'Binary',
    operator: operator === '++' ? '+' : '-',
    left: target,
    right: one(range),
  };
  return { ...range, type: 'Walrus', target, value };
}

function one(at: { readonly end: number }): Expression {
  return { type: 'Number', value: 1, isFloat: false, start: at.end, end: at.end };
}

export function lowerBinary(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const [left, operator, right] = node.children;
  const range = { start: node.start, end: node.end };
  if (left === undefined || operator === undefined) return { ...range, type: 'Unknown' };
  const written = wordIn(js.text, operator.start, operator.end);
  if (written === 'as' || written === 'satisfies') return js.expression(left);
  if (written === '**') return power(node, js);
  const first = js.expression(left);
  const second = js.expression(right, node.end);
  const logical = logicalOperators[written];
  if (logical !== undefined) return { ...range, type: 'Logical', operator: logical, left: first, right: second };
  const comparison = comparisons[written];
  if (comparison !== undefined)
    return { ...range, type: 'Compare', first, rest: [{ operator: comparison, operand: second }] };
  return { ...range, type: 'Binary', operator: written === '>>>' ? '>>' : written, left: first, right: second };
}

/** Lezer takes `a ** b ** c` from the left, the language from the right. */
function power(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const operands: Expression[] = [];
  let rest: ConcreteNode | undefined = node;
  while (rest?.name === 'BinaryExpression' && isPower(rest, js)) {
    operands.push(js.expression(rest.children[2], rest.end));
    rest = rest.children[0];
  }
  operands.push(js.expression(rest, node.start));
  return operands.reduce((right, left) => ({
    type: 'Binary',
    operator: '**',
    left,
    right,
    start: left.start,
    end: right.end,
  }));
}

function isPower(node: ConcreteNode, js: JavaScriptLowering): boolean {
  const operator = node.children[1];
  return operator !== undefined && wordIn(js.text, operator.start, operator.end) === '**';
}

const logicalOperators: Readonly<Record<string, 'and' | 'or' | '??'>> = { '&&': 'and', '||': 'or', '??': '??' };
const comparisons: Readonly<Record<string, string>> = {
  '==': '==',
  '===': '==',
  '!=': '!=',
  '!==': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  in: 'in',
  instanceof: 'instanceof',
};
