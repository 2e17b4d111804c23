import type { Op } from './op.ts';
import type { Parameter } from './parameter.ts';
import type { Shape } from './shape.ts';
import type { Span } from './span.ts';

export type FrameworkId = 'torch' | 'keras' | 'flax' | 'tfjs';

/**
 * A node of the model's directed acyclic graph. Nodes are listed in an order in which every node comes after its inputs
 * (the order in which `forward` runs).
 */
export interface Layer {
  readonly id: number;
  /** Qualified name as the framework gives it (`layer1.0.conv1`); for a function (`F.relu`) a made-up, unique one (`relu_2`). */
  readonly name: string;
  /** A module or framework layer object of the user's model, as against a function call or operator in `forward`. */
  readonly isModule: boolean;
  readonly op: Op;
  /** Role in the op (`weight`, `bias`, `gain`, …) to the parameter's id. Two layers that name one id are tied. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * Of parameters that several layers share slice by slice (a scanned stack of blocks): which places of which axes this layer
   * has, by the parameter's role, outermost axis first.
   */
  readonly slices?: Readonly<Record<string, readonly ParameterSlice[]>>;
  /** Ids of the nodes it reads, in order. */
  readonly inputs: readonly number[];
  readonly outputShape: Shape | null;
  /** Where the layer is constructed. */
  readonly at: Span | null;
  /** Where it is called in `forward`. */
  readonly calledAt: Span | null;
}

/** One place of an axis, which goes away. */
export interface ParameterSlice {
  readonly axis: number;
  readonly index: number;
}

export type LossKind = 'crossEntropy' | 'binaryCrossEntropy' | 'meanSquaredError';

export interface GraphNote {
  readonly at: Span | null;
  readonly message: string;
}

/** A model, recovered from source: what its layers are, how they are connected, and what every parameter starts with. */
export interface ModelGraph {
  readonly name: string;
  readonly framework: FrameworkId;
  /** The class, factory or expression that makes the model. */
  readonly at: Span;
  /** Name range for lenses. */
  readonly nameAt: Span;
  readonly layers: readonly Layer[];
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** From `compile(loss=…)`, or what the head suggests; `null` where nothing tells. */
  readonly loss: LossKind | null;
  /** Everything was understood: every layer's op, inputs and parameters. */
  readonly complete: boolean;
  readonly notes: readonly GraphNote[];
}
