import type { Expression, FunctionNode } from '../syntax/ast.ts';
import { callExpression } from './call-expression.ts';
import { now } from './clock.ts';
import { comprehension } from './comprehension.ts';
import { formatValue } from './format.ts';
import { keyOf } from './keys.ts';
import { builtin } from './library/builtins.ts';
import { asDictionary } from './library/dictionaries.ts';
import type { Frame, Machine, Site } from './machine.ts';
import { mayFail } from './raise.ts';
import { noteEffect, readLog } from './read-log.ts';
import { lookUp } from './scopes.ts';
import { makeSet } from './sets.ts';
import { boolean, type DictValue, type FunctionValue, none, number, string, unknown, type Value } from './values.ts';

/** The value of an expression. Never throws but for the code's own exceptions (`Raised`) and the budget (`Stop`). */
export function evaluate(machine: Machine, expression: Expression, frame: Frame): Value {
  if (readLog.current !== null && !readingKinds.has(expression.type)) noteEffect();
  switch (expression.type) {
    case 'Name':
      return nameValue(machine, expression.name, frame);
    case 'Attribute':
      return attribute(machine, expression, frame);
    case 'Call':
      machine.budget.spend();
      return callExpression(machine, expression, frame);
    case 'Number':
      return number(expression.value, expression.isFloat);
    case 'String':
      return string(expression.value);
    case 'Boolean':
      return boolean(expression.value);
    case 'None':
      return none;
    case 'Ellipsis':
      return { type: 'ellipsis' };
    case 'Template':
      return template(machine, expression.parts, frame);
    case 'Index': {
      const object = machine.evaluate(expression.object, frame);
      return machine.getItem(object, machine.evaluate(expression.index, frame), siteOf(expression, frame));
    }
    case 'Slice':
      return {
        type: 'slice',
        lower: optional(machine, expression.lower, frame),
        upper: optional(machine, expression.upper, frame),
        step: optional(machine, expression.step, frame),
      };
    case 'Binary': {
      const left = machine.evaluate(expression.left, frame);
      const right = machine.evaluate(expression.right, frame);
      return machine.binary(expression.operator, left, right, siteOf(expression, frame));
    }
    case 'Unary':
      return unary(machine, expression, frame);
    case 'Logical':
      return logical(machine, expression, frame);
    case 'Compare':
      return compareChain(machine, expression, frame);
    case 'Conditional':
      return conditional(machine, expression, frame);
    case 'Lambda':
      return makeFunction(machine, expression.function, frame);
    case 'List': {
      const { items, open } = itemsOf(machine, expression.items, frame);
      return { type: 'list', items, open, born: now() };
    }
    case 'Tuple': {
      const { items, open } = itemsOf(machine, expression.items, frame);
      return open ? unknown('tuple of unknown length') : { type: 'tuple', items };
    }
    case 'Set': {
      const { items, open } = itemsOf(machine, expression.items, frame);
      return open ? unknown('set of unknown size') : makeSet(items);
    }
    case 'Dict':
      return dictionary(machine, expression, frame);
    case 'Comprehension':
      return comprehension(machine, expression, frame);
    case 'Star':
      return machine.evaluate(expression.value, frame);
    case 'Walrus': {
      const value = machine.evaluate(expression.value, frame);
      machine.assign(expression.target, value, frame);
      return value;
    }
    case 'Await':
      return machine.evaluate(expression.value, frame);
    case 'Yield':
      return yieldValue(machine, expression, frame);
    case 'ClassExpression':
      machine.execute([expression.class], frame);
      return nameValue(machine, expression.class.name, frame);
    case 'Unknown':
      return unknown('code that could not be read');
  }
}

/** Kinds of expressions that read nothing but what is told where it is read. */
const readingKinds: ReadonlySet<Expression['type']> = new Set([
  'Name',
  'Attribute',
  'Call',
  'Number',
  'String',
  'Boolean',
  'None',
  'Index',
  'Logical',
  'Compare',
  'Conditional',
]);

function siteOf(expression: Expression, frame: Frame): Site {
  return { module: frame.module, at: expression, callee: null };
}

function nameValue(machine: Machine, name: string, frame: Frame): Value {
  const value = lookUp(frame, name);
  if (value !== null) return value;
  if (frame.module.language === 'javascript') {
    if (name === 'this') return frame.self ?? none;
    if (name === 'super' && frame.owner !== null && frame.self !== null) {
      return { type: 'super', self: frame.self, owner: frame.owner };
    }
  }
  const known = builtin(name, frame.module);
  if (known !== null) return known;
  for (const star of frame.module.stars) {
    const member = star.member(name);
    if (member !== null) return member;
  }
  if (frame.module.language === 'javascript') {
    for (const framework of machine.frameworks) {
      const value = framework.scriptGlobal?.(name);
      if (value != null) return value;
    }
  }
  return unknown(`${name} is not defined`);
}

function optional(machine: Machine, expression: Expression | null, frame: Frame): Value {
  return expression === null ? none : machine.evaluate(expression, frame);
}

function attribute(machine: Machine, expression: Extract<Expression, { type: 'Attribute' }>, frame: Frame): Value {
  const object = machine.evaluate(expression.object, frame);
  if (expression.optional && object.type === 'none') return none;
  const site = siteOf(expression, frame);
  return machine.getAttribute(object, expression.name, site) ?? noAttribute(machine, expression.name, frame);
}

