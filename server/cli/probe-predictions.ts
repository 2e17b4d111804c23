import type { ModelGraph } from '../../core/graph/graph.ts';
import type { ProbeOptions, VariantName } from '../../core/probe/request.ts';
import { propagate } from '../../core/signal/propagate.ts';
import type { Prediction } from '../../core/signal/signal.ts';

/** What each variant of the model should do before its first update. */
export function predictVariants(
  graph: ModelGraph,
  { variants, batch }: ProbeOptions,
): ReadonlyMap<VariantName, Prediction> {
  const asWritten = variants.filter((variant) => variant === 'as-written');
  return new Map(asWritten.map((variant) => [variant, propagate(graph, { batch })]));
}
