import type { Argument, ComprehensionClause, Expression, FunctionNode, FunctionParameter } from './ast.ts';
import type { ConcreteNode } from './concrete.ts';
import { climb, type InfixItem } from './operators.ts';
import { numberValue, readOpening, stringValue, unescapePython } from './python-strings.ts';

/** Lowers one expression node of `@lezer/python`. `text` is the module's original text. Never throws: what is broken is `Unknown`. */
export function lowerExpression(node: ConcreteNode, text: string): Expression {
  const range = { start: node.start, end: node.end };
  const written = () => text.slice(node.start, node.end);
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
      return template(range, formatParts(node, text));
    case 'ContinuedString':
      return template(
        range,
        node.children.flatMap((part) =>
          part.name === 'FormatString' ? formatParts(part, text) : [stringValue(text.slice(part.start, part.end))],
        ),
      );
    case 'Boolean':
      return { ...range, type: 'Boolean', value: written() === 'True' };
    case 'None':
      return { ...range, type: 'None' };
    case 'Ellipsis':
      return { ...range, type: 'Ellipsis' };
    case 'ParenthesizedExpression':
      return lowerItem(inside(node), text) ?? { ...range, type: 'Unknown' };
    case 'TupleExpression':
      return { ...range, type: 'Tuple', items: lowerItems(inside(node), text) };
    case 'ArrayExpression':
      return { ...range, type: 'List', items: lowerItems(inside(node), text) };
    case 'SetExpression':
      return { ...range, type: 'Set', items: lowerItems(inside(node), text) };
    case 'DictionaryExpression':
      return { ...range, type: 'Dict', entries: splitAtCommas(inside(node)).flatMap((item) => dictEntry(item, text)) };
    case 'ComprehensionExpression':
      return comprehension(node, inside(node), 'generator', text);
    case 'ArrayComprehensionExpression':
      return comprehension(node, inside(node), 'list', text);
    case 'SetComprehensionExpression':
      return comprehension(node, inside(node), 'set', text);
    case 'DictionaryComprehensionExpression':
      return comprehension(node, inside(node), 'dict', text);
    case 'CallExpression':
      return call(node, text);
    case 'MemberExpression':
      return member(node, text);
    case 'BinaryExpression':
    case 'UnaryExpression':
    case 'AwaitExpression':
      return climb(flatten(node, text));
    case 'ConditionalExpression':
      return conditional(node, text);
    case 'LambdaExpression':
      return { ...range, type: 'Lambda', function: lambda(node, text) };
    case 'NamedExpression': {
      const [target, , value] = node.children;
      if (target === undefined || value === undefined) return { ...range, type: 'Unknown' };
      return { ...range, type: 'Walrus', target: lowerExpression(target, text), value: lowerExpression(value, text) };
    }
    case 'YieldExpression':
    case 'YieldStatement': {
      const from = node.children[1]?.name === 'from';
      const value = lowerList(node.children.slice(from ? 2 : 1), text);
      return { ...range, type: 'Yield', value, from };
    }
    default:
      return { ...range, type: 'Unknown' };
  }
}

/** What stands between commas: one expression as it is, several (or one with a trailing comma) as a tuple; `null` for none. */
export function lowerList(nodes: readonly ConcreteNode[], text: string): Expression | null {
  const items = lowerItems(nodes, text);
  const first = items[0];
  const last = nodes[nodes.length - 1];
  if (first === undefined || last === undefined) return null;
  if (items.length === 1 && !nodes.some((node) => node.name === ',')) return first;
  return { type: 'Tuple', items, start: first.start, end: last.end };
}

export function lowerItems(nodes: readonly ConcreteNode[], text: string): Expression[] {
  return splitAtCommas(nodes).flatMap((item) => lowerItem(item, text) ?? []);
}

/** Groups of nodes between commas; an empty group at the end (trailing comma) is dropped. */
export function splitAtCommas(nodes: readonly ConcreteNode[]): ConcreteNode[][] {
  const groups: ConcreteNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') groups.push([]);
    else groups[groups.length - 1]?.push(node);
  }
  if (groups[groups.length - 1]?.length === 0) groups.pop();
  return groups;
}

