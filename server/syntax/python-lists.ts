import type { ComprehensionClause, Expression } from './ast.ts';
import { type ConcreteNode, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';

/** What stands between commas: one expression as it is, several (or one with a trailing comma) as a tuple; `null` for none. */
export function lowerList(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const items = lowerItems(nodes, py);
  const first = items[0];
  const last = nodes[nodes.length - 1];
  if (first === undefined || last === undefined) return null;
  if (items.length === 1 && !nodes.some((node) => node.name === ',')) return first;
  return { type: 'Tuple', items, start: first.start, end: last.end };
}

export function lowerItems(nodes: readonly ConcreteNode[], py: PythonLowering): Expression[] {
  return splitAtCommas(nodes).flatMap((item) => lowerItem(item, py) ?? []);
}

/** `x`, `*x`; `null` for nothing. */
export function lowerItem(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const [first, second] = nodes;
  if (first === undefined) return null;
  if (first.name === '*' || first.name === '**') {
    if (second === undefined) return null;
    return { type: 'Star', value: py.expression(second), start: first.start, end: second.end };
  }
  return py.expression(first);
}

/** `x for y in z if w` of any kind of brackets; `nodes` are what stands in them. */
export function lowerComprehension(
  at: { readonly start: number; readonly end: number },
  nodes: readonly ConcreteNode[],
  result: 'list' | 'set' | 'generator' | 'dict',
  py: PythonLowering,
): Expression {
  const firstClause = nodes.findIndex((node) => node.name === 'for' || node.name === 'async');
  const head = nodes.slice(0, firstClause);
  const isPair = result === 'dict' && head.some((node) => node.name === ':');
  const element = isPair ? head[0] && py.expression(head[0]) : lowerItem(head, py);
  const value = isPair && head[2] !== undefined ? py.expression(head[2]) : null;
  const range = { start: at.start, end: at.end };
  if (firstClause < 0 || !element) return { ...range, type: 'Unknown' };
  return { ...range, type: 'Comprehension', result, element, value, clauses: clauses(nodes.slice(firstClause), py) };
}

/** `for a, b in c if d if e for f in g`. */
function clauses(nodes: readonly ConcreteNode[], py: PythonLowering): ComprehensionClause[] {
  const result: ComprehensionClause[] = [];
  const starts = nodes.flatMap((node, index) => (node.name === 'for' ? [index] : []));
  starts.forEach((start, index) => {
    const part = nodes.slice(start + 1, starts[index + 1]).filter((node) => node.name !== 'async');
    const inAt = part.findIndex((node) => node.name === 'in');
    const ifAt = part.findIndex((node) => node.name === 'if');
    const conditionsAt = ifAt < 0 ? part.length : ifAt;
    const target = lowerList(part.slice(0, Math.max(inAt, 0)), py);
    const iterable = lowerList(part.slice(inAt + 1, conditionsAt), py);
    if (target === null || iterable === null) return;
    const conditions = part.slice(conditionsAt).filter((node) => node.name !== 'if');
    result.push({ target, iterable, conditions: conditions.map((node) => py.expression(node)) });
  });
  return result;
}
