import type { ModelGraph } from '../core/graph/graph.ts';
import type { ProbeOptions, VariantName } from '../core/probe/request.ts';
import { propagate } from '../core/signal/propagate.ts';
import type { Prediction } from '../core/signal/signal.ts';

/** What each variant of the model should do before its first update. */
export function predictVariants(
  graph: ModelGraph,
  variants: readonly VariantName[],
  options: ProbeOptions,
): ReadonlyMap<VariantName, Prediction> {
  return new Map(
    variants.flatMap((variant) =>
      variant === 'as-written' ? [[variant, propagate(graph, { batch: options.batch })] as const] : [],
    ),
  );
}