/** `f(a, *b, c=1, **d)`, `f(x for x in y)`. */
export function lowerArguments(list: ConcreteNode, text: string): Argument[] {
  const nodes = inside(list);
  const firstFor = nodes.findIndex((node) => node.name === 'for');
  if (firstFor >= 0) {
    // A generator without parentheses is the last argument; its clauses may hold commas of their own.
    const lastComma = nodes.slice(0, firstFor).findLastIndex((node) => node.name === ',');
    const parts = nodes.slice(lastComma + 1);
    const generator = comprehension(rangeOf(parts) ?? list, parts, 'generator', text);
    return [
      ...splitAtCommas(nodes.slice(0, lastComma + 1)).flatMap((item) => argument(item, text)),
      { name: null, value: generator, spread: null, start: generator.start, end: generator.end },
    ];
  }
  return splitAtCommas(nodes).flatMap((item) => argument(item, text));
}

function argument(nodes: readonly ConcreteNode[], text: string): Argument[] {
  const [first, second, third] = nodes;
  const range = rangeOf(nodes);
  if (first === undefined || range === null) return [];
  if (first.name === '*' || first.name === '**') {
    if (second === undefined) return [];
    const spread = first.name === '*' ? 'positional' : 'keyword';
    return [{ ...range, name: null, value: lowerExpression(second, text), spread }];
  }
  if (second?.name === 'AssignOp') {
    const value: Expression =
      third === undefined ? { type: 'Unknown', start: second.end, end: second.end } : lowerExpression(third, text);
    if (text.slice(second.start, second.end) === ':=') {
      const target = lowerExpression(first, text);
      return [{ ...range, name: null, value: { ...range, type: 'Walrus', target, value }, spread: null }];
    }
    return [{ ...range, name: text.slice(first.start, first.end), value, spread: null }];
  }
  return [{ ...range, name: null, value: lowerExpression(first, text), spread: null }];
}

export function lowerParameters(list: ConcreteNode, text: string): FunctionParameter[] {
  const parameters: FunctionParameter[] = [];
  let kind: FunctionParameter['kind'] = 'normal';
  let previousEnd = list.start;
  const groups: ConcreteNode[][] = [[]];
  const ends: number[] = [];
  for (const node of list.children) {
    if (node.name === '(' || node.name === ')') continue;
    if (node.name === ',') {
      groups.push([]);
      ends.push(node.start);
    } else groups[groups.length - 1]?.push(node);
  }
  groups.forEach((nodes, index) => {
    const range = rangeOf(nodes);
    const groupEnd = ends[index] ?? list.end;
    const first = nodes[0];
    if (range === null || first === undefined) {
      // The parser hides the `/` that ends the positional-only parameters.
      if (text.slice(previousEnd, groupEnd).includes('/'))
        parameters.forEach((parameter, at) => {
          parameters[at] = { ...parameter, kind: 'positionalOnly' };
        });
    } else {
      const isRest = first.name === '*';
      const isKeywordRest = first.name === '**';
      const name = nodes.find((node) => node.name === 'VariableName' || node.name === 'self');
      if (name !== undefined)
        parameters.push({
          ...range,
          target: { type: 'Name', name: text.slice(name.start, name.end), start: name.start, end: name.end },
          annotation: lowerAnnotation(nodes, text),
          default: defaultOf(nodes, text),
          kind: isRest ? 'rest' : isKeywordRest ? 'keywordRest' : kind,
        });
      if (isRest) kind = 'keywordOnly';
    }
    previousEnd = groupEnd;
  });
  return parameters;
}

function defaultOf(nodes: readonly ConcreteNode[], text: string): Expression | null {
  const assign = nodes.findIndex((node) => node.name === 'AssignOp');
  const value = nodes[assign + 1];
  return assign < 0 || value === undefined ? null : lowerExpression(value, text);
}

export function lowerAnnotation(nodes: readonly ConcreteNode[], text: string): Expression | null {
  const annotation = nodes.find((node) => node.name === 'TypeDef')?.children.find((child) => child.name !== ':');
  return annotation === undefined ? null : lowerExpression(annotation, text);
}

function lambda(node: ConcreteNode, text: string): FunctionNode {
  const list = node.children.find((child) => child.name === 'ParamList');
  const last = node.children[node.children.length - 1];
  const body = last === undefined || last.name === ':' || last === list ? null : lowerExpression(last, text);
  return {
    start: node.start,
    end: node.end,
    name: null,
    nameAt: null,
    parameters: list === undefined ? [] : lowerParameters(list, text),
    body: body === null ? [] : [{ type: 'Return', value: body, start: body.start, end: body.end }],
    decorators: [],
    isAsync: false,
    isArrow: false,
    isStatic: false,
    accessor: null,
  };
}

function call(node: ConcreteNode, text: string): Expression {
  const [callee, list] = node.children;
  if (callee === undefined || list === undefined) return { type: 'Unknown', start: node.start, end: node.end };
  return {
    type: 'Call',
    callee: lowerExpression(callee, text),
    arguments: lowerArguments(list, text),
    isNew: false,
    start: node.start,
    end: node.end,
  };
}

