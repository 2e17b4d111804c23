import type { Finding } from '../../core/rules/finding.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Framework } from '../frameworks/framework.ts';
import { Cancelled, modelLimits } from '../interpreter/budget.ts';
import { createMachine } from '../interpreter/create.ts';
import { finalize } from '../interpreter/finalize.ts';
import { createTrace } from '../interpreter/graph-builder.ts';
import { type Machine, type ModuleRecord, Raised } from '../interpreter/machine.ts';
import type { InstanceValue } from '../interpreter/values.ts';
import type { AnalyzeOptions, Analyzer, ModelAnalysis, ModuleAnalysis } from './analysis.ts';
import { type Collector, createCollector, type Evaluation } from './collector.ts';
import { placesOf } from './incremental/places.ts';
import { createUnitCache, type UnitCache } from './incremental/unit-cache.ts';
import { createUnitStores } from './incremental/unit-stores.ts';
import { judge, judgeModule } from './judge.ts';
import { createModuleStore, type ModuleStore } from './module-store.ts';
import { createSourceCache, languageOf, type SourceCache } from './parse.ts';
import { evaluateCall, findRoot, findRoots, type ModuleRun, type Root, topFunctionsOf } from './roots.ts';
import { type Stopwatch, startStopwatch } from './stopwatch.ts';
import type { Workspace } from './workspace.ts';

