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

/** What to expect of every layer in a probe with the batch that the prediction was made for. */
export function expectations(graph: ModelGraph, prediction: Prediction): Expectations {
  const result = new Map<number, Expectation>();
  for (const layer of graph.layers) {
    const one = prediction.layers.get(layer.id);
    if (!one) continue;
    const input = prediction.layers.get(layer.inputs[0] ?? -1);
    result.set(layer.id, { predicted: figuresOf(one), critical: criticalOf(one, input) });
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

function over(value: number | null, quotient: number | null): number | null {
  return value === null || quotient === null || quotient === 0 ? null : value / quotient;
}
