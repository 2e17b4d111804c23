import type { ModelGraph } from '../graph/graph.ts';
import type { LayerPrediction, Prediction } from '../signal/signal.ts';

/** What a layer should show before the first update: root mean squares per element. */
export interface Figures {
  readonly activationRms: number | null;
  readonly activationGradientRms: number | null;
  readonly weightGradientRms: number | null;
}

/** What is predicted of a layer as it is initialized, and what critical initialization would give it. */
export interface Expectation {
  readonly predicted: Figures;
  readonly critical: Figures;
}

export type Expectations = ReadonlyMap<number, Expectation>;

/** The batch that predictions are made for, see `Prediction`. */
const predictedBatch = 32;

/**
 * A prediction in the units of a probe. Gradients of a mean over examples with independent labels: per element of an
 * activation they fall as 1/batch, per weight (a sum over the batch of independent parts) as 1/√batch.
 */
export function expectations(graph: ModelGraph, prediction: Prediction, batch: number): Expectations {
  const activations = predictedBatch / batch;
  const weights = Math.sqrt(activations);
  const scaled = (figures: Figures): Figures => ({
    activationRms: figures.activationRms,
    activationGradientRms: times(figures.activationGradientRms, activations),
    weightGradientRms: times(figures.weightGradientRms, weights),
  });
  const result = new Map<number, Expectation>();
  for (const layer of graph.layers) {
    const one = prediction.layers.get(layer.id);
    if (!one) continue;
    const input = prediction.layers.get(layer.inputs[0] ?? -1);
    result.set(layer.id, { predicted: scaled(figuresOf(one)), critical: scaled(criticalOf(one, input)) });
  }
  return result;
}

function figuresOf(layer: LayerPrediction): Figures {
  return {
    activationRms: layer.signal.rms,
    activationGradientRms: layer.gradient.activationRms,
    weightGradientRms: layer.gradient.weightRms,
  };
}

/** A weight's gradient is the product of what comes in and the gradient of what goes out, so both quotients count. */
function criticalOf(layer: LayerPrediction, input: LayerPrediction | undefined): Figures {
  const { signal, gradient } = layer.relative;
  const incoming = input?.relative.signal ?? 1;
  return {
    activationRms: over(layer.signal.rms, signal),
    activationGradientRms: over(layer.gradient.activationRms, gradient),
    weightGradientRms: over(layer.gradient.weightRms, gradient === null ? null : gradient * incoming),
  };
}

function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

function over(value: number | null, quotient: number | null): number | null {
  return value === null || quotient === null || quotient === 0 ? null : value / quotient;
}
