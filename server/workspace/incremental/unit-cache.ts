import type { Span } from '../../../core/graph/span.ts';
import { now } from '../../interpreter/clock.ts';
import type { Machine, ModuleRecord } from '../../interpreter/machine.ts';
import { allValues } from '../../interpreter/scopes.ts';
import type { CallArguments, InstanceValue, Value } from '../../interpreter/values.ts';
import type { ModelAnalysis } from '../analysis.ts';
import type { Origin, Root } from '../roots.ts';
import type { Seen, Unit } from '../unit.ts';
import { createFingerprints } from './fingerprint.ts';
import { type Frozen, freeze, type Move, moveBetween, movedModel, thaw } from './frozen.ts';
import { mapSpans, type Places, relocate } from './places.ts';
import { addReachable } from './reachable.ts';

/**
 * The units and models of a module from one analysis to the next. Each is kept with what it read of the module: the names
 * it looked up, and a fingerprint of what they stood for. Where that is the same again the evaluation would go the same way,
 * and the old result stands, its spans moved with their statements. What changed something that was there before it is
 * never kept.
 */
export interface UnitCache {
  /** The unit of a class or function of the module; `call` is how the module itself calls it. */
  unit(name: string, callee: Value, call: CallArguments | null, evaluate: () => Evaluated): Unit;
  /** The analysis of a model: made by `analyze` where that of an earlier time does not hold; `null` where time ran out. */
  model(
    root: Root,
    evaluate: (callee: Origin['callee']) => Unit,
    analyze: (instance: InstanceValue) => ModelAnalysis,
  ): ModelAnalysis | null;
  /** To be called at the end. What was not asked for is only given up by a whole analysis. */
  end(isWhole: boolean): void;
}

interface Evaluated {
  readonly unit: Unit;
  /** Why it did not come to its end. */
  readonly problem: string | null;
}

/** What is kept of one module. */
export interface UnitStore {
  readonly units: Map<string, Versions<KeptUnit>>;
  readonly objects: Map<string, Versions<KeptObject>>;
}

/** Of the same code as it was lately, the latest first: what is typed is often taken back. */
type Versions<T> = readonly T[];

const maxVersions = 3;

export function createUnitStore(): UnitStore {
  return { units: new Map(), objects: new Map() };
}

interface Kept {
  /** The names that it read, and prints of what they and further values stood for. */
  names: readonly string[];
  prints: readonly string[];
  readonly places: Places;
  /** Statements that its spans lie in, and where these began. */
  readonly statements: Map<number, number>;
}

interface KeptUnit extends Kept {
  readonly unit: Frozen;
  /** As it was last asked for, and where the statements that its spans lie in began then. */
  thawed: { readonly unit: Unit; readonly starts: readonly (number | null)[] } | null;
}

interface KeptObject extends Kept {
  readonly analysis: ModelAnalysis;
}

export interface CacheOptions {
  readonly machine: Machine;
  readonly record: ModuleRecord;
  readonly places: Places;
  readonly isShared: (object: object) => boolean;
}

