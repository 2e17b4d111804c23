import type { Argument, Expression, FunctionNode } from './ast.ts';
import { type ConcreteNode, inside, rangeOf, splitAtCommas } from './concrete.ts';
import { javaScriptNumber, propertyName, stringOf, unescapeJavaScript } from './javascript-literals.ts';
import type { JavaScriptLowering } from './lowering.ts';

/** Lowers one expression node of `@lezer/javascript`; types are dropped. Never throws: what is broken is `Unknown`. */
export function lowerExpression(node: ConcreteNode | undefined, js: JavaScriptLowering, fallback = 0): Expression {
  if (node === undefined) return { type: 'Unknown', start: fallback, end: fallback };
  const range = { start: node.start, end: node.end };
  const written = () => js.text.slice(node.start, node.end);
  const [first, second, third] = node.children;
  switch (node.name) {
    case 'VariableName':
      return written() === 'undefined' ? { ...range, type: 'None' } : { ...range, type: 'Name', name: written() };
    case 'this':
    case 'super':
      return { ...range, type: 'Name', name: node.name };
    case 'null':
      return { ...range, type: 'None' };
    case 'BooleanLiteral':
      return { ...range, type: 'Boolean', value: written() === 'true' };
    case 'Number':
      return { ...range, type: 'Number', ...javaScriptNumber(written()) };
    case 'String':
      return { ...range, type: 'String', value: stringOf(node, js.text) };
    case 'TemplateString':
      return template(node, js);
    case 'ParenthesizedExpression':
      return js.expression(inside(node)[0], node.end);
    case 'SequenceExpression':
      return sequence(node, js);
    case 'ArrayExpression':
      return { ...range, type: 'List', items: arrayItems(node, js) };
    case 'ObjectExpression':
      return { ...range, type: 'Dict', entries: splitAtCommas(inside(node)).flatMap(([item]) => property(item, js)) };
    case 'CallExpression':
      return call(node, js, false);
    case 'NewExpression':
      return call(node, js, true);
    case 'MemberExpression':
      return member(node, js);
    case 'InstantiationExpression':
      return js.expression(first, node.end);
    case 'PostfixExpression':
      return postfix(node, js);
    case 'PrefixCast':
      return js.expression(node.children[node.children.length - 1], node.end);
    case 'BinaryExpression':
      return binary(node, js);
    case 'UnaryExpression':
      return unary(node, js);
    case 'AwaitExpression':
      return { ...range, type: 'Await', value: js.expression(second, node.end) };
    case 'YieldExpression': {
      const from = second?.name === 'Star';
      const value = from ? third : second;
      return { ...range, type: 'Yield', value: value === undefined ? null : js.expression(value), from };
    }
    case 'ConditionalExpression': {
      const [test, , consequent, , alternate] = node.children;
      return {
        ...range,
        type: 'Conditional',
        test: js.expression(test, node.end),
        consequent: js.expression(consequent, node.end),
        alternate: js.expression(alternate, node.end),
      };
    }
    case 'AssignmentExpression': {
      const value = assignedValue(node, js);
      return first === undefined
        ? { ...range, type: 'Unknown' }
        : { ...range, type: 'Walrus', target: js.target(first), value };
    }
    case 'ArrowFunction':
    case 'FunctionExpression':
      return { ...range, type: 'Lambda', function: js.function(node) };
    case 'ClassExpression':
      return { ...range, type: 'ClassExpression', class: js.class(node) };
    default:
      return { ...range, type: 'Unknown' };
  }
}

/** `(a, b, c)` is the last item of a list of all. */
function sequence(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const items = node.children.filter((child) => child.name !== ',').map((child) => js.expression(child));
  const range = { start: node.start, end: node.end };
  const last: Expression = { type: 'Number', value: items.length - 1, isFloat: false, start: node.end, end: node.end };
  return { ...range, type: 'Index', object: { ...range, type: 'List', items }, index: last };
}

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

export function lowerArguments(list: ConcreteNode, js: JavaScriptLowering): Argument[] {
  return splitAtCommas(inside(list)).flatMap((nodes): Argument[] => {
    const range = rangeOf(nodes);
    if (range === null) return [];
    const isSpread = nodes[0]?.name === 'Spread';
    const value = js.expression(nodes[isSpread ? 1 : 0], range.end);
    return [{ ...range, name: null, value, spread: isSpread ? 'positional' : null }];
  });
}

