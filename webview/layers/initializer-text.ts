import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import { indexOf } from '../../core/graph/graph-index.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { VariantName } from '../../core/probe/request.ts';
import { variantTitles } from '../../core/probe/variant-titles.ts';

/** What a layer's weight starts with: as its source says it, or the variant that replaces it. */
export function initializerText(layer: Layer, graph: ModelGraph, variant: VariantName): string {
  const [parameter] = signalParameters(layer, graph);
  if (!parameter) return '–';
  if (variant !== 'as-written') return variantTitles[variant];
  const write = parameter.writes.at(-1);
  if (write?.origin === 'default') return 'default';
  const callee = write?.callee?.split('.').at(-1)?.replace(/_$/, '');
  return callee || parameter.initializer.family;
}

/** The parameters of a layer that carry its signal: all but the biases. */
export function signalParameters(layer: Layer, graph: ModelGraph): readonly Parameter[] {
  const { parameters } = indexOf(graph);
  return Object.values(layer.parameters)
    .map((id) => parameters.get(id))
    .filter((parameter) => parameter !== undefined)
    .filter(({ role }) => role !== 'bias' && role !== 'normBias');
}
