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

export function createCollector(constructionDepth: () => number): Collector {
  let current = emptyRecord();
  return {
    events: {
      note(message, site) {
        if (current.notes.length >= 200) return;
        const at = { path: site.module.path, start: site.at.start, end: site.at.end };
        if (!current.notes.some((note) => note.message === message && note.at?.start === at.start)) {
          current.notes.push({ at, message });
        }
      },
      fact(fact) {
        if (current.facts.length < maxKept) current.facts.push(fact);
      },
      constructing(class_, arguments_) {
        if (class_.native !== null) return;
        const calls = current.constructions.get(class_);
        if (calls === undefined) current.constructions.set(class_, [arguments_]);
        else if (calls.length < 8) calls.push(arguments_);
      },
      constructed(instance) {
        if (current.constructed.length >= maxKept) return;
        current.constructed.push({ instance, depth: constructionDepth() });
      },
      called(function_) {
        current.called.add(function_.node);
      },
    },
    record(body) {
      const outer = current;
      const seen = emptyRecord();
      current = seen;
      try {
        return { value: body(), seen };
      } finally {
        current = outer;
      }
    },
  };
}

function emptyRecord(): Evaluation {
  return { notes: [], facts: [], constructed: [], constructions: new Map(), called: new Set() };
}
