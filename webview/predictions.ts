import type { ModelGraph } from '../core/graph/graph.ts';
import type { ProbeOptions, VariantName } from '../core/probe/request.ts';
import type { Prediction } from '../core/signal/signal.ts';

/** What each variant of the model should do before its first update. */
export function predictVariants(
  _graph: ModelGraph,
  _variants: readonly VariantName[],
  _options: ProbeOptions,
): ReadonlyMap<VariantName, Prediction> {
  return new Map();
}
