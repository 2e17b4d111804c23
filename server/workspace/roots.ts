import type { Span } from '../../core/graph/span.ts';
import type { Framework } from '../frameworks/framework.ts';
import type { Machine, ModuleRecord, Site } from '../interpreter/machine.ts';
import type { CallArguments, ClassValue, FunctionValue, InstanceValue } from '../interpreter/values.ts';
import type { FunctionNode } from '../syntax/ast.ts';
import type { Collector, Evaluation } from './collector.ts';
import {
  attempt,
  constructorOf,
  isFrameworkClass,
  type PlainArguments,
  plainArguments,
  requiredFields,
  requiredParameters,
  symbolicArguments,
} from './construct.ts';
import { assignedName, nameOfVariable, placeOf } from './root-places.ts';

/** A model of the module: what makes it, and the object that it makes. */
export interface Root {
  readonly name: string;
  readonly at: Span;
  readonly nameAt: Span;
  readonly module: ModuleRecord;
  readonly instance: InstanceValue;
  readonly framework: Framework;
  /** What happened while it was made. */
  readonly seen: Evaluation;
}

export interface ModuleRun {
  readonly machine: Machine;
  readonly collector: Collector;
  readonly record: ModuleRecord;
  /** What happened while the module's own statements ran. */
  readonly seen: Evaluation;
}

/**
 * The models of a module: its model classes, the functions that build and return a model, the variables that hold one, and
 * models that are built inside of a function. A class whose instances are only parts of other models here is none of them.
 */
export function findRoots(run: ModuleRun): readonly Root[] {
  const factories = runFactories(run);
  const classes = constructClasses(run, factories);
  const objects = objectRoots(run, factories, classes);
  const byClass = new Map(classes.map((root) => [root.instance.class, root]));
  const taken: Root[] = [];
  for (const factory of factories.roots) {
    const own = byClass.get(factory.instance.class);
    // A class that can be made without arguments stands for its factories; one that cannot is shown by them.
    if (own !== undefined && !needsArguments(own.instance.class)) continue;
    if (own !== undefined) byClass.delete(factory.instance.class);
    taken.push(factory);
  }
  for (const object of objects) {
    const own = byClass.get(object.instance.class);
    if (own === undefined) {
      if (
        object.instance.class.at?.path !== run.record.path ||
        !taken.some((root) => root.instance.class === object.instance.class)
      ) {
        taken.push(object);
      }
    } else if (countWrites(object) > countWrites(own)) {
      // The module goes on to initialize the object: that is the class as it is used here.
      byClass.set(own.instance.class, { ...own, instance: object.instance, seen: merge(own.seen, object.seen) });
    }
  }
  taken.push(...byClass.values());
  return withoutParts(taken).sort((left, right) => left.at.start - right.at.start);
}

/** The model that a name of the module stands for: a class, a factory, a variable. */
export function findRoot(run: ModuleRun, name: string, given: PlainArguments | undefined): Root | string {
  const value = run.record.scope.variables.get(name);
  const resolved = value?.type === 'lazy' ? value.force() : value;
  if (resolved === undefined) return localRoot(run, name) ?? `no class, function or variable ${name}`;
  if (resolved.type === 'instance') return objectRoot(run, name, resolved, run.seen) ?? `${name} is not a model`;
  if (resolved.type !== 'class' && resolved.type !== 'function') return `${name} is not a model`;
  const { value: outcome, seen } = run.collector.record(() => make(run, resolved, given));
  if (outcome.value === null) return `${name}: ${outcome.problem}`;
  if (outcome.value.type !== 'instance') return `${name} does not make a model`;
  const framework = frameworkOf(run, outcome.value, true);
  if (framework === null) return `${name} is not a model`;
  const { at, nameAt } = placeOf(resolved, run.record);
  return { name, at, nameAt, module: run.record, instance: outcome.value, framework, seen };
}

function make(run: ModuleRun, callee: ClassValue | FunctionValue, given: PlainArguments | undefined) {
  const { machine, record } = run;
  const function_ = callee.type === 'class' ? constructorOf(callee) : callee;
  const arguments_ =
    function_ === null ? fieldArguments(run, callee, given) : argumentsFor(run, callee, function_, given);
  const { nameAt } = placeOf(callee, record);
  const site: Site = { module: record, at: nameAt, callee: nameAt };
  return attempt(machine, () => machine.call(callee, arguments_, site));
}

/** What is given, else (where something is required) how the module itself calls it, else symbols. */
function argumentsFor(
  run: ModuleRun,
  callee: ClassValue | FunctionValue,
  function_: FunctionValue,
  given: PlainArguments | undefined,
): CallArguments {
  const isMethod = callee.type === 'class';
  if (given === undefined && callee.type === 'class' && needsArguments(callee)) {
    const [call] = run.seen.constructions.get(callee) ?? [];
    if (call !== undefined) return symbolicArguments(run.machine, function_, isMethod, call);
  }
  return symbolicArguments(run.machine, function_, isMethod, plainArguments(given ?? {}));
}

