import type { Span } from '../../core/graph/span.ts';
import type { Framework } from '../frameworks/framework.ts';
import type { Machine, ModuleRecord, Site } from '../interpreter/machine.ts';
import type { CallArguments, ClassValue, FunctionValue, InstanceValue } from '../interpreter/values.ts';
import type { FunctionNode, Range } from '../syntax/ast.ts';
import type { Collector, Evaluation } from './collector.ts';
import {
  attempt,
  constructorOf,
  isFrameworkClass,
  type Outcome,
  type PlainArguments,
  plainArguments,
  requiredParameters,
  symbolicArguments,
} from './construct.ts';
import type { UnitCache } from './incremental/unit-cache.ts';
import { assignedName, nameOfVariable, placeOf } from './root-places.ts';
import {
  classKey,
  frameworkOf,
  type Made,
  madeOf,
  needsArguments,
  placeKey,
  type Seen,
  type Unit,
  unitOf,
} from './unit.ts';

/** A model of the module: what makes it, and the object that it makes. */
export interface Root {
  readonly name: string;
  readonly at: Span;
  readonly nameAt: Span;
  readonly module: ModuleRecord;
  readonly made: Made;
  readonly framework: Framework;
  /** What happened while it was made. */
  readonly seen: Seen;
  /** The call that makes it; `null` where the module's own statements do. */
  readonly origin: Origin | null;
  /** What happened to another object of its class counts too. */
  readonly isMerged: boolean;
}

/** A call of a class or function of the module, and what came of it. */
export interface Origin {
  readonly name: string;
  readonly callee: ClassValue | FunctionValue;
  /** How the module itself calls it. */
  readonly call: CallArguments | null;
  readonly unit: Unit;
}

export interface ModuleRun {
  readonly machine: Machine;
  readonly collector: Collector;
  readonly record: ModuleRecord;
  /** What happened while the module's own statements ran. */
  readonly seen: Evaluation;
  readonly topFunctions: ReadonlyMap<FunctionNode, string>;
  /** Units of earlier analyses; `null` where none can be used. */
  readonly cache: UnitCache | null;
  /** No more time for finding further models, where there are some: those have to be analysed. */
  readonly isLate: () => boolean;
}

/**
 * The models of a module: its model classes, the functions that build and return a model, the variables that hold one, and
 * models that are built inside of a function. A class whose instances are only parts of other models here is none of them.
 */
