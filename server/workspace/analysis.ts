import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import type { Finding } from '../../core/rules/finding.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Prediction } from '../../core/signal/signal.ts';
import type { Language } from '../syntax/ast.ts';

/** One model of a module, with everything known of it. */
export interface ModelAnalysis {
  readonly graph: ModelGraph;
  readonly prediction: Prediction;
  readonly facts: readonly CodeFact[];
  readonly findings: readonly Finding[];
}

/** What the analyzer says of one file or notebook. */
export interface ModuleAnalysis {
  readonly path: string;
  readonly language: Language;
  readonly text: string;
  readonly models: readonly ModelAnalysis[];
  /** Of all models, each place and rule once, ignore comments not yet applied. */
  readonly findings: readonly Finding[];
  readonly notes: readonly { readonly at: Span | null; readonly message: string }[];
  /**
   * Time ran out before all models were analysed, or nobody waited any more. How far it got grows from one analysis to the next,
   * where what it did is kept, as long as going on is of use.
   */
  readonly partial?: { readonly reached: number };
}

/** What the editor and `check` give a file: with what comes after an analysis that had to end, it takes less than a second. */
export const fileBudgetMs = 800;

export interface AnalyzeOptions {
  /** A class, factory function or variable; without it every model root of the module. */
  readonly symbol?: string;
  /** Constructor arguments: `{"num_classes": 10}` or `[3, 64]`. */
  readonly arguments?: Readonly<Record<string, unknown>> | readonly unknown[];
  /** One per argument of forward, with or without batch. */
  readonly inputs?: readonly Shape[];
  /** Asked all the time; once true, the analysis ends with what it has. */
  readonly isCancelled?: () => boolean;
  /** So long it may compute; then too it ends with what it has. */
  readonly milliseconds?: number;
  /** So long it may compute until it has a first model; as long as for all of them where nothing is given. */
  readonly firstMilliseconds?: number;
}

export interface Analyzer {
  analyze(path: string, options?: AnalyzeOptions): ModuleAnalysis;
}