export function createUnitCache(store: UnitStore, options: CacheOptions): UnitCache {
  const { machine, record, places, isShared } = options;
  const fingerprints = createFingerprints(record, places, isShared);
  /** Units of this analysis that may be kept, and how often something older had changed by then. */
  const current = new Map<Unit, { readonly kept: KeptUnit; readonly changes: number }>();
  let changes = 0;
  const seenPrints = new WeakMap<Seen, string>();
  const used = new Set<string>();
  let own: Set<object> | null = null;
  /** Something has changed an imported module: what is evaluated from now on depends on more than on this one. */
  let isDirty = false;

  return { unit, model, end };

  function unit(name: string, callee: Value, call: CallArguments | null, evaluate: () => Evaluated): Unit {
    used.add(name);
    const known = isDirty ? undefined : store.units.get(name)?.find((kept) => holds(kept, [callee, call]));
    if (known !== undefined) {
      keep(store.units, name, known);
      const thawed = thawedOf(known);
      current.set(thawed, { kept: known, changes });
      return thawed;
    }
    const reads = new Set<string>();
    const since = now();
    const { value, isPure } = observed(reads, evaluate);
    if (!isPure || isTimed(value.problem) || reads.has(allValues)) return value.unit;
    // An object that holds what was there before it is not the unit's alone.
    if (value.unit.all.some(({ parts }) => [...parts].some((part) => isOlder(part, since) && reachable().has(part))))
      return value.unit;
    const frozen = freeze(value.unit);
    const names = [...reads].sort();
    const prints = fingerprints.of(names, [callee, call]);
    const kept: KeptUnit = { names, prints, places, statements: new Map(), unit: frozen, thawed: null };
    note(kept, [frozen.seen, frozen.parts, frozen.all.map(({ at, classAt }) => [at, classAt])]);
    keep(store.units, name, kept);
    current.set(value.unit, { kept, changes });
    return value.unit;
  }

  function model(
    root: Root,
    evaluate: (callee: Origin['callee']) => Unit,
    analyze: (instance: InstanceValue) => ModelAnalysis,
  ): ModelAnalysis | null {
    if (root.origin === null) return objectModel(root, analyze);
    const { unit: made, callee, call } = root.origin;
    const { analysis, instance } = root.made;
    const known = current.get(made);
    // Units that were evaluated since may have changed what this one read.
    const isSame = known === undefined || known.changes === changes || holds(known.kept, [callee, call]);
    if (analysis !== null && isSame && !root.isMerged && fits(analysis, root)) return analysis;
    const index = made.all.indexOf(root.made);
    // A model that was none in the earlier analysis: its objects have to be made again.
    const live = instance ?? evaluate(callee).all[index]?.instance ?? null;
    if (live === null) return null;
    if (known === undefined) return analyze(live);
    const { kept } = known;
    const reads = new Set(kept.names);
    const { value, isPure } = observed(reads, () => analyze(live));
    const frozen = kept.unit.all[index];
    const moved = backTo(kept, value);
    const isSound = isSame && isPure && !isStopped(value) && !reads.has(allValues) && !root.isMerged;
    if (!isSound || moved === null || frozen === undefined) {
      drop(kept);
      return value;
    }
    kept.names = [...reads].sort();
    kept.prints = fingerprints.of(kept.names, [callee, call]);
    frozen.analysis = moved;
    kept.thawed = null;
    note(kept, moved.graph);
    note(kept, moved.facts);
    return value;
  }

  /** An analysis of now in the places of the text that the unit was kept with. */
  function backTo(kept: Kept, analysis: ModelAnalysis): ModelAnalysis | null {
    if (kept.places === places) return analysis;
    let isKnown = true;
    const back = (span: Span) => {
      const found = relocate(span, places, kept.places);
      if (found === null) isKnown = false;
      return found ?? span;
    };
    const { graph, prediction, facts, findings } = analysis;
    const moved = { graph: mapSpans(graph, back), facts: mapSpans(facts, back), findings: mapSpans(findings, back) };
    // A prediction has no places, and is only made as far as somebody asks.
    return isKnown ? { ...moved, prediction } : null;
  }

  /** A model that the module's own statements made: it is at hand, only its analysis may be kept. */
  function objectModel(root: Root, analyze: (instance: InstanceValue) => ModelAnalysis): ModelAnalysis | null {
    const { instance } = root.made;
    if (instance === null) return null;
    if (isDirty) return analyze(instance);
    const key = `${root.isMerged ? 'merged' : 'object'} ${root.name}`;
    used.add(key);
    // Before the forward pass, which may leave traces in the object.
    const fixed = [printOf(root.seen), ...fingerprints.of([], [instance])];
    const known = store.objects
      .get(key)
      ?.find((kept) => areEqual(kept.prints, printsWith(fixed, kept.names)) && isThere(kept));
    if (known !== undefined) {
      const moved = movedModel(known.analysis, mover(known));
      if (fits(moved, root)) {
        keep(store.objects, key, known);
        return moved;
      }
    }
    const reads = new Set<string>();
    const { value } = observed(reads, () => analyze(instance));
    if (isStopped(value) || reads.has(allValues) || isDirty) return value;
    const names = [...reads].sort();
    const prints = printsWith(fixed, names);
    const kept = { names, prints, places, statements: new Map<number, number>(), analysis: value };
    note(kept, value.graph);
    note(kept, value.facts);
    keep(store.objects, key, kept);
    return value;
  }

  /** The objects of one module have what happened in common. */
  function printOf(seen: Seen): string {
    const { notes, facts } = seen;
    const print = seenPrints.get(seen) ?? JSON.stringify(mapSpans([notes, facts], placeOf));
    seenPrints.set(seen, print);
    return print;
  }

  function printsWith(fixed: readonly string[], names: readonly string[]): readonly string[] {
    return [...fixed, ...fingerprints.of(names, [])];
  }

  function end(isWhole: boolean): void {
    places.rest();
    if (isDirty) {
      store.units.clear();
      store.objects.clear();
    }
    if (!isWhole) return;
    for (const kept of [store.units, store.objects]) {
      for (const name of kept.keys()) if (!used.has(name)) kept.delete(name);
    }
  }

  function drop(kept: KeptUnit): void {
    for (const [name, versions] of store.units) {
      if (!versions.includes(kept)) continue;
      const others = versions.filter((other) => other !== kept);
      if (others.length === 0) store.units.delete(name);
      else store.units.set(name, others);
    }
  }

  function holds(kept: Kept, others: readonly (Value | CallArguments | null)[]): boolean {
    return isThere(kept) && fingerprints.are(kept.prints, kept.names, others);
  }

  function isThere({ statements }: Kept): boolean {
    for (const statement of statements.keys()) if (places.startOf(statement) === null) return false;
    return true;
  }

  /** Runs something, notes the names that it reads, and whether it left everything as it was that was there before. */
  function observed<T>(reads: Set<string>, body: () => T): { readonly value: T; readonly isPure: boolean } {
    const { scope } = record;
    scope.reads = reads;
    try {
      const { value, changed } = machine.journal.watch(body);
      let isPure = true;
      for (const target of changed) {
        if (isShared(target)) isDirty = true;
        else if (!reachable().has(target)) continue;
        isPure = false;
      }
      if (!isPure) {
        changes++;
        fingerprints.forget();
      }
      return { value, isPure };
    } finally {
      scope.reads = null;
    }
  }

  function reachable(): Set<object> {
    if (own === null) {
      own = new Set();
      const found = own;
      addReachable(record.scope, {
        has: (object) => found.has(object) || isShared(object),
        add: (object) => found.add(object),
      });
    }
    return own;
  }

  /** Remembers the statements that spans lie in. */
  function note(kept: Kept, value: unknown): void {
    mapSpans(value, (span) => {
      const { places: own, statements } = kept;
      if (span.path === own.path) statements.set(own.statementAt(span.start), own.startAround(span.start));
      return span;
    });
  }

  function placeOf({ path, start, end }: Span): Span {
    return { path: path === places.path ? places.keyOf(start) : `${path}:${start}`, start: 0, end: end - start };
  }

  function thawedOf(kept: KeptUnit): Unit {
    const starts = Array.from(kept.statements.keys(), places.startOf);
    const { thawed } = kept;
    if (thawed !== null && thawed.starts.length === starts.length && starts.every((at, i) => at === thawed.starts[i]))
      return thawed.unit;
    const unit = thaw(kept.unit, mover(kept));
    kept.thawed = { unit, starts };
    return unit;
  }

  function mover({ places: before, statements }: Kept): Move {
    let isMoved = false;
    for (const [statement, start] of statements) isMoved ||= places.startOf(statement) !== start;
    return isMoved ? moveBetween(before, places) : null;
  }
}

function keep<T>(store: Map<string, Versions<T>>, name: string, latest: T): void {
  const versions = store.get(name) ?? [];
  if (versions[0] === latest) return;
  store.set(name, [latest, ...versions.filter((other) => other !== latest)].slice(0, maxVersions));
}

/** What does not tell when it was made may be. */
function isOlder(object: object, time: number): boolean {
  return !('born' in object && typeof object.born === 'number' && object.born > time);
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

/** The analysis is of this very model, under this name. */
function fits({ graph }: ModelAnalysis, { name, at, nameAt }: Root): boolean {
  return graph.name === name && isSamePlace(graph.at, at) && isSamePlace(graph.nameAt, nameAt);
}

function isSamePlace(left: Span, right: Span): boolean {
  return left.start === right.start && left.path === right.path;
}

/** The clock decided, so the next time it may be otherwise. */
function isTimed(problem: string | null): boolean {
  return problem === 'out of time';
}

function isStopped({ graph }: ModelAnalysis): boolean {
  return graph.notes.some(({ message }) => /: out of time$/.test(message));
}
