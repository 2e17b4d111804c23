import type { Argument, Expression, FunctionNode } from './ast.ts';
import { type ConcreteNode, inside, rangeOf, splitAtCommas } from './concrete.ts';
import { javaScriptNumber, propertyName, stringOf, unescapeJavaScript } from './javascript-literals.ts';
import { assignedValue, lowerBinary, lowerPostfix, lowerUnary } from './javascript-operators.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/** Lowers one expression node of `@lezer/javascript`; types are dropped. Never throws: what is broken is `Unknown`. */
export function lowerExpression(node: ConcreteNode | undefined, js: JavaScriptLowering, fallback = 0): Expression {
  if (node === undefined) return { type: 'Unknown', start: fallback, end: fallback };
  const range = { start: node.start, end: node.end };
  const written = () => wordIn(js.text, node.start, node.end);
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
      return lowerPostfix(node, js);
    case 'PrefixCast':
      return js.expression(node.children[node.children.length - 1], node.end);
    case 'BinaryExpression':
      return lowerBinary(node, js);
    case 'UnaryExpression':
      return lowerUnary(node, js);
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

function lowerArguments(list: ConcreteNode, js: JavaScriptLowering): Argument[] {
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
    name: wordIn(js.text, property.start, property.end),
    nameAt,
    optional,
  };
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
