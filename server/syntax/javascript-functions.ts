import type { FunctionNode, FunctionParameter, Statement } from './ast.ts';
import { type ConcreteNode, inside, rangeOf, splitAtCommas } from './concrete.ts';
import { propertyName } from './javascript-literals.ts';
import { defaultOf } from './javascript-patterns.ts';
import type { JavaScriptLowering } from './lowering.ts';

/** Any function: declaration, expression, arrow, method. */
export function lowerFunction(node: ConcreteNode, js: JavaScriptLowering): FunctionNode {
  const { children } = node;
  const listAt = children.findIndex((child) => child.name === 'ParamList');
  const list = children[listAt];
  const head = children.slice(0, Math.max(listAt, 0));
  const name = head.find((child) => propertyName(child, js.text) !== null);
  const body = children[children.length - 1];
  return {
    start: node.start,
    end: node.end,
    name: propertyName(name, js.text),
    nameAt: name === undefined ? null : { start: name.start, end: name.end },
    parameters: list === undefined ? [] : lowerParameters(list, js),
    body: body === undefined || body === list ? [] : lowerFunctionBody(body, js),
    decorators: [],
    isAsync: head.some((child) => child.name === 'async'),
    isArrow: node.name === 'ArrowFunction',
    isStatic: head.some((child) => child.name === 'static'),
    accessor: head.some((child) => child.name === 'get')
      ? 'get'
      : head.some((child) => child.name === 'set')
        ? 'set'
        : null,
  };
}

/** Names of TypeScript's parameter properties: `constructor(private units: number)` sets `this.units`. */
export function parameterProperties(list: ConcreteNode): ConcreteNode[] {
  return splitAtCommas(inside(list)).flatMap((nodes) => {
    const isProperty = nodes.some((node) => node.name === 'Privacy' || node.name === 'readonly');
    return isProperty ? nodes.filter((node) => node.name === 'VariableDefinition') : [];
  });
}

function lowerFunctionBody(body: ConcreteNode, js: JavaScriptLowering): Statement[] {
  if (body.name === 'Block') return js.statements(inside(body));
  if (body.name === 'Arrow' || body.name === 'TypeAnnotation') return [];
  // `() => void f()` runs for its effect.
  if (body.name === 'UnaryExpression' && body.children[0]?.name === 'void') return js.effect(body);
  return [{ type: 'Return', value: js.expression(body), start: body.start, end: body.end }];
}

function lowerParameters(list: ConcreteNode, js: JavaScriptLowering): FunctionParameter[] {
  return splitAtCommas(inside(list)).flatMap((nodes): FunctionParameter[] => {
    const range = rangeOf(nodes);
    const target = nodes.find((node) => /^(?:VariableDefinition|ArrayPattern|ObjectPattern)$/.test(node.name));
    if (range === null || target === undefined) return [];
    return [
      {
        ...range,
        target: js.target(target),
        annotation: null,
        default: defaultOf(nodes, js),
        kind: nodes[0]?.name === 'Spread' ? 'rest' : 'normal',
      },
    ];
  });
}
