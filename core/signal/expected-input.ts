import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { type Dim, isKnown } from '../graph/shape.ts';
import type { ExpectedInput } from './site.ts';

export const anyInput: ExpectedInput = { spatialAxes: 0, channels: null, channelsFirst: false };

/** What the first op that cares says: a convolution or pooling its layout, a dense layer its width. */
export function expectedInput(graph: ModelGraph, input: Layer): ExpectedInput {
  const { consumers } = indexOf(graph);
  const queue = [input];
  const seen = new Set<number>();
  for (const layer of queue) {
    for (const next of consumers.get(layer.id) ?? []) {
      if (seen.has(next.id)) continue;
      seen.add(next.id);
      const { op } = next;
      const known = (dim: Dim) => (isKnown(dim) ? dim : null);
      if (op.kind === 'conv') {
        return { spatialAxes: op.rank, channels: known(op.inChannels), channelsFirst: op.layout === 'channelsFirst' };
      }
      if (op.kind === 'dense') return { spatialAxes: 0, channels: known(op.inFeatures), channelsFirst: false };
      if (op.kind === 'recurrent') return { spatialAxes: 1, channels: known(op.inputSize), channelsFirst: false };
      if ('layout' in op)
        return {
          spatialAxes: input.outputShape === null ? 2 : input.outputShape.length - 2,
          channels: null,
          channelsFirst: op.layout === 'channelsFirst',
        };
      if (op.kind !== 'flatten' && op.kind !== 'reshape') queue.push(next);
    }
  }
  const rank = input.outputShape?.length ?? 2;
  return { spatialAxes: Math.max(rank - 2, 0), channels: null, channelsFirst: graph.framework === 'torch' && rank > 3 };
}
