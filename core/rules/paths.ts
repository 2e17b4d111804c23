import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { isNormalization } from '../graph/queries.ts';

/**
 * What some layers' factors do to a signal from the model's input to each layer's output, and to a gradient from the model's
 * output back to it: the product along the path that keeps most. A skip connection carries what its branch loses, and a
 * normalization sets the scale anew. By layer id; layers that depend on no input are not among them.
 */
export function followFactors(
  graph: ModelGraph,
  factorOf: (layer: Layer) => number,
): { readonly forward: ReadonlyMap<number, number>; readonly backward: ReadonlyMap<number, number> } {
  const forward = new Map<number, number>();
  for (const layer of graph.layers) {
    const before = layer.inputs.map((id) => forward.get(id)).filter((factor) => factor !== undefined);
    if (layer.op.kind === 'input') forward.set(layer.id, 1);
    else if (before.length > 0) forward.set(layer.id, passed(layer, Math.max(...before), factorOf));
  }
  const backward = new Map<number, number>();
  const { consumers } = indexOf(graph);
  for (const layer of graph.layers.toReversed()) {
    const behind = (consumers.get(layer.id) ?? []).map((next) => passed(next, backward.get(next.id) ?? 1, factorOf));
    backward.set(layer.id, behind.length === 0 ? 1 : Math.max(...behind));
  }
  return { forward, backward };
}

function passed(layer: Layer, factor: number, factorOf: (layer: Layer) => number): number {
  return isNormalization(layer) ? 1 : factor * factorOf(layer);
}
