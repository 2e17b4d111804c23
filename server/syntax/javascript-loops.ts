import type { Expression, Statement } from './ast.ts';
import { type ConcreteNode, inside } from './concrete.ts';
import type { JavaScriptLowering } from './lowering.ts';

export function lowerWhile(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  return [{ ...range, type: 'While', test: condition(node, js), body: lastBody(node, js), orElse: [], update: null }];
}

export function lowerFor(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const spec = node.children.find((child) => child.name.endsWith('Spec'));
  if (spec === undefined) return [];
  const range = { start: node.start, end: node.end };
  const body = lastBody(node, js);
  const parts = inside(spec);
  if (spec.name === 'ForSpec') return [...threePartLoop(parts, range, body, js)];
  const operatorAt = parts.findIndex((child) => child.name === 'of' || child.name === 'in');
  const target = parts[operatorAt - 1];
  const object = js.expression(parts[operatorAt + 1], spec.end);
  if (target === undefined) return body;
  const iterable = spec.name === 'ForOfSpec' ? object : keysOf(object);
  return [{ ...range, type: 'For', target: js.target(target), iterable, body, orElse: [] }];
}

/** `for (init; test; update)`: the two semicolons, one perhaps inside the declaration, tell the parts. */
function threePartLoop(
  parts: readonly ConcreteNode[],
  range: { start: number; end: number },
  body: readonly Statement[],
  js: JavaScriptLowering,
): Statement[] {
  const slots: (ConcreteNode | undefined)[] = [];
  let slot: ConcreteNode | undefined;
  for (const part of parts) {
    if (part.name === 'VariableDeclaration') slots.push(part);
    else if (part.name === ';') {
      slots.push(slot);
      slot = undefined;
    } else slot = part;
  }
  slots.push(slot);
  const [first, second, third] = slots;
  const at = { start: range.start, end: range.start };
  const test: Expression = second === undefined ? { ...at, type: 'Boolean', value: true } : js.expression(second);
  const steps = third === undefined ? [] : js.effect(third);
  const update: Statement | null =
    third === undefined
      ? null
      : ((steps.length === 1 ? steps[0] : undefined) ?? {
          type: 'Block',
          body: steps,
          start: third.start,
          end: third.end,
        });
  const start =
    first === undefined ? [] : first.name === 'VariableDeclaration' ? js.statements([first]) : js.effect(first);
  return [...start, { ...range, type: 'While', test, body, orElse: [], update }];
}

/** `for (k in o)` runs over `Object.keys(o)`. */
function keysOf(object: Expression): Expression {
  const at = { start: object.start, end: object.end };
  return {
    ...at,
    type: 'Call',
    callee: {
      ...at,
      type: 'Attribute',
      object: { ...at, type: 'Name', name: 'Object' },
      name: 'keys',
      nameAt: at,
      optional: false,
    },
    arguments: [{ ...at, name: null, value: object, spread: null }],
    isNew: false,
  };
}

/** `do body while (test)` is `while (true) { body; if (!test) break }`. */
export function lowerDo(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const operand = condition(node, js);
  const at = { start: operand.start, end: operand.end };
  const leave: Statement = {
    ...at,
    type: 'If',
    test: { ...at, type: 'Unary', operator: 'not', operand },
    body: [{ ...at, type: 'Break' }],
    orElse: [],
  };
  const body = [...js.body(node.children[1]), leave];
  return [{ ...range, type: 'While', test: { ...at, type: 'Boolean', value: true }, body, orElse: [], update: null }];
}

function lastBody(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const body = node.children[node.children.length - 1];
  return body?.name === 'ParenthesizedExpression' || body?.name.endsWith('Spec') ? [] : js.body(body);
}

function condition(node: ConcreteNode, js: JavaScriptLowering): Expression {
  return js.expression(
    node.children.find((child) => child.name === 'ParenthesizedExpression'),
    node.end,
  );
}
