import type { Layer, LossKind, ModelGraph } from '../core/graph/graph.ts';
import { indexOf } from '../core/graph/graph-index.ts';
import { checkShapes, inferShape } from '../core/graph/infer-shape.ts';
import { lossesOf } from '../core/graph/loss.ts';
import type { OpKind } from '../core/graph/op.ts';
import { formatShape, isKnown, type Shape } from '../core/graph/shape.ts';
import type { ProbeOptions } from '../core/probe/request.ts';
import { LayerFailure, neededLayers } from './model.ts';

/** What one input of the model is fed with. */
export interface InputPlan {
  readonly layer: Layer;
  /** Of one example. */
  readonly shape: readonly number[];
  /** Where the batch goes: 0, or 1 for models that put the time first. */
  readonly batchAxis: 0 | 1;
  /** The number of tokens where integers are wanted, `null` for real numbers. */
  readonly vocabulary: number | null;
}

export interface OutputPlan {
  /** The node that the loss reads: a final softmax or sigmoid is part of the loss, which is exact for large values too. */
  readonly node: number;
  readonly loss: LossKind;
}

/** How a graph is trained: which numbers go in, and what is asked of what comes out. */
export interface TrainingPlan {
  readonly inputs: readonly InputPlan[];
  readonly outputs: readonly OutputPlan[];
  /** Sizes that nobody gave and that were chosen here, in words. */
  readonly assumptions: readonly string[];
}

/** Throws `LayerFailure` where a layer is not known or does not fit, before anything is computed. */
export function planTraining(graph: ModelGraph, options: ProbeOptions): TrainingPlan {
  const assumptions: string[] = [];
  const unknown = neededLayers(graph).find(({ op }) => op.kind === 'unknown');
  if (unknown?.op.kind === 'unknown')
    throw new LayerFailure('unsupportedOp', unknown, `${unknown.op.name} is not known, so it cannot be rebuilt`);
  const inputs = graph.inputs.map((id, index) => planInput(graph, id, options.inputShapes?.[index], assumptions));
  checkGraph(graph, inputs, options.batch);
  checkParameters(graph);
  return { inputs, outputs: lossesOf(graph).map(({ at, kind }) => ({ node: at, loss: kind })), assumptions };
}

function planInput(
  graph: ModelGraph,
  id: number,
  given: readonly number[] | undefined,
  assumptions: string[],
): InputPlan {
  const layer = layerOf(graph, id);
  const readers = readersThrough(graph, id);
  const embedding = readers.find(({ op }) => op.kind === 'embedding');
  const vocabulary =
    embedding?.op.kind === 'embedding' && isKnown(embedding.op.vocabulary) ? embedding.op.vocabulary : null;
  const batchAxis = (indexOf(graph).consumers.get(id) ?? []).some(
    ({ op }) => (op.kind === 'recurrent' || op.kind === 'attention') && !op.batchFirst,
  )
    ? 1
    : 0;
  if (given !== undefined) return { layer, shape: given, batchAxis, vocabulary };
  if (layer.outputShape === null)
    throw new LayerFailure('badShape', layer, 'the shape of the model’s input is not known: give it with --input');
  const example = layer.outputShape.filter((_, axis) => axis !== batchAxis);
  const shape = example.map((dim) => (isKnown(dim) ? dim : vocabulary !== null || example.length === 2 ? 16 : 32));
  if (example.some((dim) => !isKnown(dim)))
    assumptions.push(`input ${formatShape(example)} taken as ${formatShape(shape)}`);
  return { layer, shape, batchAxis, vocabulary };
}

const passing: ReadonlySet<OpKind> = new Set(['reshape', 'flatten', 'split', 'select', 'permute', 'concat']);

/** Who reads a node, directly or through nodes that only rearrange. */
function readersThrough(graph: ModelGraph, id: number): readonly Layer[] {
  const { consumers } = indexOf(graph);
  return (consumers.get(id) ?? []).flatMap((layer) =>
    passing.has(layer.op.kind) ? readersThrough(graph, layer.id) : [layer],
  );
}

/** Every layer against the sizes that will really flow. */
function checkGraph(graph: ModelGraph, inputs: readonly InputPlan[], batch: number): void {
  const shapes = new Map<number, Shape | null>(
    inputs.map(({ layer, shape, batchAxis }) => [layer.id, shape.toSpliced(batchAxis, 0, batch)]),
  );
  for (const layer of neededLayers(graph)) {
    if (layer.op.kind === 'input') continue;
    const from = layer.inputs.map((id) => shapes.get(id) ?? null);
    const problem = checkShapes(layer.op, from);
    if (problem !== null) throw new LayerFailure('badShape', layer, problem);
    shapes.set(layer.id, inferShape(layer.op, from) ?? layer.outputShape);
  }
}

function checkParameters(graph: ModelGraph): void {
  const { parameters } = indexOf(graph);
  for (const layer of neededLayers(graph)) {
    for (const id of Object.values(layer.parameters)) {
      const parameter = parameters.get(id);
      if (parameter === undefined) throw new LayerFailure('badShape', layer, `its parameter ${id} is missing`);
      if (!parameter.shape.every(isKnown)) {
        const shape = formatShape(parameter.shape);
        throw new LayerFailure('badShape', layer, `the size of ${parameter.name} is not known (${shape})`);
      }
    }
  }
}

function layerOf(graph: ModelGraph, id: number): Layer {
  const layer = indexOf(graph).layers.get(id);
  if (layer === undefined) throw new Error(`the graph has no layer ${id}`);
  return layer;
}
