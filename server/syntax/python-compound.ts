import type { Expression, Statement } from './ast.ts';
import { type ConcreteNode, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { lowerList } from './python-lists.ts';
import { lowerPattern } from './python-patterns.ts';
import { wordIn } from './words.ts';

export function lowerWhile(node: ConcreteNode, py: PythonLowering): Statement[] {
  const test = node.children[1];
  if (test === undefined || test.name === 'Body') return [];
  const [body = [], orElse = []] = bodies(node, py);
  const range = { start: node.start, end: node.end };
  return [{ ...range, type: 'While', test: py.expression(test), body, orElse, update: null }];
}

/** `elif` becomes an `If` in `orElse`. */
export function lowerIf(node: ConcreteNode, py: PythonLowering): Statement[] {
  const branches: { at: ConcreteNode; test: ConcreteNode | null; body: readonly Statement[] }[] = [];
  let keyword: ConcreteNode | null = null;
  let test: ConcreteNode | null = null;
  for (const child of node.children) {
    if (child.name === 'if' || child.name === 'elif' || child.name === 'else') {
      keyword = child;
      test = null;
    } else if (child.name === 'Body') {
      if (keyword !== null) branches.push({ at: keyword, test, body: py.body(child) });
    } else test = child;
  }
  let orElse: readonly Statement[] = [];
  for (const branch of branches.reverse()) {
    if (branch.at.name === 'else') {
      orElse = branch.body;
      continue;
    }
    const { start } = branch.at;
    const condition: Expression =
      branch.test === null ? { type: 'Unknown', start, end: start } : py.expression(branch.test);
    orElse = [{ type: 'If', test: condition, body: branch.body, orElse, start, end: node.end }];
  }
  return [...orElse];
}

export function lowerFor(node: ConcreteNode, py: PythonLowering): Statement[] {
  const header = node.children.filter((child) => child.name !== 'Body');
  const forAt = header.findIndex((child) => child.name === 'for');
  const inAt = header.findIndex((child) => child.name === 'in');
  const elseAt = header.findIndex((child) => child.name === 'else');
  const target = lowerList(header.slice(forAt + 1, Math.max(inAt, 0)), py);
  const iterable = inAt < 0 ? null : lowerList(header.slice(inAt + 1, elseAt < 0 ? undefined : elseAt), py);
  const [body, orElse] = bodies(node, py);
  if (target === null) return body ?? [];
  const range = { start: node.start, end: node.end };
  return [
    {
      ...range,
      type: 'For',
      target,
      iterable: iterable ?? { type: 'Unknown', start: target.end, end: target.end },
      body: body ?? [],
      orElse: orElse ?? [],
    },
  ];
}

/** The scanner wrote `or` for `as`, so `a as b` arrives as a binary expression whose operator is written `as`. */
export function lowerWith(node: ConcreteNode, py: PythonLowering): Statement[] {
  const withAt = node.children.findIndex((child) => child.name === 'with');
  let nodes = node.children.slice(withAt + 1).filter((child) => child.name !== 'Body');
  const only = nodes[0];
  const isBracketed = only?.name === 'ParenthesizedExpression' || only?.name === 'TupleExpression';
  if (nodes.length === 1 && isBracketed)
    nodes = only.children.filter((child) => child.name !== '(' && child.name !== ')');
  const items = splitAtCommas(nodes).flatMap(([item]): Extract<Statement, { type: 'With' }>['items'] => {
    if (item === undefined) return [];
    const [context, operator, target] = item.children;
    const isAs = operator?.name === 'or' && wordIn(py.text, operator.start, operator.end) === 'as';
    if (context === undefined || target === undefined || !isAs) return [{ context: py.expression(item), target: null }];
    return [{ context: py.expression(context), target: py.expression(target) }];
  });
  return [{ type: 'With', items, body: bodies(node, py)[0] ?? [], start: node.start, end: node.end }];
}

export function lowerTry(node: ConcreteNode, py: PythonLowering): Statement[] {
  let body: readonly Statement[] = [];
  let orElse: readonly Statement[] = [];
  let final: readonly Statement[] = [];
  const handlers: Extract<Statement, { type: 'Try' }>['handlers'][number][] = [];
  let clause = 'try';
  let header: ConcreteNode[] = [];
  for (const child of node.children) {
    if (/^(?:try|except|else|finally)$/.test(child.name)) {
      clause = child.name;
      header = [];
    } else if (child.name === 'Body') {
      const statements = py.body(child);
      if (clause === 'try') body = statements;
      else if (clause === 'else') orElse = statements;
      else if (clause === 'finally') final = statements;
      else handlers.push({ ...exceptHeader(header, py), body: statements });
    } else header.push(child);
  }
  return [{ type: 'Try', body, handlers, orElse, finally: final, start: node.start, end: node.end }];
}

function exceptHeader(nodes: readonly ConcreteNode[], py: PythonLowering) {
  const [type, mark, name] = nodes.filter((node) => node.name !== '*');
  return {
    type: type === undefined ? null : py.expression(type),
    name: mark === undefined || name === undefined ? null : wordIn(py.text, name.start, name.end),
  };
}

export function lowerMatch(node: ConcreteNode, py: PythonLowering): Statement[] {
  const subject = node.children.find((child) => child.name !== 'match' && child.name !== '*');
  const clauses = node.children.find((child) => child.name === 'MatchBody')?.children ?? [];
  if (subject === undefined) return [];
  const cases = clauses.flatMap((clause) => {
    if (clause.name !== 'MatchClause') return [];
    const patterns = clause.children.filter((child) => !/^(?:case|Guard|Body)$/.test(child.name));
    const guard = clause.children.find((child) => child.name === 'Guard')?.children[1];
    const pattern = lowerPattern(patterns, py);
    if (pattern === null) return [];
    return [
      {
        pattern,
        guard: guard === undefined ? null : py.expression(guard),
        body: bodies(clause, py)[0] ?? [],
      },
    ];
  });
  return [{ type: 'Match', subject: py.expression(subject), cases, start: node.start, end: node.end }];
}

/** The blocks of a statement, in order. */
export function bodies(node: ConcreteNode, py: PythonLowering): Statement[][] {
  return node.children.filter((child) => child.name === 'Body').map((child) => py.body(child));
}
