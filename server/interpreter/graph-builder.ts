import type { Op } from '../../core/graph/op.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import { attempt } from './attempt.ts';
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
  /** The nodes that `body` adds are taken away again, unless what it returns is good. */
  attempt<T>(body: () => T, isGood: (value: T) => boolean): T;
  readonly nodes: readonly TracedNode[];
  /** Nodes made by functions that are the result of a module's own code. */
  readonly results: ReadonlyMap<number, InstanceValue>;
}

/** A loop that adds nodes for ever must end somewhere. */
const maxNodes = 20_000;

/** Records the nodes of one forward pass. */
export function createTrace(): TraceBuilder {
  const nodes: TracedNode[] = [];
  const results = new Map<number, InstanceValue>();
  const shared = new Map<object, TensorValue[]>();
  return {
    isTracing: true,
    nodes,
    results,
    owned(module, body) {
      const since = nodes.length;
      const result = body();
      const first = result.type === 'tuple' || result.type === 'list' ? result.items[0] : result;
      const id = first?.type === 'tensor' ? first.layer : null;
      // The innermost module tells first; one that returns what it was given has no node of its own.
      if (id !== null && id >= since && nodes[id]?.owner === null && !results.has(id)) results.set(id, module);
      return result;
    },
    attempt(body, isGood) {
      const since = nodes.length;
      return attempt(body, isGood, () => {
        nodes.length = since;
        for (const id of [...results.keys()]) if (id >= since) results.delete(id);
        for (const [key, made] of shared)
          shared.set(
            key,
            made.filter(({ layer }) => layer !== null && layer < since),
          );
      });
    },
    shared(key, shape, make) {
      const known = shared.get(key) ?? [];
      const found = known.find((one) => `${one.shape}` === `${shape}`);
      if (found !== undefined) return found;
      const made = make();
      shared.set(key, [...known, made]);
      return made;
    },
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
  owned: (_, body) => body(),
  shared: (_, __, make) => make(),
  add: (node) => tensor({ shape: node.outputShape }),
};