/** A class whose constructor is the framework's: as the module itself calls it, where it must be told something. */
function fieldArguments(
  run: ModuleRun,
  callee: ClassValue | FunctionValue,
  given: PlainArguments | undefined,
): CallArguments {
  if (given === undefined && callee.type === 'class' && needsArguments(callee)) {
    const [call] = run.seen.constructions.get(callee) ?? [];
    if (call !== undefined) return call;
  }
  return plainArguments(given ?? {});
}

function needsArguments(class_: ClassValue): boolean {
  const own = constructorOf(class_);
  if (own === null) return requiredFields(class_).length > 0;
  return requiredParameters(own.node, own.module.language === 'python').length > 0;
}

interface Factories {
  readonly roots: readonly Root[];
  /** Models that were built inside of functions and not returned. */
  readonly locals: readonly { readonly instance: InstanceValue; readonly seen: Evaluation }[];
  readonly evaluations: readonly Evaluation[];
}

/** Runs the functions at the top of the module that nothing there calls. */
function runFactories(run: ModuleRun): Factories {
  const roots: Root[] = [];
  const locals: { instance: InstanceValue; seen: Evaluation }[] = [];
  const evaluations: Evaluation[] = [];
  const called = new Set<FunctionNode>(run.seen.called);
  for (const { name, node, value } of topFunctions(run.record)) {
    if (called.has(node) || !mayBuild(node, run.record)) continue;
    const { value: outcome, seen } = run.collector.record(() => make(run, value, undefined));
    evaluations.push(seen);
    for (const inner of seen.called) if (inner !== node) called.add(inner);
    const framework = outcome.value?.type === 'instance' ? frameworkOf(run, outcome.value, false) : null;
    if (outcome.value?.type === 'instance' && framework !== null) {
      const { at, nameAt } = placeOf(value, run.record);
      roots.push({ name, at, nameAt, module: run.record, instance: outcome.value, framework, seen });
    }
    for (const { instance, depth } of seen.constructed) if (depth === 1) locals.push({ instance, seen });
  }
  // A factory that another one calls is a helper of it.
  return {
    roots: roots.filter((root) => !evaluations.some((seen) => seen !== root.seen && calls(seen, root))),
    locals,
    evaluations,
  };
}

function calls(seen: Evaluation, root: Root): boolean {
  for (const node of seen.called) if (node.nameAt?.start === root.nameAt.start && node.name === root.name) return true;
  return false;
}

function topFunctions(record: ModuleRecord) {
  return record.syntax.body.flatMap((statement) => {
    if (statement.type !== 'Function' || statement.function.name === null) return [];
    const { name } = statement.function;
    const value = record.scope.variables.get(name);
    return value?.type === 'function' && !name.startsWith('test') ? [{ name, node: statement.function, value }] : [];
  });
}

/**
 * Functions without required arguments are run; others only where they put a model together themselves (`build(input_shape)`),
 * since a call without its arguments shows little.
 */
