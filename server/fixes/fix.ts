import type { Span } from '../../core/graph/span.ts';

/** Replaces the text of a span. */
export type Edit = Span & { readonly text: string };

/** One way to mend a finding, as text edits that do not overlap. */
export interface Fix {
  readonly title: string;
  /** The one to take where nobody chooses; at most one per finding. */
  readonly preferred: boolean;
  /** What it mends would raise or do nothing; otherwise the fix changes training. */
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}
