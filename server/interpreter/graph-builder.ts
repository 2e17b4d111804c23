import type { Op } from '../../core/graph/op.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import type { GraphBuilder } from './native.ts';
import { tensor } from './table.ts';
import type { InstanceValue, TensorValue } from './values.ts';

/** A node as it was traced: not yet named, its inputs and parameters still values. */
export interface TracedNode {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly TensorValue[];
  readonly outputShape: Shape | null;
  readonly owner: InstanceValue | null;
  readonly name: string | null;
  readonly parameters: Readonly<Record<string, TensorValue>>;
  readonly calledAt: Span;
}

export interface TraceBuilder extends GraphBuilder {
  readonly nodes: readonly TracedNode[];
}

/** A loop that adds nodes for ever must end somewhere. */
const maxNodes = 20_000;

/** Records the nodes of one forward pass. */
export function createTrace(): TraceBuilder {
  const nodes: TracedNode[] = [];
  return {
    isTracing: true,
    nodes,
    add(node) {
      const id = nodes.length;
      if (id >= maxNodes) return tensor({ shape: node.outputShape });
      nodes.push({
        id,
        op: node.op,
        inputs: node.inputs,
        outputShape: node.outputShape,
        owner: node.owner ?? null,
        name: node.name ?? null,
        parameters: node.parameters ?? {},
        calledAt: node.calledAt,
      });
      return tensor({ shape: node.outputShape, layer: id });
    },
  };
}

/** While nothing is traced, only shapes are computed. */
export const inertBuilder: GraphBuilder = {
  isTracing: false,
  add: (node) => tensor({ shape: node.outputShape }),
};
