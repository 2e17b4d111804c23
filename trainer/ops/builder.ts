import type { FrameworkId, Layer } from '../../core/graph/graph.ts';
import type { Op, OpKind } from '../../core/graph/op.ts';
import type { Ops, Tensor } from '../backend-ops.ts';
import type { Random } from '../random.ts';
import type { Value } from '../value.ts';

/** What a builder may use to compute one node of the graph. */
export interface NodeContext {
  readonly ops: Ops;
  readonly layer: Layer;
  readonly framework: FrameworkId;
  /** The parameter in this role; missing it is a `BuildError`. */
  parameter(role: string): Tensor;
  optional(role: string): Tensor | null;
  /** Examples in the batch. */
  readonly batch: number;
  /** Drawn from the run's seed, anew every step: dropout. */
  readonly random: Random;
}

/** Computes a node from its inputs, on the tape. */
export type Builder<K extends OpKind> = (
  op: Extract<Op, { kind: K }>,
  inputs: readonly Value[],
  context: NodeContext,
) => Value;

/** Why a layer cannot be rebuilt; the layer is added by whoever ran the builder. */
export class BuildError extends Error {
  readonly kind: 'unsupportedOp' | 'badShape';

  constructor(kind: 'unsupportedOp' | 'badShape', message: string) {
    super(message);
    this.kind = kind;
  }
}

export function input(inputs: readonly Value[], index = 0): Value {
  const value = inputs[index];
  if (value === undefined) throw new BuildError('badShape', `needs ${index + 1} inputs and has ${inputs.length}`);
  return value;
}
