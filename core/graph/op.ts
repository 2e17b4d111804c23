import type { Dim } from './shape.ts';

/** Activation functions, element by element. `parameter` of the op is the slope, alpha or threshold where there is one. */
export type ActivationName =
  | 'identity'
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | 'prelu'
  | 'elu'
  | 'selu'
  | 'celu'
  | 'gelu'
  | 'geluTanh'
  | 'silu'
  | 'mish'
  | 'softplus'
  | 'softsign'
  | 'tanh'
  | 'sigmoid'
  | 'hardSigmoid'
  | 'hardSwish'
  | 'hardTanh'
  | 'logSigmoid'
  | 'sin'
  | 'square'
  | 'abs'
  | 'exp';

/** Of the elements of a tensor that is always the same. */
export interface ConstantMoments {
  readonly mean: number;
  readonly second: number;
}

/**
 * A layer that multiplies by factor · gain · (w - mean w) / √(var w + epsilon) in the place of its weight w, with mean and variance
 * of each filter by itself (Qiao et al. 2019; with the gain Brock et al. 2021).
 */
export interface WeightStandardization {
  readonly epsilon: number;
  readonly factor: number;
}

/** Where the channels are: PyTorch puts them after the batch, Keras, Flax and TensorFlow.js last. */
export type Layout = 'channelsFirst' | 'channelsLast';

/** Padding per spatial axis `[before, after]`, or TensorFlow's words. */
export type Padding = 'same' | 'valid' | readonly (readonly [number, number])[];

export type PoolOp = {
  readonly rank: 1 | 2 | 3;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly ceilMode: boolean;
  readonly layout: Layout;
};

/**
 * What a node of the graph computes, in framework-neutral terms. Weight layouts are the framework's (see `ModelGraph.framework`):
 * PyTorch `[out, in/groups, ...kernel]`, the others `[...kernel, in/groups, out]`.
 */
