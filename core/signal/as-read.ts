import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { OpKind } from '../graph/op.ts';
import { unnamedProducts } from './written-activation.ts';

/** The graph as the walk through it reads it: layers that are written out as operations are the layers that they are. */
export function asRead(graph: ModelGraph): ModelGraph {
  const unnamed = unnamedProducts(graph.layers);
  const hasPools = graph.layers.some(({ op }) => pools.has(op.kind));
  let isChanged = false;
  const layers = graph.layers.map((layer): Layer => {
    const read =
      unnamed.has(layer.id) || (hasPools && isAgainstItsPool(graph, layer))
        ? notUnderstood(layer)
        : denseOf(graph, layer);
    isChanged ||= read !== layer;
    return read;
  });
  return isChanged ? { ...graph, layers } : graph;
}

/** What is made of a tensor without weights goes with it: a sum of it and its local means is none of independent tensors. */
function isAgainstItsPool(graph: ModelGraph, { op, inputs }: Layer): boolean {
  if ((op.kind !== 'add' && op.kind !== 'subtract') || inputs.length !== 2) return false;
  const { layers } = indexOf(graph);
  const sources = inputs.map((id) => {
    const found = new Map<number, boolean>();
    let isPooled = false;
    for (let layer = layers.get(id); layer !== undefined; layer = layers.get(layer.inputs[0] ?? -1)) {
      isPooled ||= pools.has(layer.op.kind);
      found.set(layer.id, isPooled);
      if (!pools.has(layer.op.kind) && !weightless.has(layer.op.kind)) break;
    }
    return found;
  });
  const [first, second] = sources;
  if (first === undefined || second === undefined) return false;
  for (const [id, isPooled] of first) if (second.has(id)) return isPooled !== second.get(id);
  return false;
}

const pools: ReadonlySet<OpKind> = new Set(['averagePool', 'maxPool', 'upsample']);
const weightless: ReadonlySet<OpKind> = new Set([
  'batchNorm',
  'layerNorm',
  'groupNorm',
  'instanceNorm',
  'rmsNorm',
  'affine',
  'dropout',
  'subtract',
  'permute',
]);

/** A product of a tensor with a function of itself that has no name is none of independent tensors. */
function notUnderstood(layer: Layer): Layer {
  return { ...layer, op: { kind: 'unknown', name: layer.op.kind } };
}

/** `x @ self.w`, `torch.addmm(self.b, x, self.w)`: a dense layer, whichever axis of the matrix its inputs are. */
function denseOf(graph: ModelGraph, layer: Layer): Layer {
  const { op, inputs } = layer;
  const [input, factor] = inputs;
  if (op.kind !== 'matmul' || op.transposeA || input === undefined || factor === undefined || inputs.length > 2)
    return layer;
  const { layers, parameters } = indexOf(graph);
  const matrix = layers.get(factor);
  if (matrix?.op.kind !== 'parameter' || layers.get(input)?.op.kind === 'parameter') return layer;
  const [weight] = Object.values(matrix.parameters);
  const shape = weight === undefined || matrix.slices !== undefined ? undefined : parameters.get(weight)?.shape;
  if (weight === undefined || shape?.length !== 2 || matrix.outputShape?.join() !== shape.join()) return layer;
  const [first = null, last = null] = shape;
  const [inFeatures, outFeatures] = op.transposeB ? [last, first] : [first, last];
  return { ...layer, op: { kind: 'dense', inFeatures, outFeatures }, inputs: [input], parameters: { weight } };
}
