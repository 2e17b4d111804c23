import type { GraphNote } from '../../core/graph/graph.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Events } from '../interpreter/machine.ts';
import type { CallArguments, ClassValue, InstanceValue } from '../interpreter/values.ts';
import type { FunctionNode } from '../syntax/ast.ts';

/** What happens while something is evaluated. */
export interface Evaluation {
  readonly notes: GraphNote[];
  readonly facts: CodeFact[];
  /** Instances in the order in which their constructors ended; `depth` counts the constructors around. */
  readonly constructed: { readonly instance: InstanceValue; readonly depth: number }[];
  /** How user classes were called. */
  readonly constructions: Map<ClassValue, CallArguments[]>;
  readonly called: Set<FunctionNode>;
}

/** Passes events on to the recording that is running. */
export interface Collector {
  readonly events: Events;
  record<T>(body: () => T): { readonly value: T; readonly seen: Evaluation };
}

const maxKept = 20_000;
const maxNotes = 200;

export function createCollector(constructionDepth: () => number): Collector {
  let current = emptyRecord();
  return {
    events: {
      note(message, site) {
        addNote(current, { at: { path: site.module.path, start: site.at.start, end: site.at.end }, message });
      },
      fact(fact) {
        if (current.facts.length < maxKept) current.facts.push(fact);
      },
      constructing(class_, arguments_) {
        if (class_.native === null) addConstruction(current, class_, arguments_);
      },
      constructed(instance) {
        if (current.constructed.length >= maxKept) return;
        current.constructed.push({ instance, depth: constructionDepth() });
      },
      called(function_) {
        current.called.add(function_.node);
      },
      attempt(body, isGood) {
        const { value, seen } = record(body);
        if (!isGood(value)) {
          seen.notes.length = 0;
          seen.facts.length = 0;
        }
        addAll(current, seen);
        return value;
      },
    },
    record,
  };

  function record<T>(body: () => T): { readonly value: T; readonly seen: Evaluation } {
    const outer = current;
    const seen = emptyRecord();
    current = seen;
    try {
      return { value: body(), seen };
    } finally {
      current = outer;
    }
  }
}

function addNote({ notes }: Evaluation, { at, message }: GraphNote): void {
  if (notes.length >= maxNotes) return;
  if (!notes.some((note) => note.message === message && note.at?.start === at?.start)) notes.push({ at, message });
}

function addConstruction({ constructions }: Evaluation, class_: ClassValue, arguments_: CallArguments): void {
  const calls = constructions.get(class_);
  if (calls === undefined) constructions.set(class_, [arguments_]);
  else if (calls.length < 8) calls.push(arguments_);
}

function addAll(to: Evaluation, seen: Evaluation): void {
  for (const note of seen.notes) addNote(to, note);
  to.facts.push(...seen.facts.slice(0, maxKept - to.facts.length));
  to.constructed.push(...seen.constructed.slice(0, maxKept - to.constructed.length));
  for (const [class_, calls] of seen.constructions) for (const call of calls) addConstruction(to, class_, call);
  for (const function_ of seen.called) to.called.add(function_);
}

function emptyRecord(): Evaluation {
  return { notes: [], facts: [], constructed: [], constructions: new Map(), called: new Set() };
}
