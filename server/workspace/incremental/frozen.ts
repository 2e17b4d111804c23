import type { ModelGraph } from '../../../core/graph/graph.ts';
import type { Span } from '../../../core/graph/span.ts';
import type { Framework } from '../../frameworks/framework.ts';
import type { ModelAnalysis } from '../analysis.ts';
import { type Made, placeKey, type Seen, type Unit } from '../unit.ts';
import { mapSpans, type Places, relocate } from './places.ts';

/** A unit without its instances, in the places of the text in which it was evaluated. */
export interface Frozen {
  readonly made: number;
  readonly all: readonly FrozenMade[];
  readonly locals: readonly number[];
  readonly seen: Seen;
  readonly called: ReadonlySet<string>;
  readonly parts: readonly Span[];
}

interface FrozenMade extends Pick<Made, 'className' | 'classAt' | 'isOwnClass' | 'needsArguments' | 'at' | 'writes'> {
  readonly framework: Framework | null;
  readonly identity: object;
  readonly parts: Set<object>;
  analysis: ModelAnalysis | null;
}

/** What is left of a unit without its instances. */
export function freeze({ made, locals, all, seen, called, parts }: Unit): Frozen {
  const frozen = new Map<object, FrozenMade>();
  for (const one of all) {
    const { className, classAt, isOwnClass, needsArguments, at, writes, framework } = one;
    const fixed = { className, classAt, isOwnClass, needsArguments, at, writes, framework };
    frozen.set(one.identity, { ...fixed, identity: {}, parts: new Set(), analysis: null });
  }
  for (const one of all) {
    for (const part of one.parts) {
      const other = frozen.get(part);
      if (other !== undefined) frozen.get(one.identity)?.parts.add(other.identity);
    }
  }
  return {
    made: made === null ? -1 : all.indexOf(made),
    all: [...frozen.values()],
    locals: locals.map((one) => all.indexOf(one)),
    seen: { notes: seen.notes, facts: seen.facts },
    called,
    parts,
  };
}

/** How spans are moved; `null` where nothing has moved. */
export type Move = ((span: Span) => Span) | null;

/** It is kept with what it moves, so it must not lead to an analysis that is over. */
export function moveBetween(before: Places, after: Places): Move {
  return (span) => relocate(span, before, after) ?? span;
}

/** The unit in the places of another text. */
export function thaw({ made, locals, all, seen, called, parts }: Frozen, move: Move): Unit {
  const thawed = all.map((one) => new Thawed(one, move));
  return {
    made: thawed[made] ?? null,
    locals: locals.flatMap((index) => thawed[index] ?? []),
    all: thawed,
    seen: move === null ? seen : mapSpans(seen, move),
    called,
    parts: move === null ? parts : parts.map(move),
  };
}

class Thawed implements Made {
  readonly instance = null;
  readonly className: string;
  readonly classAt: Span | null;
  readonly classKey: string;
  readonly isOwnClass: boolean;
  readonly needsArguments: boolean;
  readonly at: Span | null;
  readonly framework: Framework | null;
  readonly writes: number;
  readonly identity: object;
  readonly parts: ReadonlySet<object>;
  readonly #frozen: ModelAnalysis | null;
  readonly #move: Move;
  #analysis: ModelAnalysis | null = null;

  constructor(frozen: FrozenMade, move: Move) {
    const moved = (at: Span | null) => (at === null || move === null ? at : move(at));
    this.className = frozen.className;
    this.classAt = moved(frozen.classAt);
    this.classKey = this.classAt === null ? frozen.className : placeKey(this.classAt);
    this.isOwnClass = frozen.isOwnClass;
    this.needsArguments = frozen.needsArguments;
    this.at = moved(frozen.at);
    this.framework = frozen.framework;
    this.writes = frozen.writes;
    this.identity = frozen.identity;
    this.parts = frozen.parts;
    this.#frozen = frozen.analysis;
    this.#move = move;
  }

  /** Only models are asked for it. */
  get analysis(): ModelAnalysis | null {
    if (this.#frozen === null) return null;
    this.#analysis ??= movedModel(this.#frozen, this.#move);
    return this.#analysis;
  }
}

/** A model at its new place. Its layers and parameters are many, and are moved when somebody asks for them. */
export function movedModel(analysis: ModelAnalysis, move: Move): ModelAnalysis {
  if (move === null) return analysis;
  const { graph, prediction, facts, findings } = analysis;
  let movedFacts: ModelAnalysis['facts'] | null = null;
  return {
    graph: movedGraph(graph, move),
    prediction,
    get facts() {
      movedFacts ??= mapSpans(facts, move);
      return movedFacts;
    },
    findings: mapSpans(findings, move),
  };
}

function movedGraph(graph: ModelGraph, move: (span: Span) => Span): ModelGraph {
  let layers: ModelGraph['layers'] | null = null;
  let parameters: ModelGraph['parameters'] | null = null;
  return {
    ...graph,
    at: move(graph.at),
    nameAt: move(graph.nameAt),
    notes: mapSpans(graph.notes, move),
    get layers() {
      layers ??= mapSpans(graph.layers, move);
      return layers;
    },
    get parameters() {
      parameters ??= mapSpans(graph.parameters, move);
      return parameters;
    },
  };
}
