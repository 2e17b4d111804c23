import type { ModelGraph } from '../graph/graph.ts';
import type { Span } from '../graph/span.ts';
import type { Prediction } from '../signal/signal.ts';
import type { Finding } from './finding.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * Something the interpreter saw that belongs to no graph: a call that raises, an initializer name that does not exist.
 * The interpreter reports the fact; a rule words it.
 */
export type CodeFact =
  /** `kaiming_normal_(w, nonlinearity='gelu')`, `calculate_gain('gelu')`: raises. `at` is the string literal (quotes included). */
  | { readonly kind: 'unsupportedNonlinearity'; readonly at: Span; readonly callee: string; readonly name: string }
  /** A fan-based initializer on a parameter with fewer than two dimensions: raises. `at` is the call. */
  | {
      readonly kind: 'fanOfVector';
      readonly at: Span;
      readonly callee: string;
      readonly parameterName: string;
      readonly shape: readonly (number | string | null)[];
      /** Source text of the tensor argument. */
      readonly argument: string;
    };

/** What a rule sees. A rule is pure: (graph, prediction, facts) -> findings. */
export interface RuleContext {
  readonly graph: ModelGraph;
  readonly prediction: Prediction;
  readonly facts: readonly CodeFact[];
  /** The default ones where none are given. */
  readonly thresholds?: Thresholds;
  /** Called before every rule, and where one follows the whole graph; what it throws ends the check. */
  readonly checkpoint?: () => void;
}

export interface Rule {
  /** Kebab-case and stable: users write it in settings and in ignore comments. */
  readonly id: string;
  /** One line for lists and documentation. */
  readonly title: string;
  /** `earlier`: what the rules before it in the registry found. One place says one thing, and the more specific rule says it. */
  check(context: RuleContext, earlier: readonly Finding[]): readonly Finding[];
}
