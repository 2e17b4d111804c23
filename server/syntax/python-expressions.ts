import type { Expression, FunctionNode } from './ast.ts';
import { type ConcreteNode, inside, rangeOf, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { climb, type InfixItem } from './operators.ts';
import { lowerArguments, lowerParameters } from './python-functions.ts';
import { lowerComprehension, lowerItem, lowerItems, lowerList } from './python-lists.ts';
import { formatParts, lowerTemplate, numberValue, stringValue } from './python-strings.ts';
import { wordIn } from './words.ts';

/** Lowers one expression node of `@lezer/python`. Never throws: what is broken is `Unknown`. */
export function lowerExpression(node: ConcreteNode, py: PythonLowering): Expression {
  const range = { start: node.start, end: node.end };
  const written = () => wordIn(py.text, node.start, node.end);
  switch (node.name) {
    case 'VariableName':
    case 'self':
      if (written() === 'yield') return { ...range, type: 'Yield', value: null, from: false };
      return { ...range, type: 'Name', name: written() };
    case 'Number': {
      const number = numberValue(written());
      return number === null ? { ...range, type: 'Unknown' } : { ...range, type: 'Number', ...number };
    }
    case 'String':
      return { ...range, type: 'String', value: stringValue(written()) };
    case 'FormatString':
      return lowerTemplate(range, formatParts(node, py));
    case 'ContinuedString':
      return lowerTemplate(
        range,
        node.children.flatMap((part) =>
          part.name === 'FormatString' ? formatParts(part, py) : [stringValue(wordIn(py.text, part.start, part.end))],
        ),
      );
    case 'Boolean':
      return { ...range, type: 'Boolean', value: written() === 'True' };
    case 'None':
      return { ...range, type: 'None' };
    case 'Ellipsis':
      return { ...range, type: 'Ellipsis' };
    case 'ParenthesizedExpression':
      return lowerItem(inside(node), py) ?? { ...range, type: 'Unknown' };
    case 'TupleExpression':
      return { ...range, type: 'Tuple', items: lowerItems(inside(node), py) };
    case 'ArrayExpression':
      return { ...range, type: 'List', items: lowerItems(inside(node), py) };
    case 'SetExpression':
      return { ...range, type: 'Set', items: lowerItems(inside(node), py) };
    case 'DictionaryExpression':
      return { ...range, type: 'Dict', entries: splitAtCommas(inside(node)).flatMap((item) => dictEntry(item, py)) };
    case 'ComprehensionExpression':
      return lowerComprehension(node, inside(node), 'generator', py);
    case 'ArrayComprehensionExpression':
      return lowerComprehension(node, inside(node), 'list', py);
    case 'SetComprehensionExpression':
      return lowerComprehension(node, inside(node), 'set', py);
    case 'DictionaryComprehensionExpression':
      return lowerComprehension(node, inside(node), 'dict', py);
    case 'CallExpression':
      return call(node, py);
    case 'MemberExpression':
      return member(node, py);
    case 'BinaryExpression':
    case 'UnaryExpression':
    case 'AwaitExpression':
      return climb(flatten(node, py));
    case 'ConditionalExpression':
      return conditional(node, py);
    case 'LambdaExpression':
      return { ...range, type: 'Lambda', function: lambda(node, py) };
    case 'NamedExpression': {
      const [target, , value] = node.children;
      if (target === undefined || value === undefined) return { ...range, type: 'Unknown' };
      return { ...range, type: 'Walrus', target: py.expression(target), value: py.expression(value) };
    }
    case 'YieldExpression':
    case 'YieldStatement': {
      const from = node.children[1]?.name === 'from';
      const value = lowerList(node.children.slice(from ? 2 : 1), py);
      return { ...range, type: 'Yield', value, from };
    }
    default:
      return { ...range, type: 'Unknown' };
  }
}

function lambda(node: ConcreteNode, py: PythonLowering): FunctionNode {
  const list = node.children.find((child) => child.name === 'ParamList');
  const last = node.children[node.children.length - 1];
  const body = last === undefined || last.name === ':' || last === list ? null : py.expression(last);
  return {
    start: node.start,
    end: node.end,
    name: null,
    nameAt: null,
    parameters: list === undefined ? [] : lowerParameters(list, py),
    body: body === null ? [] : [{ type: 'Return', value: body, start: body.start, end: body.end }],
    decorators: [],
    isAsync: false,
    isArrow: false,
    isStatic: false,
    accessor: null,
  };
}

function call(node: ConcreteNode, py: PythonLowering): Expression {
  const [callee, list] = node.children;
  if (callee === undefined || list === undefined) return { type: 'Unknown', start: node.start, end: node.end };
  return {
    type: 'Call',
    callee: py.expression(callee),
    arguments: lowerArguments(list, py),
    isNew: false,
    start: node.start,
    end: node.end,
  };
}

function member(node: ConcreteNode, py: PythonLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [object, mark, property] = node.children;
  if (object === undefined || property === undefined) {
    // `1.` in an f-string, which the scanner does not look into.
    const number = object?.name === 'Number' ? numberValue(wordIn(py.text, object.start, node.end)) : null;
    return number === null ? { ...range, type: 'Unknown' } : { ...range, type: 'Number', ...number, isFloat: true };
  }
  if (mark?.name === '.') {
    const nameAt = { start: property.start, end: property.end };
    const name = wordIn(py.text, property.start, property.end);
    return { ...range, type: 'Attribute', object: py.expression(object), name, nameAt, optional: false };
  }
  const contents = node.children.slice(2).filter((child) => child.name !== ']');
  const items = splitAtCommas(contents).flatMap((item) => subscript(item, py) ?? []);
  const first = items[0];
  const last = contents[contents.length - 1];
  if (first === undefined || last === undefined) return { ...range, type: 'Unknown' };
  const index: Expression =
    items.length === 1 && last.name !== ','
      ? first
      : { type: 'Tuple', items, start: first.start, end: Math.max(last.end, first.end) };
  return { ...range, type: 'Index', object: py.expression(object), index };
}

function subscript(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const range = rangeOf(nodes);
  if (range === null) return null;
  if (!nodes.some((node) => node.name === ':')) return lowerItem(nodes, py);
  const parts: (Expression | null)[] = [null];
  for (const node of nodes) {
    if (node.name === ':') parts.push(null);
    else parts[parts.length - 1] = py.expression(node);
  }
  return { ...range, type: 'Slice', lower: parts[0] ?? null, upper: parts[1] ?? null, step: parts[2] ?? null };
}

function conditional(node: ConcreteNode, py: PythonLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [consequent, test, alternate] = node.children.filter((child) => child.name !== 'if' && child.name !== 'else');
  if (consequent === undefined || test === undefined || alternate === undefined) return { ...range, type: 'Unknown' };
  return {
    ...range,
    type: 'Conditional',
    test: py.expression(test),
    consequent: py.expression(consequent),
    alternate: py.expression(alternate),
  };
}

/** Operands and operators of nested binary, unary and `await` expressions, left to right. */
function flatten(node: ConcreteNode, py: PythonLowering): InfixItem[] {
  const items: InfixItem[] = [];
  const pending: ConcreteNode[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (/^(?:Binary|Unary|Await)Expression$/.test(next.name)) {
      for (const child of [...next.children].reverse()) pending.push(child);
    } else if (operatorNodes.has(next.name)) {
      const written = wordIn(py.text, next.start, next.end);
      const previous = items[items.length - 1];
      if (previous?.kind === 'operator' && previous.operator === 'is' && written === 'not')
        items[items.length - 1] = { ...previous, operator: 'isNot' };
      else if (previous?.kind === 'operator' && previous.operator === 'not' && written === 'in')
        items[items.length - 1] = { ...previous, operator: 'notIn' };
      else items.push({ kind: 'operator', operator: written === '<>' ? '!=' : written, start: next.start });
    } else items.push({ kind: 'operand', value: py.expression(next) });
  }
  return items;
}

const operatorNodes = new Set([
  'ArithOp',
  'BitOp',
  'CompareOp',
  'and',
  'or',
  'not',
  'in',
  'is',
  'await',
  '*',
  '**',
  '@',
]);

function dictEntry(
  nodes: readonly ConcreteNode[],
  py: PythonLowering,
): { readonly key: Expression | null; readonly value: Expression }[] {
  const [first, second, third] = nodes;
  if (first?.name === '**' && second !== undefined) return [{ key: null, value: py.expression(second) }];
  if (first === undefined || third === undefined) return [];
  return [{ key: py.expression(first), value: py.expression(third) }];
}
