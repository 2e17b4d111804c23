import type { Expression, Statement } from './ast.ts';
import { type ConcreteNode, inside } from './concrete.ts';
import type { JavaScriptLowering } from './lowering.ts';

interface Case {
  readonly labels: (Expression | null)[];
  readonly body: Statement[];
}

/**
 * `switch` as a chain of ifs. What falls through is repeated in both branches; where a `break` stands deeper than at the
 * end of a case, the chain is put into a loop that runs once.
 */
export function lowerSwitch(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const subject = js.expression(
    node.children.find((child) => child.name === 'ParenthesizedExpression'),
    node.end,
  );
  const body = node.children.find((child) => child.name === 'SwitchBody');
  const cases = readCases(body === undefined ? [] : inside(body), js);
  const range = { start: node.start, end: node.end };

  let chain: Statement[] = [];
  const defaultAt = cases.findIndex((part) => part.labels.includes(null));
  if (defaultAt >= 0) chain = fallingFrom(cases, defaultAt);
  for (let i = cases.length - 1; i >= 0; i--) {
    const labels = cases[i]?.labels.filter((label) => label !== null) ?? [];
    if (labels.length === 0) continue;
    chain = [{ ...range, type: 'If', test: anyOf(subject, labels), body: fallingFrom(cases, i), orElse: chain }];
  }
  if (!chain.some(breaks)) return chain;
  const at = { start: node.end, end: node.end };
  return [
    {
      ...range,
      type: 'While',
      test: { ...at, type: 'Boolean', value: true },
      body: [...chain, { ...at, type: 'Break' }],
      orElse: [],
      update: null,
    },
  ];
}

function readCases(items: readonly ConcreteNode[], js: JavaScriptLowering): Case[] {
  const cases: Case[] = [];
  for (const item of items) {
    if (item.name === 'CaseLabel' || item.name === 'DefaultLabel') {
      const label = item.name === 'DefaultLabel' ? null : js.expression(item.children[1], item.end);
      const last = cases[cases.length - 1];
      if (last !== undefined && last.body.length === 0) last.labels.push(label);
      else cases.push({ labels: [label], body: [] });
    } else {
      for (const statement of js.statements([item])) {
        // A block is the usual way to give a case its own scope.
        if (statement.type === 'Block') cases[cases.length - 1]?.body.push(...statement.body);
        else cases[cases.length - 1]?.body.push(statement);
      }
    }
  }
  return cases;
}

/** What runs from a case on, until the first `break`, which is left out. */
function fallingFrom(cases: readonly Case[], index: number): Statement[] {
  const result: Statement[] = [];
  for (const part of cases.slice(index)) {
    for (const statement of part.body) {
      if (statement.type === 'Break') return result;
      result.push(statement);
      if (statement.type === 'Return' || statement.type === 'Raise' || statement.type === 'Continue') return result;
    }
  }
  return result;
}

function anyOf(subject: Expression, labels: readonly Expression[]): Expression {
  const tests = labels.map(
    (operand): Expression => ({
      type: 'Compare',
      first: subject,
      rest: [{ operator: '==', operand }],
      start: operand.start,
      end: operand.end,
    }),
  );
  return tests.reduce((left, right) => ({
    type: 'Logical',
    operator: 'or',
    left,
    right,
    start: left.start,
    end: right.end,
  }));
}

/** Is there a `break` that belongs to this statement's surroundings? */
function breaks(statement: Statement): boolean {
  switch (statement.type) {
    case 'Break':
      return true;
    case 'If':
      return statement.body.some(breaks) || statement.orElse.some(breaks);
    case 'Block':
      return statement.body.some(breaks);
    case 'Try':
      return [statement.body, statement.finally, ...statement.handlers.map((part) => part.body)].some((body) =>
        body.some(breaks),
      );
    default:
      return false;
  }
}
