import type { Layer } from '../graph/graph.ts';
import type { Op } from '../graph/op.ts';
import type { Shape } from '../graph/shape.ts';
import type { Field } from './field.ts';
import type { Gradient } from './gradient.ts';
import type { Layout } from './layout.ts';
import type { RoutingSite } from './routing.ts';
import type { TokenWindow } from './written-attention.ts';
import type { Routed } from './written-experts.ts';

/** Mean and second moment of a parameter's elements. */
export interface Moments {
  readonly mean: number;
  readonly second: number;
}

/** What a weight matrix or kernel does to what passes it. */
export interface WeightMoments {
  /** Variance times fan-in and fan-out: factors on a second moment, forward and backward. `null` where a width is missing. */
  readonly forward: number | null;
  readonly backward: number | null;
  /** Common mean of the elements; 0 for random matrices. */
  readonly mean: number;
  /** Fourth moment over the squared second: 3 for normal weights, where it is not given. */
  readonly kurtosis?: number;
  /** Its rows or its columns are orthogonal. */
  readonly isOrthogonal?: boolean;
  /**
   * Of standardized weights, whose filters sum to zero: what the mean square of the gradient with respect to them becomes with
   * respect to the parameter.
   */
  readonly gradientFactor?: number;
}

/** A node of the graph while it is propagated: what a transfer rule may ask. */
export interface Site<O extends Op = Op> {
  readonly layer: Layer;
  readonly op: O;
  readonly inputShapes: readonly (Shape | null)[];
  readonly batch: number;
  /** Any parameter but a weight, as it is written; `null` where its distribution is not known, `undefined` where there is none. */
  moments(role: string): Moments | null | undefined;
  /**
   * A weight, as written or critical, whichever pass this is. `inputSecond` is the second moment of what it acts on.
   */
  weight(
    role: string,
    fans: { readonly fanIn: number | null; readonly fanOut: number | null },
    inputSecond: number,
  ): WeightMoments | null;
  /** What it reads is the same for every input of the model (positions, masks), even where its values are not known. */
  readonly readsFixed: boolean;
  /** The same, input by input. */
  readonly fixedInputs: readonly boolean[];
  /** Somebody asks for the gradient of its weights. */
  readonly asksForWeights: boolean;
  /** Where the axes of the first input come from; `null` where that could not be followed. */
  layout(): Layout | null;
  /** Of attention that is written out. */
  readonly attention?: () => AttentionSite;
  /** Of a part of a mixture of experts; `null` where who goes where is not known. */
  readonly routing?: () => RoutingSite | null;
  readonly routed?: Routed['part'];
  /** Channels that an unshaped input must have, and where. */
  readonly expectedInput: ExpectedInput;
}

/** What the first reader of an input tells of its layout. */
export interface ExpectedInput {
  readonly spatialAxes: number;
  readonly channels: number | null;
  readonly channelsFirst: boolean;
}

/** What is between the two products of attention that is written out; `null` where it is not known. */
export interface AttentionSite {
  /** Variance of a score over that of the usual scale, 1/√d. */
  readonly sharpness: number | null;
  /** Variance over tokens of what is added. */
  readonly bias: number | null;
  readonly isMasked: boolean;
  readonly causal: boolean;
  readonly dropped: number;
  readonly window: TokenWindow | null;
}

/** What goes back through a node. */
export interface Backward {
  /** Per input; `null` where not known. */
  readonly inputs: readonly (Gradient | null)[];
  /** Mean square of the gradient with respect to the node's weights, per element. */
  readonly weight?: number | null;
  /** The part of it that is sums over pairs of different inputs, where it is told. */
  readonly weightAcross?: number;
  /** What of the weights' gradient is along the weights does not reach the parameter. */
  readonly isAcrossWeights?: boolean;
  /** Of a recurrent layer: RMS gradient of the state after the first step over that after the last, if only the last is read. */
  readonly overTime?: number;
}

/** How signal and gradient pass one kind of op. */
export interface Transfer<O extends Op = Op> {
  /** Its output can be told without knowing what it reads: a table that is looked up in. */
  readonly needsNoInput?: boolean;
  forward(site: Site<O>, inputs: readonly Field[]): Field | null;
  backward(site: Site<O>, inputs: readonly Field[], output: Field, gradient: Gradient): Backward;
}