function noAttribute(machine: Machine, name: string, frame: Frame): Value {
  if (frame.module.language === 'javascript') return none;
  return mayFail(machine, 'AttributeError', `no attribute ${name}`);
}

function template(machine: Machine, parts: readonly (string | Expression)[], frame: Frame): Value {
  let text: string | null = '';
  for (const part of parts) {
    const piece: string | null =
      typeof part === 'string' ? part : formatValue(machine.evaluate(part, frame), frame.module.language);
    text = text === null || piece === null ? null : text + piece;
  }
  return text === null ? unknown('text') : string(text);
}

function unary(machine: Machine, expression: Extract<Expression, { type: 'Unary' }>, frame: Frame): Value {
  const operand = machine.evaluate(expression.operand, frame);
  const site = siteOf(expression, frame);
  if (expression.operator === 'not') {
    const truth = machine.truth(operand, site);
    return truth === null ? unknown('condition') : boolean(!truth);
  }
  return machine.unary(expression.operator, operand, site);
}

function logical(machine: Machine, expression: Extract<Expression, { type: 'Logical' }>, frame: Frame): Value {
  const left = machine.evaluate(expression.left, frame);
  if (expression.operator === '??') {
    if (left.type === 'none') return machine.evaluate(expression.right, frame);
    return left.type === 'unknown' ? evaluateMaybe(machine, left, expression.right, frame) : left;
  }
  const truth = machine.truth(left, siteOf(expression.left, frame));
  if (truth === null) return evaluateMaybe(machine, left, expression.right, frame);
  return truth === (expression.operator === 'and') ? machine.evaluate(expression.right, frame) : left;
}

function evaluateMaybe(machine: Machine, left: Value, right: Expression, frame: Frame): Value {
  return machine.eitherValue(
    () => left,
    () => machine.evaluate(right, frame),
    frame,
    right,
  );
}

function conditional(machine: Machine, expression: Extract<Expression, { type: 'Conditional' }>, frame: Frame): Value {
  const truth = machine.truth(machine.evaluate(expression.test, frame), siteOf(expression.test, frame));
  if (truth !== null) return machine.evaluate(truth ? expression.consequent : expression.alternate, frame);
  return machine.eitherValue(
    () => machine.evaluate(expression.consequent, frame),
    () => machine.evaluate(expression.alternate, frame),
    frame,
    expression,
  );
}

function compareChain(machine: Machine, expression: Extract<Expression, { type: 'Compare' }>, frame: Frame): Value {
  let left = machine.evaluate(expression.first, frame);
  let result: Value = boolean(true);
  for (const { operator, operand } of expression.rest) {
    const right = machine.evaluate(operand, frame);
    const one = machine.compare(operator, left, right, siteOf(expression, frame));
    if (expression.rest.length === 1) return one;
    const truth = machine.truth(one, siteOf(expression, frame));
    if (truth === false) return boolean(false);
    if (truth === null) result = unknown('condition');
    left = right;
  }
  return result;
}

const noDefaults: FunctionValue['defaults'] = new Map();

/** A function with its defaults, which are evaluated where it is defined. */
export function makeFunction(machine: Machine, node: FunctionNode, frame: Frame): FunctionValue {
  let defaults: Map<string, Value> | null = null;
  if (frame.module.language === 'python') {
    for (const parameter of node.parameters) {
      if (parameter.default === null || parameter.target.type !== 'Name') continue;
      defaults ??= new Map();
      defaults.set(parameter.target.name, machine.evaluate(parameter.default, frame));
    }
  }
  return {
    type: 'function',
    node,
    module: frame.module,
    scope: frame.closure,
    defaults: defaults ?? noDefaults,
    owner: frame.owner,
    binding: 'plain',
    self: node.isArrow ? frame.self : null,
  };
}

function itemsOf(
  machine: Machine,
  expressions: readonly Expression[],
  frame: Frame,
): { readonly items: Value[]; readonly open: boolean } {
  const items: Value[] = [];
  let open = false;
  for (const expression of expressions) {
    const value = machine.evaluate(expression, frame);
    if (expression.type !== 'Star') {
      items.push(value);
      continue;
    }
    const spread = machine.iterate(value, siteOf(expression, frame));
    if (spread === null) open = true;
    else items.push(...spread);
  }
  return { items, open };
}

function dictionary(machine: Machine, expression: Extract<Expression, { type: 'Dict' }>, frame: Frame): DictValue {
  const dict: DictValue = { type: 'dict', entries: new Map(), open: false, born: now() };
  for (const entry of expression.entries) {
    if (entry.key === null) {
      const value = machine.evaluate(entry.value, frame);
      const spread = asDictionary(value);
      if (spread === null || spread.open) dict.open ||= value.type !== 'none';
      for (const [key, item] of spread?.entries ?? []) dict.entries.set(key, item);
      continue;
    }
    const key = machine.evaluate(entry.key, frame);
    const value = machine.evaluate(entry.value, frame);
    const file = keyOf(key);
    if (file === null) dict.open = true;
    else {
      const at = { path: frame.module.path, start: entry.value.start, end: entry.value.end };
      dict.entries.set(file, { key, value, at });
    }
  }
  return dict;
}

function yieldValue(machine: Machine, expression: Extract<Expression, { type: 'Yield' }>, frame: Frame): Value {
  const value = expression.value === null ? none : machine.evaluate(expression.value, frame);
  const items = expression.from ? (machine.iterate(value, siteOf(expression, frame)) ?? []) : [value];
  for (const item of items) machine.yield(frame, item);
  return unknown('value sent to a generator');
}
