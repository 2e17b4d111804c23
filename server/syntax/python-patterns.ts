import type { Argument, Expression } from './ast.ts';
import { type ConcreteNode, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/**
 * A pattern of `match` as an expression: captures are names (`_` too), classes are calls, `a | b` is the binary operator,
 * `p as n` a walrus. `null` for none.
 */
export function lowerPattern(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const first = nodes[0];
  const last = nodes[nodes.length - 1];
  if (first === undefined || last === undefined) return null;
  if (nodes.length === 1) return pattern(first, py);
  return { type: 'Tuple', items: patterns(nodes, py), start: first.start, end: last.end };
}

function patterns(nodes: readonly ConcreteNode[], py: PythonLowering): Expression[] {
  return splitAtCommas(nodes.filter((node) => !/^[()[\]{}]$/.test(node.name))).flatMap(([node]) =>
    node === undefined || isNothing(node) ? [] : [pattern(node, py)],
  );
}

/** The error of no length that the grammar puts between the brackets of `[]` and `Point()`. */
function isNothing(node: ConcreteNode): boolean {
  return node.start === node.end;
}

function pattern(node: ConcreteNode, py: PythonLowering): Expression {
  const range = { start: node.start, end: node.end };
  const children = node.children;
  const first = children[0];
  switch (node.name) {
    case 'CapturePattern':
      return { ...range, type: 'Name', name: wordIn(py.text, node.start, node.end) };
    case 'LiteralPattern':
      return literal(node, py);
    case 'AsPattern': {
      const name = children[children.length - 1];
      if (first === undefined || name === undefined) return { ...range, type: 'Unknown' };
      return { ...range, type: 'Walrus', target: py.expression(name), value: pattern(first, py) };
    }
    case 'OrPattern':
      return children
        .filter((child) => child.name !== 'LogicOp')
        .map((child) => pattern(child, py))
        .reduce((left, right) => ({
          type: 'Binary',
          operator: '|',
          left,
          right,
          start: left.start,
          end: right.end,
        }));
    case 'AttributePattern':
      return dotted(children, py) ?? { ...range, type: 'Unknown' };
    case 'SequencePattern': {
      const items = patterns(children, py);
      const isGroup = first?.name === '(' && !children.some((child) => child.name === ',');
      return (isGroup ? items[0] : undefined) ?? { ...range, type: 'List', items };
    }
    case 'StarPattern': {
      const inner = children[children.length - 1];
      return {
        ...range,
        type: 'Star',
        value: inner === undefined ? { ...range, type: 'Unknown' } : pattern(inner, py),
      };
    }
    case 'MappingPattern':
      return { ...range, type: 'Dict', entries: mapping(children, py) };
    case 'ClassPattern': {
      const list = children.find((child) => child.name === 'PatternArgList');
      if (first === undefined) return { ...range, type: 'Unknown' };
      const callee = first.name === 'AttributePattern' ? pattern(first, py) : py.expression(first);
      return { ...range, type: 'Call', callee, arguments: classArguments(list, py), isNew: false };
    }
    default:
      return { ...range, type: 'Unknown' };
  }
}

/** `-1`, `'a'`, `None`, `True`. */
function literal(node: ConcreteNode, py: PythonLowering): Expression {
  const range = { start: node.start, end: node.end };
  const [first, second] = node.children;
  if (first?.name === 'ArithOp' && second !== undefined)
    return { ...range, type: 'Unary', operator: '-', operand: py.expression(second) };
  if (first === undefined || second !== undefined) return { ...range, type: 'Unknown' };
  return py.expression(first);
}

function classArguments(list: ConcreteNode | undefined, py: PythonLowering): Argument[] {
  return splitAtCommas((list?.children ?? []).filter((child) => child.name !== '(' && child.name !== ')')).flatMap(
    ([node]): Argument[] => {
      if (node === undefined || isNothing(node)) return [];
      const range = { start: node.start, end: node.end };
      if (node.name !== 'KeywordPattern') return [{ ...range, name: null, value: pattern(node, py), spread: null }];
      const name = node.children[0];
      const value = node.children[node.children.length - 1];
      if (name === undefined || value === undefined) return [];
      return [{ ...range, name: wordIn(py.text, name.start, name.end), value: pattern(value, py), spread: null }];
    },
  );
}

function mapping(
  children: readonly ConcreteNode[],
  py: PythonLowering,
): { readonly key: Expression | null; readonly value: Expression }[] {
  const entries = splitAtCommas(children.filter((child) => child.name !== '{' && child.name !== '}'));
  return entries.flatMap((nodes): { key: Expression | null; value: Expression }[] => {
    const [first, second, third] = nodes;
    if (first?.name === '**' && second !== undefined) return [{ key: null, value: pattern(second, py) }];
    if (first === undefined || third === undefined) return [];
    const key = first.name === 'LiteralPattern' ? literal(first, py) : py.expression(first);
    return [{ key, value: pattern(third, py) }];
  });
}

function dotted(children: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  let result: Expression | null = null;
  for (const child of children) {
    if (child.name !== 'VariableName' && child.name !== 'PropertyName') continue;
    const name = wordIn(py.text, child.start, child.end);
    const nameAt = { start: child.start, end: child.end };
    result =
      result === null
        ? { type: 'Name', name, ...nameAt }
        : { type: 'Attribute', object: result, name, nameAt, optional: false, start: result.start, end: child.end };
  }
  return result;
}
