import type { Tensor } from '@tensorflow/tfjs-core';

/** The library's handle. Only `trainer/tfjs`, `kernels` and `engines` look inside; everybody else knows its `shape`. */
export type { Tensor };

/**
 * All that the trainer asks of a tensor library: differentiable operations that are right in their values and gradients on
 * every engine. Images are channels-last; another library is tried by writing this interface for it.
 */
export interface Ops {
  add(a: Tensor, b: Tensor): Tensor;
  subtract(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  divide(a: Tensor, b: Tensor): Tensor;
  /** x · factor + offset. */
  affine(x: Tensor, factor: number, offset: number): Tensor;
  exp(x: Tensor): Tensor;
  abs(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  sin(x: Tensor): Tensor;
  erf(x: Tensor): Tensor;
  tanh(x: Tensor): Tensor;
  sigmoid(x: Tensor): Tensor;
  softplus(x: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  elu(x: Tensor): Tensor;
  /** Gradient 1 strictly between the bounds, 0 elsewhere. */
  clip(x: Tensor, low: number, high: number): Tensor;
  /** Over the last axis. */
  softmax(x: Tensor): Tensor;
  logSoftmax(x: Tensor): Tensor;

  sum(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  max(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  /** (x − mean) / √(variance + ε), both over `axes`; the biased variance. */
  normalize(x: Tensor, axes: readonly number[], epsilon: number): Tensor;

  /** Over the last two axes; leading axes are equal, or missing on one side. */
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;

  reshape(x: Tensor, shape: readonly number[]): Tensor;
  transpose(x: Tensor, order: readonly number[]): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  concat(xs: readonly Tensor[], axis: number): Tensor;
  pad(x: Tensor, padding: readonly (readonly [number, number])[], value: number): Tensor;
  /** Rows of a table by integer indices of any shape. */
  gather(table: Tensor, indices: Tensor): Tensor;
  oneHot(indices: Tensor, depth: number): Tensor;

  /** x [B, H, W, I], filter [h, w, I, O]. */
  conv2d(x: Tensor, filter: Tensor, window: Window): Tensor;
  /** x [B, H, W, C], filter [h, w, C, multiplier]; output channel c · multiplier + m. */
  depthwiseConv2d(x: Tensor, filter: Tensor, window: Window): Tensor;
  /** The transpose of an unpadded `conv2d`: x [B, H, W, I], filter [h, w, O, I] to [B, (H−1)·stride+h, …, O]. */
  conv2dTranspose(x: Tensor, filter: Tensor, stride: Pair): Tensor;
  /** Without padding. */
  maxPool2d(x: Tensor, kernel: Pair, stride: Pair): Tensor;
  averagePool2d(x: Tensor, kernel: Pair, stride: Pair): Tensor;

  /** 1 where it is so, else 0; without gradient. */
  isZero(x: Tensor): Tensor;
  isGreater(x: Tensor, limit: number): Tensor;

  constant(values: Float32Array | readonly number[], shape: readonly number[]): Tensor;
  integers(values: Int32Array, shape: readonly number[]): Tensor;
}

export type Pair = readonly [number, number];

export interface Window {
  readonly stride: Pair;
  /** Zeros `[before, after]` per spatial axis. */
  readonly padding: readonly [Pair, Pair];
  readonly dilation: Pair;
}

/** A tensor library running on one device. */
export interface Backend {
  readonly ops: Ops;
  /**
   * `host`: tensors lie in memory that this thread reads at once, so figures are reduced in float64 by `readNow`.
   * `device`: a read waits for the device, so figures are reduced there and read once.
   */
  readonly memory: 'host' | 'device';
  /**
   * Runs `forward` and differentiates its scalar result with respect to the parameters (one at least) and to the activations
   * that `activations` names after the run. What the result does not depend on gets `null`.
   */
  gradients(
    forward: () => Tensor,
    parameters: readonly Tensor[],
    activations: () => readonly Tensor[],
  ): { readonly value: Tensor; readonly gradients: readonly (Tensor | null)[] };
  /** Frees every tensor made in `body` but the returned ones. */
  tidy<T extends Tensor | Tensor[] | undefined>(body: () => T): T;
  /** Outlives the `tidy` it was made in, until it is disposed of. */
  keep(x: Tensor): Tensor;
  dispose(xs: readonly (Tensor | null)[]): void;
  read(x: Tensor): Promise<Float32Array>;
  /** May look into the engine's own memory: good until the next operation. */
  readNow(x: Tensor): Float32Array;
  tensorCount(): number;
}