function member(node: ConcreteNode, text: string): Expression {
  const range = { start: node.start, end: node.end };
  const [object, mark, property] = node.children;
  if (object === undefined || property === undefined) {
    // `1.` in an f-string, which the scanner does not look into.
    const number = object?.name === 'Number' ? numberValue(text.slice(object.start, node.end)) : null;
    return number === null ? { ...range, type: 'Unknown' } : { ...range, type: 'Number', ...number, isFloat: true };
  }
  if (mark?.name === '.') {
    const nameAt = { start: property.start, end: property.end };
    const name = text.slice(property.start, property.end);
    return { ...range, type: 'Attribute', object: lowerExpression(object, text), name, nameAt, optional: false };
  }
  const contents = node.children.slice(2).filter((child) => child.name !== ']');
  const items = splitAtCommas(contents).flatMap((item) => subscript(item, text) ?? []);
  const first = items[0];
  const last = contents[contents.length - 1];
  if (first === undefined || last === undefined) return { ...range, type: 'Unknown' };
  const index: Expression =
    items.length === 1 && last.name !== ','
      ? first
      : { type: 'Tuple', items, start: first.start, end: Math.max(last.end, first.end) };
  return { ...range, type: 'Index', object: lowerExpression(object, text), index };
}

function subscript(nodes: readonly ConcreteNode[], text: string): Expression | null {
  const range = rangeOf(nodes);
  if (range === null) return null;
  if (!nodes.some((node) => node.name === ':')) return lowerItem(nodes, text);
  const parts: (Expression | null)[] = [null];
  for (const node of nodes) {
    if (node.name === ':') parts.push(null);
    else parts[parts.length - 1] = lowerExpression(node, text);
  }
  return { ...range, type: 'Slice', lower: parts[0] ?? null, upper: parts[1] ?? null, step: parts[2] ?? null };
}

function conditional(node: ConcreteNode, text: string): Expression {
  const range = { start: node.start, end: node.end };
  const [consequent, test, alternate] = node.children.filter((child) => child.name !== 'if' && child.name !== 'else');
  if (consequent === undefined || test === undefined || alternate === undefined) return { ...range, type: 'Unknown' };
  return {
    ...range,
    type: 'Conditional',
    test: lowerExpression(test, text),
    consequent: lowerExpression(consequent, text),
    alternate: lowerExpression(alternate, text),
  };
}

