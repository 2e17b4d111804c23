import type { Argument, Expression, FunctionParameter } from './ast.ts';
import { type ConcreteNode, inside, rangeOf, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { lowerComprehension } from './python-lists.ts';
import { wordIn } from './words.ts';

/** `f(a, *b, c=1, **d)`, `f(x for x in y)`. */
export function lowerArguments(list: ConcreteNode, py: PythonLowering): Argument[] {
  const nodes = inside(list);
  const firstFor = nodes.findIndex((node) => node.name === 'for');
  if (firstFor >= 0) {
    // A generator without parentheses is the last argument; its clauses may hold commas of their own.
    const lastComma = nodes.slice(0, firstFor).findLastIndex((node) => node.name === ',');
    const parts = nodes.slice(lastComma + 1);
    const generator = lowerComprehension(rangeOf(parts) ?? list, parts, 'generator', py);
    return [
      ...splitAtCommas(nodes.slice(0, lastComma + 1)).flatMap((item) => argument(item, py)),
      { name: null, value: generator, spread: null, start: generator.start, end: generator.end },
    ];
  }
  return splitAtCommas(nodes).flatMap((item) => argument(item, py));
}

function argument(nodes: readonly ConcreteNode[], py: PythonLowering): Argument[] {
  const [first, second, third] = nodes;
  const range = rangeOf(nodes);
  if (first === undefined || range === null) return [];
  if (first.name === '*' || first.name === '**') {
    if (second === undefined) return [];
    const spread = first.name === '*' ? 'positional' : 'keyword';
    return [{ ...range, name: null, value: py.expression(second), spread }];
  }
  if (second?.name === 'AssignOp') {
    const value: Expression =
      third === undefined ? { type: 'Unknown', start: second.end, end: second.end } : py.expression(third);
    if (wordIn(py.text, second.start, second.end) === ':=') {
      const target = py.expression(first);
      return [{ ...range, name: null, value: { ...range, type: 'Walrus', target, value }, spread: null }];
    }
    return [{ ...range, name: wordIn(py.text, first.start, first.end), value, spread: null }];
  }
  return [{ ...range, name: null, value: py.expression(first), spread: null }];
}

export function lowerParameters(list: ConcreteNode, py: PythonLowering): FunctionParameter[] {
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
      if (py.text.slice(previousEnd, groupEnd).includes('/'))
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
          target: { type: 'Name', name: wordIn(py.text, name.start, name.end), start: name.start, end: name.end },
          annotation: lowerAnnotation(nodes, py),
          default: defaultOf(nodes, py),
          kind: isRest ? 'rest' : isKeywordRest ? 'keywordRest' : kind,
        });
      if (isRest) kind = 'keywordOnly';
    }
    previousEnd = groupEnd;
  });
  return parameters;
}

function defaultOf(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const assign = nodes.findIndex((node) => node.name === 'AssignOp');
  const value = nodes[assign + 1];
  return assign < 0 || value === undefined ? null : py.expression(value);
}

export function lowerAnnotation(nodes: readonly ConcreteNode[], py: PythonLowering): Expression | null {
  const annotation = nodes.find((node) => node.name === 'TypeDef')?.children.find((child) => child.name !== ':');
  return annotation === undefined ? null : py.expression(annotation);
}
