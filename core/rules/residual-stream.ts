import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { OpKind } from '../graph/op.ts';
import { isWeightLayer, residualAddAfter } from '../graph/queries.ts';

/** A chain of residual blocks: each adds its branch to what the one before left. */
export interface ResidualStream {
  /** The sums, in the order of the forward pass. */
  readonly sums: readonly Layer[];
  /** The last weight layer of every branch. */
  readonly ends: readonly Layer[];
}

/** Chains whose skip connections nothing interrupts: no weight layer, no normalization, no multiplication. */
export function residualStreams(graph: ModelGraph): readonly ResidualStream[] {
  const endOf = new Map<number, Layer>();
  for (const layer of graph.layers) {
    const sum = isWeightLayer(layer) ? residualAddAfter(graph, layer) : null;
    if (sum !== null) endOf.set(sum.id, layer);
  }
  const sums = graph.layers.filter(({ id }) => endOf.has(id));
  const following = new Map<number, Layer>();
  for (const sum of sums) {
    const before = previousSum(sum, endOf, graph);
    if (before !== null) following.set(before, sum);
  }
  const continued = new Set([...following.values()].map(({ id }) => id));
  return sums
    .filter(({ id }) => !continued.has(id))
    .map((first) => {
      const chain = [first];
      for (let at = following.get(first.id); at !== undefined; at = following.get(at.id)) chain.push(at);
      return { sums: chain, ends: chain.flatMap(({ id }) => endOf.get(id) ?? []) };
    });
}

/** The sum that the skip connection comes from. */
function previousSum(sum: Layer, endOf: ReadonlyMap<number, Layer>, graph: ModelGraph): number | null {
  const { layers } = indexOf(graph);
  for (const input of sum.inputs) {
    let at = layers.get(input);
    while (at !== undefined && !endOf.has(at.id) && carrying.has(at.op.kind)) at = layers.get(at.inputs[0] ?? -1);
    if (at !== undefined && endOf.has(at.id)) return at.id;
  }
  return null;
}

const carrying: ReadonlySet<OpKind> = new Set(['activation', 'dropout', 'reshape', 'permute', 'split', 'pad']);
