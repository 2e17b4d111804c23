import type { Layer } from '../../core/graph/graph.ts';
import type { Initializer, Write } from '../../core/graph/initializer.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Span } from '../../core/graph/span.ts';
import type { LayerSignal, Prediction } from '../../core/signal/signal.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import type { Locate } from './location.ts';

/** One model as `inspect --json` prints it; `cli.md` is the contract. */
export function modelToJson({ graph, prediction }: ModelAnalysis, locate: Locate): object {
  const at = (span: Span | null): object | null => (span === null ? null : place(span, locate));
  const names = new Map(graph.layers.map((layer) => [layer.id, layer.name]));
  const shapes = new Map(graph.layers.map((layer) => [layer.id, layer.outputShape]));
  const root = locate(graph.nameAt);
  return {
    name: graph.name,
    path: root.path,
    ...(root.cell === null ? {} : { cell: root.cell }),
    line: root.start.line,
    framework: graph.framework,
    complete: graph.complete,
    parameters: graph.parameters.map((parameter) => parameterToJson(parameter, at)),
    layers: graph.layers.map((layer) => ({
      name: layer.name,
      kind: kindName(layer),
      at: at(layer.at ?? layer.calledAt),
      inputs: layer.inputs.map((id) => names.get(id) ?? null),
      inputShape: layer.inputs[0] === undefined ? null : (shapes.get(layer.inputs[0]) ?? null),
      outputShape: layer.outputShape,
      ...predictionToJson(layer.id, prediction),
    })),
    loss: prediction.loss,
    gradientRatio: prediction.gradientRatio,
    notes: graph.notes.map((note) => ({ at: at(note.at), message: note.message })),
  };
}

function parameterToJson(parameter: Parameter, at: (span: Span | null) => object | null): object {
  const last = parameter.writes.at(-1);
  return {
    name: parameter.name,
    shape: parameter.shape,
    trainable: parameter.trainable,
    fanIn: parameter.fanIn,
    fanOut: parameter.fanOut,
    initializer: {
      ...distribution(parameter.initializer),
      origin: last?.origin ?? 'unknown',
      at: at(last?.at ?? null),
    },
    writes: parameter.writes.map((write: Write) => ({
      ...distribution(write.initializer),
      at: at(write.at),
      by: write.by,
    })),
  };
}

function distribution({ family, mean, std, low, high }: Initializer): object {
  return { family, mean, std, low, high };
}

function predictionToJson(id: number, prediction: Prediction): object {
  const layer = prediction.layers.get(id);
  return {
    signal: signalToJson(layer?.signal),
    gradient: layer?.gradient ?? { activationRms: null, weightRms: null },
    gain: layer?.gain ?? null,
    ...(layer?.gradientOverTime == null ? {} : { gradientOverTime: layer.gradientOverTime }),
  };
}

/** Named one by one: some are only predicted when they are asked for. */
function signalToJson(signal: LayerSignal | undefined): LayerSignal {
  return {
    mean: signal?.mean ?? null,
    rms: signal?.rms ?? null,
    inputStd: signal?.inputStd ?? null,
    deadFraction: signal?.deadFraction ?? null,
    saturatedFraction: signal?.saturatedFraction ?? null,
  };
}

/** `conv2d`, `lstm`, `relu`: what people call the layer. */
export function kindName({ op }: Layer): string {
  switch (op.kind) {
    case 'conv':
      return `${op.transposed ? 'convTranspose' : 'conv'}${op.rank}d`;
    case 'maxPool':
    case 'averagePool':
      return `${op.kind}${op.rank}d`;
    case 'recurrent':
      return op.cell;
    case 'activation':
      return op.fn;
    case 'unknown':
      return op.name;
    default:
      return op.kind;
  }
}

function place(span: Span, locate: Locate): object {
  const { path, cell, start } = locate(span);
  return { path, ...(cell === null ? {} : { cell }), line: start.line, column: start.column };
}