/** Reads, evaluates and judges modules. What has been parsed and imported is kept for the next analysis. */
export function createAnalyzer(
  workspace: Workspace,
  frameworks: readonly Framework[],
  sources: SourceCache = createSourceCache(workspace),
  /** Keep the models of a file for the next analysis of it. */
  isIncremental = false,
): Analyzer {
  const units = createUnitStores();
  let isOver: () => boolean = () => false;
  let allowed = Number.POSITIVE_INFINITY;
  const collector: Collector = createCollector(() => machine.state.constructions);
  const machine: Machine = createMachine({
    frameworks,
    events: collector.events,
    isCancelled: () => isOver(),
    importModule: (name, level, from) => store.importModule(name, level, from),
    importName: (name, level, member, from) => store.importName(name, level, member, from),
    exportedNames: (name, level, from) => store.exportedNames(name, level, from),
    starred: (name, level, from) => store.starred(name, level, from),
    fill: (dict, key) => store.fill(dict, key),
    loadedModule: (name) => store.loadedModule(name),
    textOf: (span) => store.textOf(span),
  });
  const store: ModuleStore = createModuleStore(machine, workspace, sources, isIncremental);

  return {
    analyze(path, options = {}) {
      const { isCancelled = () => false, milliseconds = Number.POSITIVE_INFINITY } = options;
      const time = startStopwatch();
      allowed = options.firstMilliseconds ?? milliseconds;
      isOver = () => isCancelled() || time.isOver(allowed);
      try {
        return machine.journal.temporarily(() => analyze(path, options, time));
      } catch (error) {
        if (error instanceof Cancelled)
          return withoutModels(path, 'out of time: no model was analysed', progress(path, 0));
        // A bug of ours in one file must not take the others down.
        return failedAnalysis(path, error);
      }
    },
  };

  function analyze(path: string, options: AnalyzeOptions, time: Stopwatch): ModuleAnalysis {
    const source = sources.get(path);
    if (source === null) return withoutModels(path, 'cannot be read');
    const record = store.begin(source);
    if (isIncremental && !store.refresh()) units.clear();
    const { value: ran, seen } = collector.record(() => machine.journal.watch(() => store.run(record)));
    const stopped = ran.value;
    const notes = stopped === null ? [] : [{ at: null, message: `only the beginning was evaluated: ${stopped}` }];
    const isAlone = stopped === null && !ran.changed.some((object) => store.isShared(object));
    const cache = isIncremental && isAlone ? cacheFor(record) : null;
    // Half of what is left goes to finding the models, the other half to what is found of them.
    const enough = (time.elapsed() + (options.milliseconds ?? Number.POSITIVE_INFINITY)) / 2;
    let isLate = false;
    const late = () => {
      isLate ||= time.isOver(enough);
      return isLate;
    };
    const run = { machine, collector, record, seen, cache, topFunctions: topFunctionsOf(record), isLate: late };
    let left: string | null = 'more models may be there';
    try {
      const { value: found } = collector.record(() => rootsOf(run, options));
      if (typeof found === 'string') return analysisOf(record, [], seen, [...notes, { at: null, message: found }]);
      const models = modelsOf(run, found, options);
      const isWhole = models.length === found.length;
      if (!isLate) left = isWhole ? null : `${found.length - models.length} more models were not analysed`;
      if (left === null) return analysisOf(record, models, seen, notes);
      const analysis = analysisOf(record, models, seen, [...notes, { at: null, message: `out of time: ${left}` }]);
      return { ...analysis, partial: progress(path, models.length) };
    } finally {
      cache?.end(left === null);
    }
  }

  /** Of as many roots as there is time for. */
  function modelsOf(run: ModuleRun, found: readonly Root[], options: AnalyzeOptions): readonly ModelAnalysis[] {
    const models: ModelAnalysis[] = [];
    try {
      for (const root of found) {
        machine.budget.checkpoint();
        const model = modelOf(run, root, options);
        if (model === null) continue;
        models.push(model);
        allowed = options.milliseconds ?? Number.POSITIVE_INFINITY;
      }
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
    return models;
  }

  function progress(path: string, models: number): { readonly reached: number } {
    const { units: calls, objects } = units.of(path);
    return { reached: store.size + calls.size + objects.size + models };
  }

  function cacheFor(record: ModuleRecord): UnitCache | null {
    const places = placesOf(record.path, record.syntax);
    const { isShared } = store;
    return places === null ? null : createUnitCache(units.of(record.path), { machine, record, places, isShared });
  }
}

function modelOf(run: ModuleRun, root: Root, options: AnalyzeOptions): ModelAnalysis | null {
  const { machine, collector, cache } = run;
  const analyze = (instance: InstanceValue) => analyzeModel(machine, collector, root, instance, options);
  if (cache !== null) return cache.model(root, (callee) => evaluateCall(run, callee).unit, analyze);
  return root.made.instance === null ? null : analyze(root.made.instance);
}

function rootsOf(run: ModuleRun, options: AnalyzeOptions): readonly Root[] | string {
  if (options.symbol === undefined) return findRoots(run);
  const root = findRoot(run, options.symbol, options.arguments);
  return typeof root === 'string' ? root : [root];
}

function withoutModels(path: string, message: string, partial?: ModuleAnalysis['partial']): ModuleAnalysis {
  const analysis = { path, language: languageOf(path), text: '', models: [], findings: [] };
  return { ...analysis, notes: [{ at: null, message }], ...(partial === undefined ? {} : { partial }) };
}

function failedAnalysis(path: string, error: unknown): ModuleAnalysis {
  return withoutModels(
    path,
    `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
}

/** Traces the forward pass of a model and judges what comes out. */
function analyzeModel(
  machine: Machine,
  collector: Collector,
  root: Root,
  instance: InstanceValue,
  options: AnalyzeOptions,
): ModelAnalysis {
  const trace = createTrace();
  const { state } = machine;
  state.trace = trace;
  const { value: outcome, seen } = collector.record(() => {
    try {
      return machine.budget.within(modelLimits, () => traceForward(machine, root, instance, options));
    } finally {
      state.trace = null;
    }
  });
  const traced = 'value' in outcome ? outcome.value : { inputs: [], outputs: [], problem: outcome.stopped };
  const problems = traced.problem === null ? [] : [{ at: root.nameAt, message: `forward pass: ${traced.problem}` }];
  machine.budget.checkpoint();
  const graph = finalize({
    name: root.name,
    framework: root.framework.id,
    at: root.at,
    nameAt: root.nameAt,
    description: root.framework.describe(instance),
    nodes: trace.nodes,
    results: trace.results,
    inputs: traced.inputs,
    outputs: traced.outputs,
    loss: root.framework.loss?.(instance) ?? null,
    notes: [...root.seen.notes, ...seen.notes, ...problems],
  });
  const facts = distinctFacts([...root.seen.facts, ...seen.facts]);
  return { graph, facts, ...judge(graph, facts, () => machine.budget.checkpoint()) };
}

function traceForward(machine: Machine, root: Root, instance: InstanceValue, options: AnalyzeOptions) {
  const context = machine.context({ module: root.module, at: root.nameAt, callee: root.nameAt });
  try {
    const traced = root.framework.trace(instance, options.inputs ?? null, context);
    if (traced === null) return { inputs: [], outputs: [], problem: 'no inputs could be found that fit' };
    return { ...traced, problem: null };
  } catch (error) {
    if (error instanceof Raised) return { inputs: [], outputs: [], problem: `raises ${error.name}` };
    throw error;
  }
}

function analysisOf(
  record: ModuleRecord,
  models: readonly ModelAnalysis[],
  seen: Evaluation,
  notes: ModuleAnalysis['notes'],
): ModuleAnalysis {
  const { path, language, text } = record;
  const outside = distinctFacts(seen.facts).filter(
    (fact) => !models.some((model) => model.facts.some((known) => sameFact(known, fact))),
  );
  const findings = [...models.flatMap((model) => model.findings), ...judgeModule(record, outside)];
  return {
    path,
    language,
    text,
    models,
    findings: distinctFindings(findings).filter((finding) => finding.at.path === path),
    notes: [...notes, ...models.flatMap((model) => model.graph.notes)],
  };
}

function sameFact(left: CodeFact, right: CodeFact): boolean {
  return left.kind === right.kind && left.at.path === right.at.path && left.at.start === right.at.start;
}

function distinctFacts(facts: readonly CodeFact[]): readonly CodeFact[] {
  return [...new Map(facts.map((fact) => [`${fact.kind}:${fact.at.path}:${fact.at.start}`, fact])).values()];
}

/** Several models share layers and initializers: each place is told once, by the model it weighs most in. */
function distinctFindings(findings: readonly Finding[]): readonly Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}:${finding.at.path}:${finding.at.start}:${finding.at.end}`;
    const known = byPlace.get(key);
    if (known === undefined || rank(finding) > rank(known)) byPlace.set(key, finding);
  }
  return [...byPlace.values()].sort((left, right) => left.at.start - right.at.start);
}

function rank(finding: Finding): number {
  return ['hint', 'information', 'warning', 'error'].indexOf(finding.severity);
}
