import type { Expression, FunctionNode, Range, Statement } from './ast.ts';
import { type ConcreteNode, splitAtCommas } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { bodies, lowerFor, lowerIf, lowerMatch, lowerTry, lowerWhile, lowerWith } from './python-compound.ts';
import { lowerAnnotation, lowerArguments, lowerParameters } from './python-functions.ts';
import { lowerItems, lowerList } from './python-lists.ts';
import { wordIn } from './words.ts';

/** Lowers a statement node of `@lezer/python`; some become several (`import a, b`), what is broken is left out. */
export function lowerStatement(node: ConcreteNode, py: PythonLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const { children } = node;
  switch (node.name) {
    case 'StatementGroup':
      return children.flatMap((child) => lowerStatement(child, py));
    case 'ExpressionStatement':
      return expressionStatement(range, lowerList(children, py));
    case 'YieldStatement':
      return expressionStatement(range, py.expression(node));
    case 'PrintStatement':
      return expressionStatement(range, lowerList(children.slice(1), py));
    case 'AssignStatement':
      return assignment(node, py);
    case 'UpdateStatement': {
      const [target, operator] = children;
      const value = lowerList(children.slice(2), py);
      if (target === undefined || operator === undefined || value === null) return [];
      const written = wordIn(py.text, operator.start, operator.end).slice(0, -1);
      return [{ ...range, type: 'AugmentedAssign', target: py.expression(target), operator: written, value }];
    }
    case 'ReturnStatement':
      return [{ ...range, type: 'Return', value: lowerList(children.slice(1), py) }];
    case 'DeleteStatement':
      return [{ ...range, type: 'Delete', targets: lowerItems(children.slice(1), py) }];
    case 'AssertStatement': {
      const test = lowerItems(children.slice(1), py)[0];
      return test === undefined ? [] : [{ ...range, type: 'Assert', test }];
    }
    case 'ScopeStatement': {
      const names = children.slice(1).filter((child) => child.name === 'VariableName');
      const kind = children[0]?.name === 'nonlocal' ? 'nonlocal' : 'global';
      return [{ ...range, type: 'Scope', kind, names: names.map((name) => wordIn(py.text, name.start, name.end)) }];
    }
    case 'PassStatement':
      return [{ ...range, type: 'Pass' }];
    case 'BreakStatement':
      return [{ ...range, type: 'Break' }];
    case 'ContinueStatement':
      return [{ ...range, type: 'Continue' }];
    case 'RaiseStatement': {
      const exception = children[1];
      return [{ ...range, type: 'Raise', exception: exception === undefined ? null : py.expression(exception) }];
    }
    case 'ImportStatement':
      return importStatement(node, py);
    case 'IfStatement':
      return lowerIf(node, py);
    case 'WhileStatement':
      return lowerWhile(node, py);
    case 'ForStatement':
      return lowerFor(node, py);
    case 'WithStatement':
      return lowerWith(node, py);
    case 'TryStatement':
      return lowerTry(node, py);
    case 'MatchStatement':
      return lowerMatch(node, py);
    case 'DecoratedStatement': {
      const decorators = children.filter((child) => child.name === 'Decorator');
      const definition = children[children.length - 1];
      if (definition === undefined) return [];
      return definitionStatement(
        definition,
        decorators.flatMap((decorator) => decoratorExpression(decorator, py) ?? []),
        py,
      );
    }
    case 'FunctionDefinition':
    case 'ClassDefinition':
      return definitionStatement(node, [], py);
    case 'TypeDefinition':
      return [];
    default:
      return [];
  }
}

function expressionStatement(range: Range, value: Expression | null): Statement[] {
  return value === null ? [] : [{ start: range.start, end: range.end, type: 'Expression', value }];
}