export function findRoots(run: ModuleRun): readonly Root[] {
  const factories = runFactories(run);
  const classes = constructClasses(run, factories);
  const objects = objectRoots(run, factories, classes);
  const byClass = new Map(classes.map((root) => [root.made.classKey, root]));
  const taken: Root[] = [];
  const takenClasses = new Set<string>();
  const take = (root: Root) => {
    taken.push(root);
    takenClasses.add(root.made.classKey);
  };
  for (const factory of factories.roots) {
    const own = byClass.get(factory.made.classKey);
    // A class that can be made without arguments stands for its factories; one that cannot is shown by them.
    if (own !== undefined && !own.made.needsArguments) continue;
    if (own !== undefined) byClass.delete(factory.made.classKey);
    take(factory);
  }
  for (const object of objects) {
    const own = byClass.get(object.made.classKey);
    if (own === undefined) {
      if (!object.made.isOwnClass || !takenClasses.has(object.made.classKey)) take(object);
    } else if (object.made.writes > own.made.writes) {
      // The module goes on to initialize the object: that is the class as it is used here.
      byClass.set(own.made.classKey, {
        ...own,
        made: object.made,
        seen: merge(own.seen, object.seen),
        origin: object.origin,
        isMerged: true,
      });
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
  if (resolved.type === 'instance') {
    const made = madeOf(run.machine, run.record, resolved);
    return objectRoot(run, name, made, null) ?? `${name} is not a model`;
  }
  if (resolved.type !== 'class' && resolved.type !== 'function') return `${name} is not a model`;
  const { value: outcome, seen } = run.collector.record(() => make(run, resolved, given));
  if (outcome.value === null) return `${name}: ${outcome.problem}`;
  if (outcome.value.type !== 'instance') return `${name} does not make a model`;
  const framework = frameworkOf(run.machine, outcome.value) ?? frameworkOfLayer(run, outcome.value);
  if (framework === null) return `${name} is not a model`;
  const { at, nameAt } = placeOf(resolved, run.record);
  const made = madeOf(run.machine, run.record, outcome.value);
  return { name, at, nameAt, module: run.record, made, framework, seen, origin: null, isMerged: false };
}

/** What was asked for by name may also be a plain layer. */
function frameworkOfLayer(run: ModuleRun, instance: InstanceValue): Framework | null {
  const { frameworks } = run.machine;
  const own = frameworks.find((framework) => framework.isModel(instance));
  return own ?? frameworks.find((framework) => framework.describe(instance).parameters.length > 0) ?? null;
}

/** Calls a class or function of the module; an earlier call that would go the same way stands for it. */
function originOf(run: ModuleRun, name: string, callee: ClassValue | FunctionValue): Origin {
  const call = knownCall(run, callee);
  const fresh = () => evaluateCall(run, callee);
  return { name, callee, call, unit: run.cache === null ? fresh().unit : run.cache.unit(name, callee, call, fresh) };
}

/** Calls a class or function of the module. */
export function evaluateCall(
  run: ModuleRun,
  callee: ClassValue | FunctionValue,
): { readonly unit: Unit; readonly problem: string | null } {
  const { value: outcome, seen } = run.collector.record(() => make(run, callee, undefined));
  const unit = unitOf(run, outcome, seen);
  const { problem } = outcome;
  if (callee.type !== 'class' || unit.made === null) return { unit, problem };
  const met = partsMetOnTheWay(run, unit.made, placeOf(callee, run.record).nameAt);
  return { unit: { ...unit, parts: [...unit.parts, ...met] }, problem };
}

function make(run: ModuleRun, callee: ClassValue | FunctionValue, given: PlainArguments | undefined): Outcome {
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
  const call = given === undefined ? knownCall(run, callee) : null;
  if (call !== null) return symbolicArguments(run.machine, function_, isMethod, call);
  return symbolicArguments(run.machine, function_, isMethod, plainArguments(given ?? {}));
}

/** A class whose constructor is the framework's: as the module itself calls it, where it must be told something. */
function fieldArguments(
  run: ModuleRun,
  callee: ClassValue | FunctionValue,
  given: PlainArguments | undefined,
): CallArguments {
  const call = given === undefined ? knownCall(run, callee) : null;
  return call ?? plainArguments(given ?? {});
}

/** How the module itself calls a class that needs arguments. */
function knownCall(run: ModuleRun, callee: ClassValue | FunctionValue): CallArguments | null {
  const call = callee.type === 'class' ? run.seen.constructions.get(callee)?.[0] : undefined;
  return call !== undefined && callee.type === 'class' && needsArguments(callee) ? call : null;
}

interface Factories {
  readonly roots: readonly Root[];
  /** Models that were built inside of functions and not returned. */
  readonly locals: readonly { readonly made: Made; readonly origin: Origin }[];
  readonly units: readonly Unit[];
}

/** Runs the functions at the top of the module that nothing there calls. */
function runFactories(run: ModuleRun): Factories {
  const roots: Root[] = [];
  const locals: { made: Made; origin: Origin }[] = [];
  const units = new Map<string, Unit>();
  const called = new Set<string>();
  for (const node of run.seen.called) called.add(run.topFunctions.get(node) ?? '');
  for (const { name, node, value } of topFunctions(run.record)) {
    if (called.has(name) || !mayBuild(node, run.record)) continue;
    if (run.isLate()) break;
    const origin = originOf(run, name, value);
    const { unit } = origin;
    units.set(name, unit);
    for (const inner of unit.called) if (inner !== name) called.add(inner);
    const framework = unit.made?.framework ?? null;
    if (unit.made !== null && framework !== null) {
      const { at, nameAt } = placeOf(value, run.record);
      const { made, seen } = unit;
      roots.push({ name, at, nameAt, module: run.record, made, framework, seen, origin, isMerged: false });
    }
    for (const made of unit.locals) locals.push({ made, origin });
  }
  // A factory that another one calls is a helper of it.
  const helpers = new Set<string>();
  for (const [name, unit] of units) for (const inner of unit.called) if (inner !== name) helpers.add(inner);
  return { roots: roots.filter(({ name }) => !helpers.has(name)), locals, units: [...units.values()] };
}

/** The functions at the top of a module, with their names. */
export function topFunctionsOf(record: ModuleRecord): ReadonlyMap<FunctionNode, string> {
  return new Map(
    record.syntax.body.flatMap((statement) =>
      statement.type === 'Function' && statement.function.name !== null
        ? [[statement.function, statement.function.name] as const]
        : [],
    ),
  );
}

function topFunctions(record: ModuleRecord): readonly TopFunction[] {
  let known = topFunctionsByRecord.get(record);
  if (known === undefined) {
    known = findTopFunctions(record);
    topFunctionsByRecord.set(record, known);
  }
  return known;
}

interface TopFunction {
  readonly name: string;
  readonly node: FunctionNode;
  readonly value: FunctionValue;
}

/** Once the module has run. */
const topFunctionsByRecord = new WeakMap<ModuleRecord, readonly TopFunction[]>();

function findTopFunctions(record: ModuleRecord): readonly TopFunction[] {
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
  const parts = new Set<string>();
  for (const unit of factories.units) addParts(unit, parts);
  const roots: Root[] = [];
  for (const class_ of classes) {
    if (parts.has(classKey(class_))) continue;
    // Those further down, which are parts of no other that is left, are done.
    if (run.isLate() && (roots.length > 0 || factories.roots.length > 0)) break;
    const origin = originOf(run, class_.name, class_);
    addParts(origin.unit, parts);
    const { made, seen } = origin.unit;
    const framework = made?.framework ?? null;
    if (made === null || framework === null) continue;
    const { at, nameAt } = placeOf(class_, record);
    roots.push({ name: class_.name, at, nameAt, module: record, made, framework, seen, origin, isMerged: false });
  }
  return roots.filter((root) => !parts.has(root.made.classKey)).reverse();
}

/** Classes of submodules that are only made while the model runs (Flax's `@nn.compact`). */
function partsMetOnTheWay(
  { machine, collector, record }: ModuleRun,
  { instance, framework }: Made,
  at: Span,
): readonly Span[] {
  if (instance === null || framework?.tryRun === undefined) return [];
  const { seen } = collector.record(() =>
    attempt(machine, () => {
      framework.tryRun?.(instance, machine.context({ module: record, at, callee: at }));
      return instance;
    }),
  );
  return seen.constructed.flatMap(({ instance: made }) => {
    // A transformed class (`nn.remat(Block)`) stands for the user's.
    const own = made.class.order.find(({ native }) => native === null);
    return own === undefined || own === instance.class ? [] : (own.at ?? []);
  });
}

function addParts(unit: Unit, parts: Set<string>): void {
  for (const at of unit.parts) parts.add(placeKey(at));
}

/** Once the module has run. */
const topClassesByRecord = new WeakMap<ModuleRecord, readonly ClassValue[]>();

function topClasses(record: ModuleRecord): readonly ClassValue[] {
  let known = topClassesByRecord.get(record);
  if (known === undefined) {
    known = findTopClasses(record);
    topClassesByRecord.set(record, known);
  }
  return known;
}

function findTopClasses(record: ModuleRecord): readonly ClassValue[] {
  const found = new Set<ClassValue>();
  for (const value of record.scope.variables.values()) {
    if (value.type === 'class' && value.native === null && value.at?.path === record.path) found.add(value);
  }
  return [...found].sort((left, right) => (left.at?.start ?? 0) - (right.at?.start ?? 0));
}

/** Variables at the top of the module that hold a model, and models made on the way. */
function objectRoots(run: ModuleRun, factories: Factories, classes: readonly Root[]): readonly Root[] {
  const { machine, record } = run;
  const known = new Set<object>([...factories.roots, ...classes].map(({ made }) => made.identity));
  const roots: Root[] = [];
  const add = (name: string, made: Made, origin: Origin | null): void => {
    const root = objectRoot(run, name, made, origin);
    if (root === null || known.has(root.made.identity)) return;
    known.add(root.made.identity);
    roots.push(root);
  };
  for (const [name, value] of record.scope.variables) {
    if (value.type === 'instance' && !known.has(value)) add(name, madeOf(machine, record, value), null);
  }
  const own = run.seen.constructed
    .filter(({ instance, depth }) => depth === 1 || isModelInside(run, instance))
    .filter(({ instance }) => instance.at?.path === record.path)
    .map(({ instance }) => ({ made: madeOf(machine, record, instance), origin: null }));
  for (const { made, origin } of [...own, ...factories.locals]) {
    if (known.has(made.identity) || made.at?.path !== record.path) continue;
    const name = assignedName(record, made.at)?.name ?? enclosingName(record, made.at);
    if (name !== null) add(name, made, origin);
  }
  return onePerPlace(roots);
}

/** Keras' models are no parts of what is not one itself: an agent that builds its network. */
function isModelInside(run: ModuleRun, instance: InstanceValue): boolean {
  return (
    instance.class.native !== null &&
    run.machine.frameworks.some((framework) => framework.buildsLate === true && framework.isModel(instance))
  );
}

/** A loop makes many objects at one place: the last one stands for them. */
function onePerPlace(roots: readonly Root[]): readonly Root[] {
  return [...new Map(roots.map((root) => [root.at.start, root])).values()];
}

function localRoot(run: ModuleRun, name: string): Root | null {
  return objectRoots(run, runFactories(run), []).find((root) => root.name === name) ?? null;
}

function objectRoot(run: ModuleRun, name: string, made: Made, origin: Origin | null): Root | null {
  const { framework } = made;
  if (framework === null) return null;
  const nameAt = nameOfVariable(run.record, name, made.at);
  const at = made.at?.path === run.record.path ? made.at : nameAt;
  const { seen } = origin?.unit ?? run;
  return { name, at, nameAt, module: run.record, made, framework, seen, origin, isMerged: false };
}

/** `return keras.Sequential(…)`: the function or class that builds the object, where the module itself calls it (`main()`). */
function enclosingName(record: ModuleRecord, at: Span): string | null {
  return (
    around(topFunctions(record), ({ node }) => node, at)?.name ??
    around(topClasses(record), (class_) => class_.at ?? at, at)?.name ??
    null
  );
}

/** Of statements at the top of the module, in their order, the one that a place is in. */
function around<T>(sorted: readonly T[], rangeOf: (item: T) => Range, { start, end }: Span): T | null {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item !== undefined && rangeOf(item).start <= start) low = middle + 1;
    else high = middle;
  }
  const last = sorted[low - 1];
  return last !== undefined && end <= rangeOf(last).end ? last : null;
}

function merge(left: Seen, right: Seen): Seen {
  return { notes: left.notes, facts: [...left.facts, ...right.facts] };
}

/** Objects that are inside of another model are not models of their own. */
function withoutParts(roots: readonly Root[]): Root[] {
  const parts = new Set<object>();
  for (const { made } of roots) for (const part of made.parts) parts.add(part);
  return roots.filter(({ made }) => !parts.has(made.identity));
}
