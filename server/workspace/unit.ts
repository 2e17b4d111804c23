import type { GraphNote } from '../../core/graph/graph.ts';
import type { Span } from '../../core/graph/span.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import { once } from '../../core/signal/marginal.ts';
import type { Framework } from '../frameworks/framework.ts';
import type { Machine, ModuleRecord } from '../interpreter/machine.ts';
import type { ClassValue, InstanceValue } from '../interpreter/values.ts';
import type { FunctionNode } from '../syntax/ast.ts';
import type { ModelAnalysis } from './analysis.ts';
import type { Evaluation } from './collector.ts';
import { constructorOf, type Outcome, requiredFields, requiredParameters } from './construct.ts';

/**
 * What came of one call of a class or function of the module. A unit of an earlier analysis that would come out the same
 * has no instances any more, only what is asked of them.
 */
export interface Unit {
  /** What the call gave, where that is an object of a class. */
  readonly made: Made | null;
  /** Objects that were made in it directly, `made` among them. */
  readonly locals: readonly Made[];
  /** The objects above, each once. */
  readonly all: readonly Made[];
  readonly seen: Seen;
  /** Functions at the module's top that ran, by name. */
  readonly called: ReadonlySet<string>;
  /** Where the classes are written of which objects were made inside of the constructors of others. */
  readonly parts: readonly Span[];
}

export interface Seen {
  readonly notes: readonly GraphNote[];
  readonly facts: readonly CodeFact[];
}

/** An object that may be a model. */
export interface Made {
  /** `null` in a unit of an earlier analysis. */
  readonly instance: InstanceValue | null;
  /** The class, by where it is written. */
  readonly classKey: string;
  readonly className: string;
  readonly classAt: Span | null;
  /** The class is written in the module that is analysed. */
  readonly isOwnClass: boolean;
  readonly needsArguments: boolean;
  /** The constructor call. */
  readonly at: Span | null;
  /** The framework whose model this is. */
  readonly framework: Framework | null;
  /** How often something was written into its parameters. */
  readonly writes: number;
  /** What it is known by among the `parts` of others: its instance, while there is one. */
  readonly identity: object;
  /** What it holds as submodules. */
  readonly parts: ReadonlySet<object>;
  /** The analysis of an earlier time, if it holds. */
  readonly analysis: ModelAnalysis | null;
}

export function unitOf({ machine, record, topFunctions }: UnitRun, outcome: Outcome, seen: Evaluation): Unit {
  const made = outcome.value?.type === 'instance' ? madeOf(machine, record, outcome.value) : null;
  const locals = seen.constructed
    .filter(({ depth }) => depth === 1)
    .map(({ instance }) => (instance === outcome.value && made !== null ? made : madeOf(machine, record, instance)));
  const parts = new Set<Span>();
  for (const { instance, depth } of seen.constructed) {
    if (depth > 1 && instance.class.native === null && instance.class.at !== null) parts.add(instance.class.at);
  }
  const called = new Set<string>();
  for (const node of seen.called) {
    const name = topFunctions.get(node);
    if (name !== undefined) called.add(name);
  }
  const all = made === null || locals.includes(made) ? locals : [...locals, made];
  return { made, locals, all, seen, called, parts: [...parts] };
}

interface UnitRun {
  readonly machine: Machine;
  readonly record: ModuleRecord;
  /** The functions at the top of the module, with their names. */
  readonly topFunctions: ReadonlyMap<FunctionNode, string>;
}

export function madeOf(machine: Machine, record: ModuleRecord, instance: InstanceValue): Made {
  const whole = once(() => wholeOf(machine, instance));
  let writes: number | undefined;
  return {
    instance,
    classKey: classKey(instance.class),
    className: instance.class.name,
    classAt: instance.class.at,
    isOwnClass: instance.class.at?.path === record.path,
    needsArguments: needsArguments(instance.class),
    at: instance.at,
    get framework() {
      return whole().framework;
    },
    get writes() {
      writes ??= countWrites(this.framework, instance);
      return writes;
    },
    identity: instance,
    get parts() {
      return whole().parts;
    },
    analysis: null,
  };
}

export function classKey(class_: Pick<ClassValue, 'at' | 'name'>): string {
  return class_.at === null ? class_.name : placeKey(class_.at);
}

export function placeKey(at: Span): string {
  return `${at.path}:${at.start}`;
}

export function needsArguments(class_: ClassValue): boolean {
  const own = constructorOf(class_);
  if (own === null) return requiredFields(class_).length > 0;
  return requiredParameters(own.node, own.module.language === 'python').length > 0;
}

/** The framework whose model this is: with parameters, or parts that will have some. */
export function frameworkOf({ frameworks }: Pick<Machine, 'frameworks'>, instance: InstanceValue): Framework | null {
  return wholeOf({ frameworks }, instance).framework;
}

/** The same, and the modules that it holds: both are told by one walk through all of it. */
function wholeOf({ frameworks }: Pick<Machine, 'frameworks'>, instance: InstanceValue): Whole {
  const known = frameworks.find((framework) => framework.isModel(instance));
  const { parameters, modules } = known?.describe(instance) ?? nothing;
  const isWhole = parameters.length > 0 || (known?.buildsLate === true && modules.size > 0);
  if (known === undefined || !isWhole) return { framework: null, parts: new Set() };
  const parts = new Set<object>(modules.keys());
  parts.delete(instance);
  return { framework: known, parts };
}

interface Whole {
  readonly framework: Framework | null;
  readonly parts: ReadonlySet<object>;
}

const nothing: ReturnType<Framework['describe']> = { parameters: [], modules: new Map() };

function countWrites(framework: Framework | null, instance: InstanceValue): number {
  if (framework === null) return 0;
  const { parameters } = framework.describe(instance);
  return parameters.reduce((count, { tensor }) => count + (tensor.storage?.writes.length ?? 0), 0);
}
