import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import type { Metrics } from '../../core/probe/messages.ts';
import { signalParameters } from './initializer-text.ts';

const ofWeights: readonly (keyof Metrics)[] = ['weightGradientRms', 'weightRms', 'updateRatio', 'unitDiversity'];

/** Why a layer has no value of a metric. */
export function emptyReason(layer: Layer, metric: keyof Metrics, graph: ModelGraph | null): string {
  if (ofWeights.includes(metric)) {
    const weights = graph ? signalParameters(layer, graph) : [];
    if (weights.length === 0) return 'no weight';
    if (weights.every(({ trainable }) => !trainable)) return 'frozen';
  }
  if (metric === 'deadFraction') return 'no ReLU after it, or not yet measured';
  if (metric === 'saturatedFraction') return 'no saturating activation after it, or not yet measured';
  return 'not yet measured';
}
