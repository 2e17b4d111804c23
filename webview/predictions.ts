import type { ModelGraph } from '../core/graph/graph.ts';
import type { ProbeOptions, VariantName } from '../core/probe/request.ts';
import { applyVariant } from '../core/probe/variants.ts';
import { propagate } from '../core/signal/propagate.ts';
import type { Prediction } from '../core/signal/signal.ts';

/**
 * What each variant of the model should do before its first update. LSUV is left out: it starts from what the data say, which
 * nothing but the trainer knows.
 */
export function predictVariants(
  graph: ModelGraph,
  variants: readonly VariantName[],
  options: Pick<ProbeOptions, 'normalStd' | 'batch'>,
): ReadonlyMap<VariantName, Prediction> {
  const predictable = variants.filter((variant) => variant !== 'lsuv');
  return new Map(
    predictable.map((variant) => [variant, propagate(applyVariant(graph, variant, options), { batch: options.batch })]),
  );
}