/** `a = b = value`, `x: T = value`, `x: T`. */
function assignment(node: ConcreteNode, py: PythonLowering): Statement[] {
  const groups: ConcreteNode[][] = [[]];
  for (const child of node.children) {
    if (child.name === 'AssignOp') groups.push([]);
    else if (child.name !== 'TypeDef') groups[groups.length - 1]?.push(child);
  }
  const annotation = lowerAnnotation(node.children, py);
  const last = groups.length > 1 ? groups.pop() : undefined;
  const targets = groups.flatMap((group) => lowerList(group, py) ?? []);
  if (targets.length === 0) return [];
  let value = last === undefined ? null : lowerList(last, py);
  // `x = ` being typed: the target no longer has its old value.
  if (value === null && last !== undefined) value = { type: 'Unknown', start: node.end, end: node.end };
  return [
    { type: 'Assign', targets, value, annotation, isConst: false, declares: true, start: node.start, end: node.end },
  ];
}

function definitionStatement(node: ConcreteNode, decorators: readonly Expression[], py: PythonLowering): Statement[] {
  const name = node.children.find((child) => child.name === 'VariableName');
  if (name === undefined) return [];
  const range = { start: node.start, end: node.end };
  const nameAt = { start: name.start, end: name.end };
  const written = wordIn(py.text, name.start, name.end);
  const body = bodies(node, py)[0] ?? [];
  if (node.name === 'ClassDefinition') {
    const list = node.children.find((child) => child.name === 'ArgList');
    const bases = list === undefined ? [] : lowerArguments(list, py);
    return [{ ...range, type: 'Class', name: written, nameAt, bases, body, decorators }];
  }
  if (node.name !== 'FunctionDefinition') return [];
  const list = node.children.find((child) => child.name === 'ParamList');
  const definition: FunctionNode = {
    ...range,
    name: written,
    nameAt,
    parameters: list === undefined ? [] : lowerParameters(list, py),
    body,
    decorators,
    isAsync: node.children[0]?.name === 'async',
    isArrow: false,
    isStatic: false,
    accessor: null,
  };
  return [{ ...range, type: 'Function', function: definition }];
}

/** `@a.b(c)`: a dotted name in single nodes and perhaps a call; newer grammars allow any expression. */
function decoratorExpression(node: ConcreteNode, py: PythonLowering): Expression | null {
  let result: Expression | null = null;
  for (const child of node.children) {
    if (child.name === 'ArgList' && result !== null)
      result = {
        type: 'Call',
        callee: result,
        arguments: lowerArguments(child, py),
        isNew: false,
        start: result.start,
        end: child.end,
      };
    else if (child.name === 'VariableName' || child.name === 'PropertyName') {
      const name = wordIn(py.text, child.start, child.end);
      const nameAt: Range = { start: child.start, end: child.end };
      result =
        result === null
          ? { type: 'Name', name, ...nameAt }
          : { type: 'Attribute', object: result, name, nameAt, optional: false, start: result.start, end: child.end };
    } else if (child.name !== 'At' && child.name !== '.' && result === null) result = py.expression(child);
  }
  return result;
}

function importStatement(node: ConcreteNode, py: PythonLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const importAt = node.children.findIndex((child) => child.name === 'import');
  const names = node.children.slice(importAt + 1).filter((child) => child.name !== '(' && child.name !== ')');
  const written = (nodes: readonly ConcreteNode[]) =>
    nodes.map((part) => wordIn(py.text, part.start, part.end)).join('');
  const clauses = splitAtCommas(names).flatMap((parts) => {
    const asAt = parts.findIndex((part) => part.name === 'as');
    const name = written(asAt < 0 ? parts : parts.slice(0, asAt));
    const alias = asAt < 0 ? null : written(parts.slice(asAt + 1)) || null;
    return name === '' ? [] : [{ name, alias }];
  });
  if (node.children[0]?.name !== 'from')
    return clauses.map(({ name, alias }) => ({ ...range, type: 'Import', module: name, alias }));
  if (importAt < 0) return [];
  const source = written(node.children.slice(1, importAt));
  const level = /^\.*/.exec(source)?.[0].length ?? 0;
  return [{ ...range, type: 'ImportFrom', module: source.slice(level), level, names: clauses }];
}

/** The statements of a block. */
export function lowerBody(node: ConcreteNode, py: PythonLowering): Statement[] {
  return node.children.flatMap((child) => lowerStatement(child, py));
}
