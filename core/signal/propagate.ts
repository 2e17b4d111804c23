import type { Layer, ModelGraph } from '../graph/graph.ts';
import { isWeightLayer, unitsOf } from '../graph/queries.ts';
import { inputStd, merge, rootMeanSquare } from './field.ts';
import { fixedPointOf } from './fixed-point.ts';
import { gainOf } from './gain.ts';
import { type Pass, runPass } from './pass.ts';
import type { LayerPrediction, LayerSignal, Prediction } from './signal.ts';
import { deadShare, saturatedShare } from './unit-shares.ts';

/** Inputs per batch for which the gradients are predicted. */
const defaultBatch = 32;

export interface PropagateOptions {
  readonly batch?: number;
  /** Called before every layer; what it throws ends the propagation. */
  readonly checkpoint?: () => void;
}

/**
 * Predicts signal and gradient of every layer at initialization by mean-field propagation, for standard-normal input and the
 * mean loss over a batch, and compares with the same graph at critical initialization. Linear in the number of layers.
 */
export function propagate(graph: ModelGraph, options: PropagateOptions = {}): Prediction {
  const { batch = defaultBatch, checkpoint = () => {} } = options;
  const written = runPass(graph, 'written', batch, checkpoint);
  const critical = runPass(graph, 'critical', batch, checkpoint);
  const fixedPoint = fixedPointOf(graph, checkpoint);
  const layers = new Map<number, LayerPrediction>();
  for (const layer of graph.layers) {
    layers.set(layer.id, {
      signal: signalOf(layer, written, batch),
      gradient: { activationRms: gradientAt(written, layer.id), weightRms: weightRms(written, layer.id) },
      gain: gainOf(graph, layer, written),
      relative: {
        signal: quotient(stdAt(written, layer.id), stdAt(critical, layer.id)),
        gradient: quotient(gradientAt(written, layer.id), gradientAt(critical, layer.id)),
      },
      gradientOverTime: written.overTime.get(layer.id) ?? null,
      unitDiversity: unitDiversity(layer, fixedPoint.symmetric),
    });
  }
  return {
    layers,
    loss: { expected: written.loss?.expected ?? null, uniformGuess: written.loss?.uniformGuess ?? null },
    ...ratios(graph, layers),
    deadParameters: fixedPoint.dead,
  };
}

function signalOf(layer: Layer, pass: Pass, batch: number): LayerSignal {
  const field = pass.fields.get(layer.id) ?? null;
  if (field === null) return { mean: null, rms: null, inputStd: null, deadFraction: null, saturatedFraction: null };
  const before = pass.fields.get(layer.inputs[0] ?? -1) ?? null;
  return {
    mean: merge(field).mean,
    rms: rootMeanSquare(field),
    inputStd: inputStd(field),
    deadFraction: before === null ? null : deadShare(layer.op, before, batch),
    saturatedFraction: before === null ? null : saturatedShare(layer.op, before),
  };
}

function stdAt(pass: Pass, id: number | undefined): number | null {
  const field = id === undefined ? null : (pass.fields.get(id) ?? null);
  return field === null ? null : inputStd(field);
}

/** A layer that no gradient came to has none; one behind an unknown op is not known. */
function gradientAt(pass: Pass, id: number): number | null {
  const square = pass.gradientSquares.get(id);
  return square === undefined ? null : Math.sqrt(square);
}

function weightRms(pass: Pass, id: number): number | null {
  const square = pass.weightGradients.get(id) ?? null;
  return square === null ? null : Math.sqrt(square);
}

function quotient(value: number | null, reference: number | null): number | null {
  return value === null || reference === null || reference === 0 ? null : value / reference;
}

function unitDiversity(layer: Layer, symmetric: ReadonlySet<number>): number | null {
  if (!isWeightLayer(layer)) return null;
  if (!symmetric.has(layer.id)) return 1;
  const units = unitsOf(layer);
  return units === null ? null : 1 / units;
}

/** First against last weight layer, each relative to critical. */
function ratios(
  graph: ModelGraph,
  layers: ReadonlyMap<number, LayerPrediction>,
): Pick<Prediction, 'gradientRatio' | 'signalRatio'> {
  const weightLayers = graph.layers.filter(isWeightLayer);
  const [first, last] = [weightLayers[0], weightLayers[weightLayers.length - 1]];
  if (first === undefined || last === undefined) return { gradientRatio: null, signalRatio: null };
  const gradientOf = (layer: Layer) => layers.get(layer.id)?.relative.gradient ?? null;
  return {
    gradientRatio: quotient(gradientOf(first), gradientOf(last)),
    signalRatio: layers.get(last.inputs[0] ?? -1)?.relative.signal ?? null,
  };
}