export type Op =
  | { readonly kind: 'input' }
  /**
   * A tensor that depends on no input: zeros, ones, positions. `value` where it is one constant; otherwise mean and mean square of
   * its elements, where they are known, and `numbers` in row-major order, where all of them are.
   */
  | {
      readonly kind: 'constant';
      readonly value: number | null;
      readonly moments?: ConstantMoments;
      readonly numbers?: readonly number[];
    }
  /** A parameter used directly as a tensor: class token, position embedding. */
  | { readonly kind: 'parameter' }
  /** Over the last axis. Parameters: `weight`, `bias`. */
  | { readonly kind: 'dense'; readonly inFeatures: Dim; readonly outFeatures: Dim }
  /** Parameters: `weight`, `bias`; where the weight is standardized, maybe `weightGain`. Depthwise: groups = inChannels. */
  | {
      readonly kind: 'conv';
      readonly rank: 1 | 2 | 3;
      readonly inChannels: Dim;
      readonly outChannels: Dim;
      readonly kernel: readonly number[];
      readonly stride: readonly number[];
      readonly padding: Padding;
      readonly dilation: readonly number[];
      readonly groups: number;
      readonly transposed: boolean;
      readonly outputPadding: readonly number[];
      readonly layout: Layout;
      readonly standardized?: WeightStandardization;
    }
  /** Parameter: `weight` of shape [vocabulary, width]. */
  | { readonly kind: 'embedding'; readonly vocabulary: Dim; readonly width: Dim; readonly paddingIndex: number | null }
  /** Parameters: `gain`, `bias` (both optional). `axis` is the channel axis. */
  | { readonly kind: 'batchNorm'; readonly epsilon: number; readonly axis: number }
  /** Over the last `axes` axes. Parameters: `gain`, `bias`. */
  | { readonly kind: 'layerNorm'; readonly epsilon: number; readonly axes: number }
  | { readonly kind: 'rmsNorm'; readonly epsilon: number }
  | { readonly kind: 'groupNorm'; readonly groups: number; readonly epsilon: number; readonly axis: number }
  | { readonly kind: 'instanceNorm'; readonly epsilon: number; readonly axis: number }
  | { readonly kind: 'activation'; readonly fn: ActivationName; readonly parameter?: number }
  | { readonly kind: 'softmax'; readonly axis: number; readonly log: boolean }
  /** First half times the activation of the second. */
  | { readonly kind: 'glu'; readonly fn: ActivationName; readonly axis: number }
  | { readonly kind: 'dropout'; readonly rate: number; readonly mode: 'element' | 'channel' | 'row' }
  | { readonly kind: 'add' }
  | { readonly kind: 'subtract' }
  | { readonly kind: 'multiply' }
  /** x · factor + offset, both constants. */
  | { readonly kind: 'affine'; readonly factor: number; readonly offset: number }
  /** Times a learned factor (parameter `scale`), broadcast. */
  | { readonly kind: 'scale' }
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: 'concat'; readonly axis: number }
  /** A section of an axis; with `step`, every so many-th position from `start`. */
  | {
      readonly kind: 'split';
      readonly axis: number;
      readonly start: number;
      readonly length: Dim;
      readonly step?: number;
    }
  /** Positions moved along axes; what leaves at one end comes in at the other. */
  | { readonly kind: 'roll'; readonly shifts: readonly number[]; readonly axes: readonly number[] }
  | ({ readonly kind: 'maxPool' } & PoolOp)
  | ({ readonly kind: 'averagePool'; readonly countIncludePad: boolean } & PoolOp)
  /** To a given spatial size; [1, 1] is the global average. */
  | { readonly kind: 'adaptiveAveragePool'; readonly output: readonly number[]; readonly layout: Layout }
  | { readonly kind: 'adaptiveMaxPool'; readonly output: readonly number[]; readonly layout: Layout }
  /** Mean, sum or maximum over axes. */
  | {
      readonly kind: 'reduce';
      readonly fn: 'mean' | 'sum' | 'max';
      readonly axes: readonly number[];
      readonly keepDims: boolean;
    }
  | { readonly kind: 'flatten'; readonly startAxis: number; readonly endAxis: number }
  /** The new shape is the node's `outputShape`. */
  | { readonly kind: 'reshape' }
  | { readonly kind: 'permute'; readonly order: readonly number[] }
  /** One position of an axis, which goes away: `x[:, -1]`. */
  | { readonly kind: 'select'; readonly axis: number; readonly index: number }
  /** The pairs `[before, after]` belong to the last axes, in order. */
  | {
      readonly kind: 'pad';
      readonly padding: readonly (readonly [number, number])[];
      readonly mode: 'constant' | 'reflect' | 'replicate';
    }
  | {
      readonly kind: 'upsample';
      readonly factor: readonly number[] | null;
      readonly mode: 'nearest' | 'bilinear';
      readonly layout: Layout;
    }
  /**
   * Parameters: `weight` (from the input), `recurrentWeight`, `bias`, and where there is a second one `recurrentBias`; of the
   * layers above the first with their number (`weight1`), of the reverse direction with `Reverse` after that (`bias1Reverse`).
   * Where the framework keeps a matrix per gate, each has its own, in the order of the gates: `weightGate0`, `biasReverseGate3`.
   */
  | {
      readonly kind: 'recurrent';
      readonly cell: 'rnn' | 'lstm' | 'gru';
      readonly activation: 'tanh' | 'relu';
      readonly inputSize: Dim;
      readonly hiddenSize: Dim;
      readonly layers: number;
      readonly bidirectional: boolean;
      /** Axis 0 is the batch (Keras, PyTorch with batch_first), else the time. */
      readonly batchFirst: boolean;
      /** All steps, or the last one only. */
      readonly returnSequences: boolean;
      /** GRU: PyTorch's and Keras' reset-after. */
      readonly resetAfter: boolean;
    }
  /** Multi-head attention with its projections. Parameters: `query`, `key`, `value`, `output` (+ `...Bias`), or `inProjection`. */
  | {
      readonly kind: 'attention';
      readonly heads: number;
      readonly width: Dim;
      readonly causal: boolean;
      readonly dropout: number;
      readonly batchFirst: boolean;
    }
  /** Scaled dot-product attention of three inputs [..., length, width]. */
  | { readonly kind: 'dotProductAttention'; readonly causal: boolean }
  /** Something the tables do not know. `assumed` says what shape was passed on. */
  | { readonly kind: 'unknown'; readonly name: string };

export type OpKind = Op['kind'];
