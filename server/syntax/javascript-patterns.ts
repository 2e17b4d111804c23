import type { Expression } from './ast.ts';
import { type ConcreteNode, inside, rangeOf } from './concrete.ts';
import { propertyName } from './javascript-literals.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/** What is assigned to: a name, a member, or a pattern as `ast.ts` describes it. */
export function lowerTarget(node: ConcreteNode, js: JavaScriptLowering): Expression {
  const range = { start: node.start, end: node.end };
  switch (node.name) {
    case 'VariableDefinition':
      return { ...range, type: 'Name', name: wordIn(js.text, node.start, node.end) };
    case 'ArrayPattern':
      return { ...range, type: 'List', items: arrayPattern(node, js) };
    case 'ObjectPattern':
      return { ...range, type: 'Dict', entries: inside(node).flatMap((child) => patternProperty(child, js)) };
    default:
      return js.expression(node);
  }
}

/** `a`, `a = 1`, `...a` of a pattern or parameter list; types between are skipped. */
function lowerTargetWithDefault(nodes: readonly ConcreteNode[], js: JavaScriptLowering): Expression | null {
  const range = rangeOf(nodes);
  const target = nodes.find((node) => /^(?:VariableDefinition|ArrayPattern|ObjectPattern)$/.test(node.name));
  if (range === null || target === undefined) return null;
  const lowered = lowerTarget(target, js);
  if (nodes[0]?.name === 'Spread') return { ...range, type: 'Star', value: lowered };
  const value = defaultOf(nodes, js);
  return value === null ? lowered : { ...range, type: 'Walrus', target: lowered, value };
}

export function defaultOf(nodes: readonly ConcreteNode[], js: JavaScriptLowering): Expression | null {
  const equals = nodes.findIndex((node) => node.name === 'Equals');
  return equals < 0 ? null : js.expression(nodes[equals + 1], nodes[equals]?.end);
}

function arrayPattern(node: ConcreteNode, js: JavaScriptLowering): Expression[] {
  const groups: ConcreteNode[][] = [[]];
  for (const child of inside(node)) {
    if (child.name === ',') groups.push([]);
    else groups[groups.length - 1]?.push(child);
  }
  if (groups[groups.length - 1]?.length === 0) groups.pop();
  return groups.map(
    (nodes) => lowerTargetWithDefault(nodes, js) ?? { type: 'Unknown', start: node.start, end: node.start },
  );
}

function patternProperty(
  node: ConcreteNode,
  js: JavaScriptLowering,
): { readonly key: Expression | null; readonly value: Expression }[] {
  if (node.name !== 'PatternProperty') return [];
  const { children } = node;
  const first = children[0];
  if (first?.name === 'Spread') {
    const rest = lowerTargetWithDefault(children.slice(1), js);
    return rest === null ? [] : [{ key: null, value: rest }];
  }
  const name = propertyName(first, js.text);
  if (first === undefined || name === null) return [];
  const key: Expression = { type: 'String', value: name, start: first.start, end: first.end };
  const colon = children.findIndex((child) => child.name === ':');
  const value = lowerTargetWithDefault(colon < 0 ? children : children.slice(colon + 1), js);
  return value === null ? [] : [{ key, value }];
}
