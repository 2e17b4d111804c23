import type { Expression, Statement } from './ast.ts';
import { type ConcreteNode, inside, splitAtCommas } from './concrete.ts';
import { lowerClass } from './javascript-classes.ts';
import { lowerFunction } from './javascript-functions.ts';
import { lowerDo, lowerFor, lowerWhile } from './javascript-loops.ts';
import { lowerExport, lowerImport, lowerRequire, requiredModule } from './javascript-modules.ts';
import { assignedValue } from './javascript-operators.ts';
import { defaultOf } from './javascript-patterns.ts';
import { lowerSwitch } from './javascript-switch.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/** Lowers a list of statements of `@lezer/javascript`. Functions come first, as they are hoisted. */
export function lowerStatements(nodes: readonly ConcreteNode[], js: JavaScriptLowering): Statement[] {
  const statements = nodes.flatMap((node) => lowerStatement(node, js));
  const functions = statements.filter((statement) => statement.type === 'Function');
  if (functions.length === 0) return statements;
  return [...functions, ...statements.filter((statement) => statement.type !== 'Function')];
}

function lowerStatement(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const { children } = node;
  switch (node.name) {
    case 'ExpressionStatement':
      return children[0] === undefined ? [] : lowerEffect(children[0], js);
    case 'VariableDeclaration':
      return declaration(node, js);
    case 'FunctionDeclaration':
      // TypeScript's overloads only say types.
      if (!node.children.some((child) => child.name === 'Block')) return [];
      return [{ ...range, type: 'Function', function: lowerFunction(node, js) }];
    case 'ClassDeclaration':
      return [lowerClass(node, js)];
    case 'ImportDeclaration':
      return lowerImport(node, js);
    case 'ExportDeclaration':
      return lowerExport(node, js);
    case 'Block':
      return [{ ...range, type: 'Block', body: lowerStatements(inside(node), js) }];
    case 'IfStatement':
      return ifStatement(node, js);
    case 'ForStatement':
      return lowerFor(node, js);
    case 'WhileStatement':
      return lowerWhile(node, js);
    case 'DoStatement':
      return lowerDo(node, js);
    case 'SwitchStatement':
      return lowerSwitch(node, js);
    case 'TryStatement':
      return tryStatement(node, js);
    case 'ReturnStatement': {
      const value = children.find((child) => child.name !== 'return' && child.name !== ';');
      return [{ ...range, type: 'Return', value: value === undefined ? null : js.expression(value) }];
    }
    case 'ThrowStatement': {
      const exception = children.find((child) => child.name !== 'throw' && child.name !== ';');
      return [{ ...range, type: 'Raise', exception: exception === undefined ? null : js.expression(exception) }];
    }
    case 'BreakStatement':
      return [{ ...range, type: 'Break' }];
    case 'ContinueStatement':
      return [{ ...range, type: 'Continue' }];
    case 'LabeledStatement':
      return children.slice(1).flatMap((child) => lowerStatement(child, js));
    default:
      // Types, interfaces, enums, namespaces, ambient declarations, empty statements.
      return [];
  }
}

/** An expression for its effect: assignments and steps become statements. */
export function lowerEffect(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const [first, second] = node.children;
  switch (node.name) {
    case 'SequenceExpression':
      return node.children.filter((child) => child.name !== ',').flatMap((child) => lowerEffect(child, js));
    case 'ParenthesizedExpression':
      return inside(node).flatMap((child) => lowerEffect(child, js));
    case 'AssignmentExpression':
      return assignment(node, js);
    case 'PostfixExpression':
    case 'UnaryExpression': {
      const operator = [first, second].find(
        (child) => child !== undefined && /^(?:\+\+|--)$/.test(wordIn(js.text, child.start, child.end)),
      );
      const target = operator === first ? second : first;
      if (node.name === 'UnaryExpression' && first?.name === 'delete' && second !== undefined)
        return [{ ...range, type: 'Delete', targets: [js.expression(second)] }];
      if (node.name === 'UnaryExpression' && first?.name === 'void' && second !== undefined)
        return lowerEffect(second, js);
      if (operator === undefined || target === undefined) break;
      const value: Expression = { type: 'Number', value: 1, isFloat: false, start: operator.start, end: operator.end };
      const sign = js.text[operator.start] ?? '+';
      return [{ ...range, type: 'AugmentedAssign', target: js.expression(target), operator: sign, value }];
    }
  }
  return [{ ...range, type: 'Expression', value: js.expression(node) }];
}