/** Operands and operators of nested binary, unary and `await` expressions, left to right. */
function flatten(node: ConcreteNode, text: string): InfixItem[] {
  const items: InfixItem[] = [];
  const pending: ConcreteNode[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (/^(?:Binary|Unary|Await)Expression$/.test(next.name)) {
      for (const child of [...next.children].reverse()) pending.push(child);
    } else if (operatorNodes.has(next.name)) {
      const written = text.slice(next.start, next.end);
      const previous = items[items.length - 1];
      if (previous?.kind === 'operator' && previous.operator === 'is' && written === 'not')
        items[items.length - 1] = { ...previous, operator: 'isNot' };
      else if (previous?.kind === 'operator' && previous.operator === 'not' && written === 'in')
        items[items.length - 1] = { ...previous, operator: 'notIn' };
      else items.push({ kind: 'operator', operator: written === '<>' ? '!=' : written, start: next.start });
    } else items.push({ kind: 'operand', value: lowerExpression(next, text) });
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

function comprehension(
  at: { readonly start: number; readonly end: number },
  nodes: readonly ConcreteNode[],
  result: 'list' | 'set' | 'generator' | 'dict',
  text: string,
): Expression {
  const firstClause = nodes.findIndex((node) => node.name === 'for' || node.name === 'async');
  const head = nodes.slice(0, firstClause);
  const isPair = result === 'dict' && head.some((node) => node.name === ':');
  const element = isPair ? head[0] && lowerExpression(head[0], text) : lowerItem(head, text);
  const value = isPair && head[2] !== undefined ? lowerExpression(head[2], text) : null;
  const range = { start: at.start, end: at.end };
  if (firstClause < 0 || !element) return { ...range, type: 'Unknown' };
  return { ...range, type: 'Comprehension', result, element, value, clauses: clauses(nodes.slice(firstClause), text) };
}

/** `for a, b in c if d if e for f in g`. */
function clauses(nodes: readonly ConcreteNode[], text: string): ComprehensionClause[] {
  const result: ComprehensionClause[] = [];
  const starts = nodes.flatMap((node, index) => (node.name === 'for' ? [index] : []));
  starts.forEach((start, index) => {
    const part = nodes.slice(start + 1, starts[index + 1]).filter((node) => node.name !== 'async');
    const inAt = part.findIndex((node) => node.name === 'in');
    const ifAt = part.findIndex((node) => node.name === 'if');
    const conditionsAt = ifAt < 0 ? part.length : ifAt;
    const target = lowerList(part.slice(0, Math.max(inAt, 0)), text);
    const iterable = lowerList(part.slice(inAt + 1, conditionsAt), text);
    if (target === null || iterable === null) return;
    const conditions = part.slice(conditionsAt).filter((node) => node.name !== 'if');
    result.push({ target, iterable, conditions: conditions.map((node) => lowerExpression(node, text)) });
  });
  return result;
}

function dictEntry(
  nodes: readonly ConcreteNode[],
  text: string,
): { readonly key: Expression | null; readonly value: Expression }[] {
  const [first, second, third] = nodes;
  if (first?.name === '**' && second !== undefined) return [{ key: null, value: lowerExpression(second, text) }];
  if (first === undefined || third === undefined) return [];
  return [{ key: lowerExpression(first, text), value: lowerExpression(third, text) }];
}

/** `x`, `*x`; `null` for nothing. */
function lowerItem(nodes: readonly ConcreteNode[], text: string): Expression | null {
  const [first, second] = nodes;
  if (first === undefined) return null;
  if (first.name === '*' || first.name === '**') {
    if (second === undefined) return null;
    return { type: 'Star', value: lowerExpression(second, text), start: first.start, end: second.end };
  }
  return lowerExpression(first, text);
}

function template(range: { start: number; end: number }, parts: readonly (string | Expression)[]): Expression {
  if (parts.every((part) => typeof part === 'string')) return { ...range, type: 'String', value: parts.join('') };
  return { ...range, type: 'Template', parts };
}

function formatParts(node: ConcreteNode, text: string): (string | Expression)[] {
  const literal = text.slice(node.start, node.end);
  const { isRaw, contentStart, quotes } = readOpening(literal);
  const parts: (string | Expression)[] = [];
  let at = node.start + contentStart;
  const addLiteral = (end: number) => {
    if (end <= at) return;
    const written = text.slice(at, end).replaceAll('{{', '{').replaceAll('}}', '}');
    parts.push(isRaw ? written : unescapePython(written));
  };
  for (const child of node.children) {
    if (child.name !== 'FormatReplacement') continue;
    addLiteral(child.start);
    parts.push(...replacement(child, text));
    at = child.end;
  }
  addLiteral(literal.endsWith(quotes) ? node.end - quotes.length : node.end);
  return parts;
}

/** `{x}`, `{x!r:>8}` as `format(x, '>8')`, `{x=}` with its text before. */
function replacement(node: ConcreteNode, text: string): (string | Expression)[] {
  const value = lowerList(
    inside(node).filter((child) => !child.name.startsWith('Format') || child.name === 'FormatString'),
    text,
  );
  if (value === null) return [{ type: 'Unknown', start: node.start, end: node.end }];
  const selfDocument = node.children.find((child) => child.name === 'FormatSelfDoc');
  const label = selfDocument === undefined ? [] : [text.slice(node.start + 1, selfDocument.end)];
  const spec = node.children.find((child) => child.name === 'FormatSpec');
  if (spec === undefined) return [...label, value];
  const range = { start: spec.start, end: spec.end };
  const specValue: Expression =
    spec.children.length > 1
      ? { ...range, type: 'Unknown' }
      : { ...range, type: 'String', value: text.slice(spec.start + 1, spec.end) };
  return [
    ...label,
    {
      type: 'Call',
      callee: { type: 'Name', name: 'format', start: value.start, end: value.start },
      arguments: [
        { start: value.start, end: value.end, name: null, value, spread: null },
        { ...range, name: null, value: specValue, spread: null },
      ],
      isNew: false,
      start: node.start,
      end: node.end,
    },
  ];
}

/** Children without the brackets around them. */
function inside(node: ConcreteNode): ConcreteNode[] {
  return node.children.filter((child) => !/^[()[\]{}]$/.test(child.name));
}

function rangeOf(nodes: readonly ConcreteNode[]): { readonly start: number; readonly end: number } | null {
  const first = nodes[0];
  const last = nodes[nodes.length - 1];
  return first === undefined || last === undefined ? null : { start: first.start, end: last.end };
}