function arrayItems(node: ConcreteNode, js: JavaScriptLowering): Expression[] {
  return splitAtCommas(inside(node)).flatMap((nodes): Expression[] => {
    const range = rangeOf(nodes);
    if (range === null) return [];
    if (nodes[0]?.name !== 'Spread') return [js.expression(nodes[0])];
    return [{ ...range, type: 'Star', value: js.expression(nodes[1], range.end) }];
  });
}

function property(
  node: ConcreteNode | undefined,
  js: JavaScriptLowering,
): { readonly key: Expression | null; readonly value: Expression }[] {
  if (node === undefined) return [];
  const { children } = node;
  const first = children[0];
  if (first?.name === 'Spread') return [{ key: null, value: js.expression(children[1], node.end) }];
  const nameAt = children.findIndex((child) => /^(?:PropertyDefinition|String|Number|\[)$/.test(child.name));
  const name = children[nameAt];
  if (name === undefined) return [];
  const fixed = propertyName(name, js.text);
  const key: Expression =
    fixed === null
      ? js.expression(children[nameAt + 1], name.end)
      : { type: 'String', value: fixed, start: name.start, end: name.end };
  if (children.some((child) => child.name === 'ParamList')) {
    const method: FunctionNode = js.function(node);
    const range = { start: node.start, end: node.end };
    return [
      {
        key,
        value:
          method.accessor === null ? { ...range, type: 'Lambda', function: method } : { ...range, type: 'Unknown' },
      },
    ];
  }
  const colon = children.findIndex((child) => child.name === ':');
  if (colon >= 0) return [{ key, value: js.expression(children[colon + 1], node.end) }];
  // `{units}` is `{units: units}`.
  return fixed === null ? [] : [{ key, value: { type: 'Name', name: fixed, start: name.start, end: name.end } }];
}

function call(node: ConcreteNode, js: JavaScriptLowering, isNew: boolean): Expression {
  const callee = node.children[isNew ? 1 : 0];
  const list = node.children.find((child) => child.name === 'ArgList');
  return {
    type: 'Call',
    callee: js.expression(callee, node.end),
    arguments: list === undefined ? [] : lowerArguments(list, js),
    isNew,
    start: node.start,
    end: node.end,
  };
}

function member(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [object, ...rest] = node.children;
  const optional = rest[0]?.name === '?.';
  const property = rest.find((child) => child.name === 'PropertyName' || child.name === 'PrivatePropertyName');
  if (object === undefined) return { ...range, type: 'Unknown' };
  const value = js.expression(object);
  const bracket = rest.findIndex((child) => child.name === '[');
  if (bracket >= 0)
    return { ...range, type: 'Index', object: value, index: js.expression(rest[bracket + 1], node.end) };
  if (property === undefined) return { ...range, type: 'Unknown' };
  const nameAt = { start: property.start, end: property.end };
  return {
    ...range,
    type: 'Attribute',
    object: value,
    name: js.text.slice(property.start, property.end),
    nameAt,
    optional,
  };
}

/** `x!` is `x`; `i++` has the value from before. */
function postfix(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const [operand, operator] = node.children;
  const value = js.expression(operand, node.end);
  const written = operator === undefined ? '' : js.text.slice(operator.start, operator.end);
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

function unary(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [operator, operandNode] = node.children;
  const operand = js.expression(operandNode, node.end);
  const written = operator === undefined ? '' : js.text.slice(operator.start, operator.end);
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

function binary(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const [left, operator, right] = node.children;
  const range = { start: node.start, end: node.end };
  if (left === undefined || operator === undefined) return { ...range, type: 'Unknown' };
  const written = js.text.slice(operator.start, operator.end);
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
  return operator !== undefined && js.text.slice(operator.start, operator.end) === '**';
}

function template(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const parts: (string | Expression)[] = [];
  let at = node.start + 1;
  const addText = (end: number) => {
    if (end > at) parts.push(unescapeJavaScript(js.text.slice(at, end)));
  };
  for (const child of node.children) {
    if (child.name !== 'Interpolation') continue;
    addText(child.start);
    const value = child.children.find((part) => !part.name.startsWith('Interpolation'));
    parts.push(js.expression(value, child.end));
    at = child.end;
  }
  addText(js.text[node.end - 1] === '`' ? node.end - 1 : node.end);
  const range = { start: node.start, end: node.end };
  if (parts.every((part) => typeof part === 'string')) return { ...range, type: 'String', value: parts.join('') };
  return { ...range, type: 'Template', parts };
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