/** `a = b = c`, `a += 1`, `a ??= b`. */
function assignment(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const operator = node.children[1];
  const target = node.children[0];
  if (target === undefined || operator === undefined) return [];
  const isLogical = operator.name === 'UpdateOp' && /[&|?]{2}/.test(wordIn(js.text, operator.start, operator.end));
  if (operator.name === 'UpdateOp' && !isLogical) {
    const written = js.text.slice(operator.start, operator.end - 1);
    const value = js.expression(node.children[2], node.end);
    return [
      {
        ...range,
        type: 'AugmentedAssign',
        target: js.expression(target),
        operator: written === '>>>' ? '>>' : written,
        value,
      },
    ];
  }
  const targets = [js.target(target)];
  let last = node;
  for (let next = node.children[2]; !isLogical && next?.name === 'AssignmentExpression'; next = next.children[2]) {
    if (next.children[1]?.name !== 'Equals' || next.children[0] === undefined) break;
    targets.push(js.target(next.children[0]));
    last = next;
  }
  return [
    {
      ...range,
      type: 'Assign',
      targets,
      value: assignedValue(last, js),
      annotation: null,
      isConst: false,
      declares: false,
    },
  ];
}

function declaration(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const isConst = node.children[0]?.name === 'const';
  const declarators = splitAtCommas(node.children.slice(1).filter((child) => child.name !== ';'));
  return declarators.flatMap((nodes): Statement[] => {
    const first = nodes[0];
    const last = nodes[nodes.length - 1];
    if (first === undefined || last === undefined) return [];
    const range = { start: first.start, end: last.end };
    const target = js.target(first);
    const module = requiredModule(nodes.some((child) => child.name === 'Equals') ? last : undefined, js);
    const imported = module === null ? null : lowerRequire(range, target, module);
    if (imported !== null) return [imported];
    const value: Expression = defaultOf(nodes, js) ?? { type: 'None', start: range.end, end: range.end };
    return [{ ...range, type: 'Assign', targets: [target], value, annotation: null, isConst, declares: true }];
  });
}

function ifStatement(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const parts = node.children.filter((child) => child.name !== 'if' && child.name !== 'else');
  const [test, consequent, alternate] = parts;
  return [
    {
      type: 'If',
      test: js.expression(test, node.end),
      body: lowerBody(consequent, js),
      orElse: lowerBody(alternate, js),
      start: node.start,
      end: node.end,
    },
  ];
}

/** A block's statements, or the one statement that stands instead of a block. */
export function lowerBody(node: ConcreteNode | undefined, js: JavaScriptLowering): Statement[] {
  if (node === undefined) return [];
  return node.name === 'Block' ? lowerStatements(inside(node), js) : lowerStatement(node, js);
}

function tryStatement(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const clause = node.children.find((child) => child.name === 'CatchClause');
  const final = node.children.find((child) => child.name === 'FinallyClause');
  const blockOf = (owner: ConcreteNode | undefined) =>
    lowerBody(
      owner?.children.find((child) => child.name === 'Block'),
      js,
    );
  const caught = clause?.children.find((child) => child.name === 'VariableDefinition');
  const name = caught === undefined ? null : wordIn(js.text, caught.start, caught.end);
  return [
    {
      type: 'Try',
      body: blockOf(node),
      handlers: clause === undefined ? [] : [{ type: null, name, body: blockOf(clause) }],
      orElse: [],
      finally: blockOf(final),
      start: node.start,
      end: node.end,
    },
  ];
}
