import type { Layer, LossKind, ModelGraph } from './graph.ts';
import { indexOf } from './graph-index.ts';
import { isKnown } from './shape.ts';

/** How one output of a model is judged. */
interface OutputLoss {
  readonly kind: LossKind;
  /** The node whose values the loss takes: logits where a softmax or sigmoid at the end belongs to the loss, else the output. */
  readonly at: number;
  readonly output: number;
}

/**
 * The loss of every output: what `compile` said, else what the head suggests. Softmax, or a vector of two and more that
 * a dense layer makes: classes. Sigmoid: binary. Anything else: a regression. What goes on into another output (cached keys, hidden
 * states) is not judged itself.
 */
export function lossesOf(graph: ModelGraph): readonly OutputLoss[] {
  const { layers } = indexOf(graph);
  const read = graph.outputs.length > 1 ? readBy(graph.outputs, layers) : new Set<number>();
  return graph.outputs.flatMap((id) => {
    const output = layers.get(id);
    if (output === undefined || read.has(id)) return [];
    const kind = graph.loss ?? suggested(graph, output);
    const [before] = output.inputs;
    const at = before !== undefined && belongsToLoss(output, kind) ? before : id;
    return [{ kind, at, output: id }];
  });
}

/** All that these layers are made of. */
function readBy(ids: readonly number[], layers: ReadonlyMap<number, Layer>): ReadonlySet<number> {
  const read = new Set<number>();
  const pending = [...ids];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const input of layers.get(id)?.inputs ?? []) {
      if (read.has(input)) continue;
      read.add(input);
      pending.push(input);
    }
  }
  return read;
}

function belongsToLoss({ op }: Layer, kind: LossKind): boolean {
  if (kind === 'crossEntropy') return op.kind === 'softmax';
  return kind === 'binaryCrossEntropy' && op.kind === 'activation' && op.fn === 'sigmoid';
}

function suggested(graph: ModelGraph, output: Layer): LossKind {
  if (output.op.kind === 'softmax') return 'crossEntropy';
  if (output.op.kind === 'activation' && output.op.fn === 'sigmoid') return 'binaryCrossEntropy';
  return isClassification(graph, output) ? 'crossEntropy' : 'meanSquaredError';
}

function isClassification(graph: ModelGraph, output: Layer): boolean {
  const { layers } = indexOf(graph);
  const shape = output.outputShape;
  const classes = shape?.[shape.length - 1];
  const isOfTokens = graph.layers.some(({ op }) => op.kind === 'embedding');
  if (!madeByDense(isOfTokens ? uncapped(output, layers) : output, layers) || classes === 1 || shape === null)
    return false;
  const inputs = graph.inputs.map((id) => layers.get(id)?.outputShape ?? null);
  // As wide as the input: an autoencoder.
  if (isKnown(classes) && inputs.some((input) => input?.length === shape.length && input.at(-1) === classes))
    return false;
  return shape.length === 2 || (shape.length === 3 && isOfTokens);
}

/**
 * By a dense layer, by a convolution of a map that is a single place, or by one whose maps are averaged: one map per class (Lin et
 * al. 2014).
 */
function madeByDense(output: Layer, layers: ReadonlyMap<number, Layer>): boolean {
  const last = firstNot(passing, output, layers);
  if (last?.op.kind === 'dense' || last?.op.kind === 'add') return true;
  if (last?.op.kind === 'conv') return last.outputShape?.slice(2).every((side) => side === 1) === true;
  if (last === undefined || !averaging.has(last.op.kind)) return false;
  const beforeAverage = firstNot(passingMaps, last, layers);
  return beforeAverage?.op.kind === 'conv';
}

/** Logits whose size is capped, c · tanh(x / c), are logits. */
function uncapped(output: Layer, layers: ReadonlyMap<number, Layer>): Layer {
  const cap = output.op.kind === 'affine' ? layers.get(output.inputs[0] ?? -1) : undefined;
  const capped = cap?.op.kind === 'activation' && cap.op.fn === 'tanh' ? layers.get(cap.inputs[0] ?? -1) : undefined;
  return capped?.op.kind === 'affine' ? capped : output;
}

function firstNot(
  kinds: ReadonlySet<Layer['op']['kind']>,
  from: Layer,
  layers: ReadonlyMap<number, Layer>,
): Layer | undefined {
  let at: Layer | undefined = from;
  while (at !== undefined && kinds.has(at.op.kind)) at = layers.get(at.inputs[0] ?? -1);
  return at;
}

const passing: ReadonlySet<Layer['op']['kind']> = new Set(['dropout', 'reshape', 'flatten', 'affine', 'permute']);

const averaging: ReadonlySet<Layer['op']['kind']> = new Set(['adaptiveAveragePool', 'averagePool', 'reduce']);

const passingMaps: ReadonlySet<Layer['op']['kind']> = new Set([...averaging, 'activation', 'dropout']);
