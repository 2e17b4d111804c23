import { modelLimits } from '../interpreter/budget.ts';
import { fieldNames } from '../interpreter/library/python/dataclasses.ts';
import { objectClass } from '../interpreter/library/types.ts';
import { type Machine, type ModuleRecord, Raised, type Site } from '../interpreter/machine.ts';
import { findMember } from '../interpreter/members.ts';
import { valueOfJson } from '../interpreter/read.ts';
import { allNames, lookUp } from '../interpreter/scopes.ts';
import {
  type CallArguments,
  type ClassValue,
  type FunctionValue,
  type GivenArgument,
  unknown,
  type Value,
} from '../interpreter/values.ts';
import type { Expression, FunctionNode } from '../syntax/ast.ts';
import { moduleFrame } from './record.ts';

/** Arguments from outside: by name, or in order. */
export type PlainArguments = Readonly<Record<string, unknown>> | readonly unknown[];

export type Outcome =
  | { readonly value: Value; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** Runs a call of user code under a model's budget; what stops it is told in words. */
export function attempt(machine: Machine, body: () => Value): Outcome {
  let raised: Raised | null = null;
  const outcome = machine.budget.within(modelLimits, () => {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      raised = error;
      return unknown('raised');
    }
  });
  if ('stopped' in outcome) return { value: null, problem: outcome.stopped };
  if (raised !== null) return { value: null, problem: `raises ${(raised as Raised).name}` };
  return { value: outcome.value, problem: null };
}

/** Does the class derive from a framework's (and not merely from `list` or `Enum`)? */
export function isFrameworkClass(class_: ClassValue): boolean {
  return class_.order.some((base) => base.native !== null && !base.order.includes(objectClass));
}

/** The function that a call of the class runs; `null` where it is the framework's own. */
export function constructorOf(class_: ClassValue): FunctionValue | null {
  const member = findMember(class_, '__init__') ?? findMember(class_, 'constructor');
  return member?.type === 'function' ? member : null;
}

/** Parameters that a call must give, without the method's own first one. */
export function requiredParameters(
  node: FunctionNode,
  isMethod: boolean,
): readonly FunctionNode['parameters'][number][] {
  const own = isMethod ? node.parameters.slice(1) : node.parameters;
  return own.filter(
    (parameter) => parameter.default === null && parameter.kind !== 'rest' && parameter.kind !== 'keywordRest',
  );
}

/**
 * Fields without a default of a class that the framework makes a dataclass (Flax's modules): what its call must give.
 */
export function requiredFields(class_: ClassValue): readonly string[] {
  if (constructorOf(class_) !== null || !isFrameworkClass(class_)) return [];
  return fieldNames(class_).filter((name) => findMember(class_, name) === null);
}

export function plainArguments(given: PlainArguments): CallArguments {
  const argument = (value: unknown): GivenArgument => ({ value: valueOfJson(value), at: null });
  if (Array.isArray(given)) return { positional: given.map(argument), keyword: new Map(), open: false };
  const keyword = new Map(Object.entries(given).map(([name, value]) => [name, argument(value)] as const));
  return { positional: [], keyword, open: false };
}

/**
 * Values for what a call must give and nothing tells: a symbolic size named after the parameter; by its annotation a default
 * configuration object, or nothing known for text and flags.
 */
export function symbolicArguments(
  machine: Machine,
  function_: FunctionValue,
  isMethod: boolean,
  given: CallArguments = noArguments,
): CallArguments {
  const keyword = new Map(given.keyword);
  const positional = [...given.positional];
  const isPython = function_.module.language === 'python';
  const all = isPython && isMethod ? function_.node.parameters.slice(1) : function_.node.parameters;
  for (const parameter of requiredParameters(function_.node, isPython && isMethod)) {
    const place = all.indexOf(parameter);
    const name = parameter.target.type === 'Name' ? parameter.target.name : null;
    if (place < given.positional.length || (name !== null && keyword.has(name))) continue;
    const value = name === null ? unknown('argument') : symbolFor(machine, name, parameter.annotation, function_);
    if (isPython && name !== null) keyword.set(name, { value, at: null });
    else positional[place] = { value, at: null };
  }
  const missing: GivenArgument = { value: unknown('argument'), at: null };
  return { positional: Array.from(positional, (argument) => argument ?? missing), keyword, open: given.open };
}

function symbolFor(machine: Machine, name: string, annotation: Expression | null, function_: FunctionValue): Value {
  const typeName =
    annotation?.type === 'Name' ? annotation.name : annotation?.type === 'String' ? annotation.value : null;
  if (typeName === 'str' || typeName === 'bool') return unknown(name);
  const symbol: Value = { type: 'dimension', name };
  const class_ = configurationClass(name, typeName, function_);
  if (class_ === null) return symbol;
  const own = constructorOf(class_);
  if (own !== null && requiredParameters(own.node, true).length > 0) return symbol;
  const { node, module } = function_;
  const site: Site = { module, at: annotation ?? node, callee: null };
  return attempt(machine, () => machine.instantiate(class_, noArguments, site)).value ?? symbol;
}

const noArguments: CallArguments = { positional: [], keyword: new Map(), open: false };

/**
 * The class of a configuration object that is asked for: by the parameter's annotation, by the `config_class` of the model's
 * class (Hugging Face), or the only one that the module imports for the name.
 */
function configurationClass(name: string, typeName: string | null, function_: FunctionValue): ClassValue | null {
  const { module, owner } = function_;
  const annotated = typeName === null ? null : lookUp(moduleFrame(module), typeName);
  const listed = owner === null || !configNames.has(name) ? null : findMember(owner, 'config_class');
  const imported = configNames.has(name) ? onlyConfiguration(module) : null;
  for (const candidate of [annotated, listed, imported]) {
    if (candidate?.type === 'class' && candidate.native === null && !isFrameworkClass(candidate)) return candidate;
  }
  return null;
}

const configNames = new Set(['config', 'cfg', 'configuration']);

function onlyConfiguration(module: ModuleRecord): Value | null {
  module.scope.reads?.add(allNames);
  const names = [...module.scope.variables.keys()].filter(
    (name) => /\wConfig$/.test(name) && !/^Pre[tT]rained/.test(name),
  );
  const [name, ...others] = names;
  return name === undefined || others.length > 0 ? null : lookUp(moduleFrame(module), name);
}
