import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import type { Metrics } from '../../core/probe/messages.ts';

const ofWeights: readonly (keyof Metrics)[] = ['weightGradientRms', 'weightRms', 'updateRatio', 'unitDiversity'];

/** Why a layer has no value of a metric. */
export function emptyReason(layer: Layer, metric: keyof Metrics, graph: ModelGraph | null): string {
  if (ofWeights.includes(metric)) {
    const id = layer.parameters.weight;
    if (id === undefined) return 'no weight';
    if (graph?.parameters.find((parameter) => parameter.id === id)?.trainable === false) return 'frozen';
  }
  if (metric === 'deadFraction') return 'no ReLU after it, or not yet measured';
  if (metric === 'saturatedFraction') return 'no saturating activation after it, or not yet measured';
  return 'not yet measured';
}
