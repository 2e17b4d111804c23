import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  Argument,
  ComprehensionClause,
  Expression,
  FunctionParameter,
  Statement,
} from '../../server/syntax/ast.ts';
import { parsePython } from '../../server/syntax/python.ts';

/*
 * Compares the lowering of Python with CPython's own `ast`, node by node, on real files. As a script:
 *   node test/oracle/python-ast.ts FILE...          (or file names on standard input)
 */

/** A tree without ranges, as python-ast.py prints it. */
type Plain = string | number | boolean | null | readonly Plain[];

export interface Comparison {
  readonly path: string;
  /** `unreadable`: CPython itself rejects the file. */
  readonly result: 'same' | 'different' | 'unreadable';
  /** First place where the trees part. */
  readonly difference: string | null;
}

/** Parses every file with both and says where they part. `python` is a CPython of 3.10 or newer. */
export function comparePython(paths: readonly string[], python = '/usr/bin/python3'): Comparison[] {
  const script = fileURLToPath(new URL('./python-ast.py', import.meta.url));
  const run = spawnSync(python, [script], { input: paths.join('\n'), maxBuffer: 2 ** 30, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${python} failed: ${run.stderr}${run.error ?? ''}`);
  const lines = run.stdout.trimEnd().split('\n');
  return paths.map((path, index) => {
    const truth = JSON.parse(lines[index] ?? 'null') as Plain;
    if (truth === null) return { path, result: 'unreadable', difference: null };
    const ours = statements(parsePython(readFileSync(path, 'utf8')).body);
    const difference = firstDifference(ours, truth, 'module');
    return { path, result: difference === null ? 'same' : 'different', difference };
  });
}

function firstDifference(ours: Plain | undefined, truth: Plain | undefined, where: string): string | null {
  if (Array.isArray(ours) && Array.isArray(truth)) {
    const label = typeof truth[0] === 'string' ? `${where} > ${truth[0]}` : where;
    for (let i = 0; i < Math.max(ours.length, truth.length); i++) {
      const difference = firstDifference(ours[i], truth[i], `${label}[${i}]`);
      if (difference !== null) return difference;
    }
    return null;
  }
  if (Object.is(ours, truth) || (ours === 0 && truth === 0)) return null;
  return `${where}: ours ${brief(ours)}, CPython ${brief(truth)}`;
}

function brief(value: Plain | undefined): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
}

function statements(body: readonly Statement[]): Plain[] {
  return body.map(statement);
}

function statement(node: Statement): Plain {
  switch (node.type) {
    case 'Expression':
      return ['Expression', expression(node.value)];
    case 'Assign':
      return ['Assign', node.targets.map(expression), maybe(node.value), maybe(node.annotation)];
    case 'AugmentedAssign':
      return ['AugmentedAssign', expression(node.target), node.operator, expression(node.value)];
    case 'If':
      return ['If', expression(node.test), statements(node.body), statements(node.orElse)];
    case 'For':
      return [
        'For',
        expression(node.target),
        expression(node.iterable),
        statements(node.body),
        statements(node.orElse),
      ];
    case 'While':
      return ['While', expression(node.test), statements(node.body), statements(node.orElse)];
    case 'Function': {
      const { name, isAsync, decorators, parameters, body } = node.function;
      return ['Function', name, isAsync, decorators.map(expression), parameters.map(parameter), statements(body)];
    }
    case 'Class':
      return ['Class', node.name, node.decorators.map(expression), node.bases.map(argument), statements(node.body)];
    case 'Return':
      return ['Return', maybe(node.value)];
    case 'With':
      return ['With', node.items.map((item) => [expression(item.context), maybe(item.target)]), statements(node.body)];
    case 'Try':
      return [
        'Try',
        statements(node.body),
        node.handlers.map((handler) => [maybe(handler.type), handler.name, statements(handler.body)]),
        statements(node.orElse),
        statements(node.finally),
      ];
    case 'Import':
      return ['Import', node.module, node.alias];
    case 'ImportFrom':
      return ['ImportFrom', node.module, node.level, node.names.map(({ name, alias }) => [name, alias])];
    case 'Scope':
      return ['Scope', node.kind, [...node.names]];
    case 'Delete':
      return ['Delete', node.targets.map(expression)];
    case 'Assert':
      return ['Assert', expression(node.test)];
    case 'Match':
      return ['Match', expression(node.subject), node.cases.map((part) => [maybe(part.guard), statements(part.body)])];
    case 'Raise':
      return ['Raise', maybe(node.exception)];
    case 'Pass':
    case 'Break':
    case 'Continue':
      return [node.type];
    case 'Block':
      return ['Block', statements(node.body)];
  }
}

function maybe(node: Expression | null): Plain {
  return node === null ? null : expression(node);
}

function expression(node: Expression): Plain {
  switch (node.type) {
    case 'Number':
      return ['Number', Math.abs(node.value) < 1.7e308 ? node.value : 'infinite', node.isFloat];
    case 'String':
      return ['String', node.value];
    case 'Boolean':
      return ['Boolean', node.value];
    case 'Name':
      return ['Name', node.name];
    case 'Template':
      return ['Template', templateParts(node.parts)];
    case 'Attribute':
      return ['Attribute', expression(node.object), node.name];
    case 'Index':
      return ['Index', expression(node.object), expression(node.index)];
    case 'Slice':
      return ['Slice', maybe(node.lower), maybe(node.upper), maybe(node.step)];
    case 'Call':
      return ['Call', expression(node.callee), node.arguments.map(argument)];
    case 'Binary':
    case 'Logical':
      return [node.type, node.operator, expression(node.left), expression(node.right)];
    case 'Unary':
      return ['Unary', node.operator, expression(node.operand)];
    case 'Compare':
      return ['Compare', expression(node.first), node.rest.map((part) => [part.operator, expression(part.operand)])];
    case 'Conditional':
      return ['Conditional', expression(node.test), expression(node.consequent), expression(node.alternate)];
    case 'Lambda': {
      const body = node.function.body[0];
      const value = body?.type === 'Return' ? maybe(body.value) : null;
      return ['Lambda', node.function.parameters.map(parameter), value];
    }
    case 'List':
    case 'Tuple':
    case 'Set':
      return [node.type, node.items.map(expression)];
    case 'Dict':
      return ['Dict', node.entries.map((entry) => [maybe(entry.key), expression(entry.value)])];
    case 'Comprehension':
      return [
        'Comprehension',
        node.result,
        expression(node.element),
        maybe(node.value),
        node.clauses.map(comprehensionClause),
      ];
    case 'Star':
    case 'Await':
      return [node.type, expression(node.value)];
    case 'Walrus':
      return ['Walrus', expression(node.target), expression(node.value)];
    case 'Yield':
      return ['Yield', maybe(node.value), node.from];
    case 'None':
    case 'Ellipsis':
    case 'Unknown':
    case 'ClassExpression':
      return [node.type];
  }
}

/** CPython joins neighbouring literals. */
function templateParts(parts: readonly (string | Expression)[]): Plain[] {
  const result: Plain[] = [];
  for (const part of parts) {
    const last = result[result.length - 1];
    if (typeof part !== 'string') result.push(expression(part));
    else if (typeof last === 'string') result[result.length - 1] = last + part;
    else if (part !== '') result.push(part);
  }
  return result;
}

function comprehensionClause(clause: ComprehensionClause): Plain {
  return [expression(clause.target), expression(clause.iterable), clause.conditions.map(expression)];
}

function argument(node: Argument): Plain {
  return [node.name, node.spread, expression(node.value)];
}

function parameter(node: FunctionParameter): Plain {
  const name = node.target.type === 'Name' ? node.target.name : '';
  return [name, node.kind, maybe(node.annotation), maybe(node.default)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  const paths = named.length > 0 ? named : readFileSync(0, 'utf8').trim().split('\n');
  const results = comparePython(paths);
  for (const { path, difference } of results) if (difference !== null) console.log(`${path}\n  ${difference}`);
  const count = (result: Comparison['result']) => results.filter((item) => item.result === result).length;
  console.log(`${count('same')} same, ${count('different')} different, ${count('unreadable')} unreadable by CPython`);
}