function mayBuild(node: FunctionNode, record: ModuleRecord): boolean {
  if (requiredParameters(node, false).length === 0) return true;
  const text = record.text.slice(node.start, node.end);
  return /\bSequential\b|\bModel\s*\(|\btf\.(sequential|model)\b|\.init\s*\(/.test(text);
}

/** Makes an instance of every model class; one that is a part of another class's instance is left to that. */
function constructClasses(run: ModuleRun, factories: Factories): Root[] {
  const { record } = run;
  const classes = topClasses(record).filter(isFrameworkClass).reverse();
  const parts = new Set<ClassValue>();
  for (const seen of factories.evaluations) addParts(seen, parts);
  const roots: Root[] = [];
  for (const class_ of classes) {
    if (parts.has(class_)) continue;
    const { value: outcome, seen } = run.collector.record(() => make(run, class_, undefined));
    addParts(seen, parts);
    if (outcome.value?.type !== 'instance') continue;
    const framework = frameworkOf(run, outcome.value, false);
    if (framework === null) continue;
    const { at, nameAt } = placeOf(class_, record);
    for (const part of partsMetOnTheWay(run, outcome.value, framework, nameAt)) parts.add(part);
    roots.push({ name: class_.name, at, nameAt, module: record, instance: outcome.value, framework, seen });
  }
  return roots.filter((root) => !parts.has(root.instance.class)).reverse();
}

/** Classes of submodules that are only made while the model runs (Flax's `@nn.compact`). */
function partsMetOnTheWay(
  { machine, collector, record }: ModuleRun,
  instance: InstanceValue,
  framework: Framework,
  at: Span,
): readonly ClassValue[] {
  if (framework.tryRun === undefined) return [];
  const { seen } = collector.record(() =>
    attempt(machine, () => {
      framework.tryRun?.(instance, machine.context({ module: record, at, callee: at }));
      return instance;
    }),
  );
  return seen.constructed.flatMap(({ instance: made }) =>
    made.class.native === null && made.class !== instance.class ? [made.class] : [],
  );
}

function addParts(seen: Evaluation, parts: Set<ClassValue>): void {
  for (const { instance, depth } of seen.constructed) {
    if (depth > 1 && instance.class.native === null) parts.add(instance.class);
  }
}

function topClasses(record: ModuleRecord): ClassValue[] {
  const found = new Set<ClassValue>();
  for (const value of record.scope.variables.values()) {
    if (value.type === 'class' && value.native === null && value.at?.path === record.path) found.add(value);
  }
  return [...found].sort((left, right) => (left.at?.start ?? 0) - (right.at?.start ?? 0));
}

/** Variables at the top of the module that hold a model, and models made on the way. */
function objectRoots(run: ModuleRun, factories: Factories, classes: readonly Root[]): readonly Root[] {
  const known = new Set<InstanceValue>([...factories.roots, ...classes].map((root) => root.instance));
  const roots: Root[] = [];
  const add = (root: Root | null): void => {
    if (root === null || known.has(root.instance)) return;
    known.add(root.instance);
    roots.push(root);
  };
  for (const [name, value] of run.record.scope.variables) {
    if (value.type === 'instance' && !known.has(value)) add(objectRoot(run, name, value, run.seen));
  }
  const made = [
    ...run.seen.constructed.filter((entry) => entry.depth === 1).map(({ instance }) => ({ instance, seen: run.seen })),
    ...factories.locals,
  ];
  for (const { instance, seen } of made) {
    if (known.has(instance) || instance.at?.path !== run.record.path) continue;
    const name = assignedName(run.record, instance.at)?.name ?? enclosingFunction(run.record, instance.at);
    if (name !== null) add(objectRoot(run, name, instance, seen));
  }
  return onePerPlace(roots);
}

/** A loop makes many objects at one place: the last one stands for them. */
function onePerPlace(roots: readonly Root[]): readonly Root[] {
  return [...new Map(roots.map((root) => [root.at.start, root])).values()];
}

function localRoot(run: ModuleRun, name: string): Root | null {
  return objectRoots(run, runFactories(run), []).find((root) => root.name === name) ?? null;
}

function objectRoot(run: ModuleRun, name: string, instance: InstanceValue, seen: Evaluation): Root | null {
  const framework = frameworkOf(run, instance, false);
  if (framework === null) return null;
  const nameAt = nameOfVariable(run.record, name, instance.at);
  const at = instance.at?.path === run.record.path ? instance.at : nameAt;
  return { name, at, nameAt, module: run.record, instance, framework, seen };
}

/** `return keras.Sequential(…)`: the function that builds the object, where the module itself calls it (`main()`). */
function enclosingFunction(record: ModuleRecord, at: Span): string | null {
  const function_ = topFunctions(record).find(({ node }) => node.start <= at.start && at.end <= node.end);
  return function_?.name ?? null;
}

/** The framework whose model this is. One that was asked for by name may also be a plain layer. */
function frameworkOf(run: ModuleRun, instance: InstanceValue, isAsked: boolean): Framework | null {
  const { frameworks } = run.machine;
  const known = frameworks.find((framework) => framework.isModel(instance));
  if (known !== undefined) {
    const { parameters, modules } = known.describe(instance);
    const hasParts = parameters.length > 0 || (known.buildsLate === true && modules.size > 0);
    return hasParts || isAsked ? known : null;
  }
  if (!isAsked) return null;
  return frameworks.find((framework) => framework.describe(instance).parameters.length > 0) ?? null;
}

function countWrites(root: Root): number {
  return root.framework
    .describe(root.instance)
    .parameters.reduce((count, { tensor }) => count + (tensor.storage?.writes.length ?? 0), 0);
}

function merge(left: Evaluation, right: Evaluation): Evaluation {
  return { ...left, facts: [...left.facts, ...right.facts] };
}

/** Objects that are inside of another model are not models of their own. */
function withoutParts(roots: readonly Root[]): Root[] {
  const parts = new Set<InstanceValue>();
  for (const root of roots) {
    for (const part of root.framework.describe(root.instance).modules.keys())
      if (part !== root.instance) parts.add(part);
  }
  return roots.filter((root) => !parts.has(root.instance));
}
