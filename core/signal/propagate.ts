import type { Layer, ModelGraph } from '../graph/graph.ts';
import { isWeightLayer, unitsOf } from '../graph/queries.ts';
import { asRead } from './as-read.ts';
import { inputStd } from './field.ts';
import { fixedPointOf } from './fixed-point.ts';
import { gainOf } from './gain.ts';
import { once } from './marginal.ts';
import { type BackwardPass, type Pass, runPass } from './pass.ts';
import { type Later, PredictedLayer } from './predicted-layer.ts';
import type { LayerGradient, LayerPrediction, Prediction } from './signal.ts';

/** Inputs per batch for which the gradients are predicted. */
const defaultBatch = 32;

export interface PropagateOptions {
  readonly batch?: number;
  /** Called before every layer; what it throws ends the propagation. */
  readonly checkpoint?: () => void;
}

/**
 * Predicts signal and gradient of every layer at initialization by mean-field propagation, for standard-normal input and the
 * mean loss over a batch, and compares with the same graph at critical initialization. Linear in the number of layers. Walks
 * forward through the graph as it is written; back, and through the critical one, only when somebody asks for what that gives.
 */
export function propagate(graph: ModelGraph, options: PropagateOptions = {}): Prediction {
  const { batch = defaultBatch, checkpoint = () => {} } = options;
  const passes = () => passesOf(graph, batch, checkpoint);
  const { written } = passes();
  const fixedPoint = fixedPointOf(graph, checkpoint);
  const gradients = once(() => gradientsOf(graph, passes().written.back()));
  const relatives = once(() => relativesOf(graph, passes()));
  const loss = once(() => lossOf(passes().written));
  const ratio = once(() => ratios(graph, relatives()));
  const later: Later = {
    batch,
    written: () => passes().written,
    gradient: (id) => gradients().layers.get(id) ?? noGradient,
    gradientOverTime: (id) => gradients().overTime.get(id) ?? null,
    relative: (id) => relatives().get(id) ?? notCompared,
  };
  const layers = new Map<number, LayerPrediction>();
  for (const layer of graph.layers) {
    const field = written.fields.get(layer.id) ?? null;
    const gain = gainOf(graph, layer, written);
    const known = { field, gain, unitDiversity: unitDiversity(layer, fixedPoint.symmetric) };
    layers.set(layer.id, new PredictedLayer(layer, known, later));
  }
  return {
    layers,
    get loss() {
      return loss();
    },
    get gradientRatio() {
      return ratio().gradientRatio;
    },
    get signalRatio() {
      return ratio().signalRatio;
    },
    deadParameters: fixedPoint.dead,
  };
}

/** Both walks through one graph; what they leave in between takes much more memory than the numbers that are asked for. */
interface Passes {
  readonly graph: ModelGraph;
  readonly batch: number;
  readonly written: Pass;
  readonly critical: () => Pass;
}

/** Those of the graph that was asked for last. */
let last: Passes | null = null;

function passesOf(graph: ModelGraph, batch: number, checkpoint: () => void): Passes {
  if (last?.graph === graph && last.batch === batch) return last;
  const read = asRead(graph);
  const written = runPass(read, 'written', batch, checkpoint);
  last = { graph, batch, written, critical: once(() => runPass(read, 'critical', batch, checkpoint)) };
  return last;
}

interface Gradients {
  readonly layers: ReadonlyMap<number, LayerGradient>;
  readonly overTime: ReadonlyMap<number, number>;
}

const noGradient: LayerGradient = { activationRms: null, weightRms: null };

function gradientsOf(graph: ModelGraph, back: BackwardPass): Gradients {
  const of = (id: number): LayerGradient => ({ activationRms: gradientAt(back, id), weightRms: weightRms(back, id) });
  return { layers: new Map(graph.layers.map(({ id }) => [id, of(id)])), overTime: back.overTime };
}

function lossOf(pass: Pass): Prediction['loss'] {
  const { expected = null, uniformGuess = null } = pass.loss() ?? {};
  return { expected, uniformGuess };
}

type Relatives = ReadonlyMap<number, LayerPrediction['relative']>;

const notCompared: LayerPrediction['relative'] = { signal: null, gradient: null };

function relativesOf(graph: ModelGraph, passes: Passes): Relatives {
  const { written } = passes;
  const critical = passes.critical();
  return new Map(
    graph.layers.map(({ id }) => [
      id,
      {
        signal: quotient(stdAt(written, id), stdAt(critical, id)),
        gradient: quotient(gradientAt(written.back(), id), gradientAt(critical.back(), id)),
      },
    ]),
  );
}

function stdAt(pass: Pass, id: number | undefined): number | null {
  const field = id === undefined ? null : (pass.fields.get(id) ?? null);
  return field === null ? null : inputStd(field);
}

/** A layer that no gradient came to has none; one behind an unknown op is not known. */
function gradientAt(pass: BackwardPass, id: number): number | null {
  const square = pass.gradientSquares.get(id);
  return square === undefined ? null : Math.sqrt(square);
}

function weightRms(pass: BackwardPass, id: number): number | null {
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
function ratios(graph: ModelGraph, relatives: Relatives): Pick<Prediction, 'gradientRatio' | 'signalRatio'> {
  const weightLayers = graph.layers.filter(isWeightLayer);
  const [first, last] = [weightLayers[0], weightLayers[weightLayers.length - 1]];
  if (first === undefined || last === undefined) return { gradientRatio: null, signalRatio: null };
  const gradientOf = (layer: Layer) => relatives.get(layer.id)?.gradient ?? null;
  return {
    gradientRatio: quotient(gradientOf(first), gradientOf(last)),
    signalRatio: relatives.get(last.inputs[0] ?? -1)?.signal ?? null,
  };
}
