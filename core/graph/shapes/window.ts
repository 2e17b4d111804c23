import type { Op, Padding, PoolOp } from '../op.ts';
import { type Dim, isKnown } from '../shape.ts';

/** Output size of a convolution or pooling along one axis; `null` where not known, below 1 where the window does not fit. */
export function windowSize(
  size: Dim,
  window: { kernel: number; stride: number; dilation: number; padding: Padding; axis: number; ceilMode: boolean },
): Dim {
  const { kernel, stride, dilation, padding } = window;
  const reach = dilation * (kernel - 1) + 1;
  const unchanged = stride === 1 && (padding === 'same' || paddingOf(padding, window.axis) === reach - 1);
  if (unchanged) return size;
  if (!isKnown(size)) return null;
  if (padding === 'same') return Math.ceil(size / stride);
  const span = size + paddingOf(padding, window.axis) - reach;
  if (!window.ceilMode) return Math.floor(span / stride) + 1;
  const outputs = Math.ceil(span / stride) + 1;
  // PyTorch: the last window must start inside the input or its left padding.
  return (outputs - 1) * stride >= size + leftPadding(padding, window.axis) ? outputs - 1 : outputs;
}

/**
 * Output size of a transposed convolution along one axis. With padding in numbers PyTorch's rule, with TensorFlow's words
 * Keras': without an output padding a window smaller than its stride still fills the stride.
 */
export function transposedWindowSize(size: Dim, conv: Extract<Op, { kind: 'conv' }>, axis: number): Dim {
  if (!isKnown(size)) return null;
  const stride = perAxis(conv.stride, axis);
  const reach = perAxis(conv.dilation, axis) * (perAxis(conv.kernel, axis) - 1) + 1;
  const extra = conv.outputPadding[axis] ?? 0;
  if (typeof conv.padding !== 'string') {
    return (size - 1) * stride - paddingOf(conv.padding, axis) + reach + extra;
  }
  if (extra > 0) {
    const padding = conv.padding === 'same' ? 2 * Math.floor(reach / 2) : 0;
    return (size - 1) * stride + reach - padding + extra;
  }
  return conv.padding === 'same' ? size * stride : size * stride + Math.max(reach - stride, 0);
}

/** The window of a pooling op along one axis. */
export function poolWindow(op: PoolOp, axis: number) {
  return {
    kernel: perAxis(op.kernel, axis),
    stride: perAxis(op.stride, axis),
    dilation: 1,
    padding: op.padding,
    axis,
    ceilMode: op.ceilMode,
  };
}

/** The window of a convolution along one axis. */
export function convWindow(op: Extract<Op, { kind: 'conv' }>, axis: number) {
  return {
    kernel: perAxis(op.kernel, axis),
    stride: perAxis(op.stride, axis),
    dilation: perAxis(op.dilation, axis),
    padding: op.padding,
    axis,
    ceilMode: false,
  };
}

/**
 * Cells added `[before, after]` along one axis of a known size; TensorFlow's `same` puts the odd one after.
 */
export function paddingPair(
  size: number,
  window: { kernel: number; stride: number; dilation: number; padding: Padding; axis: number },
): readonly [number, number] {
  if (window.padding === 'valid') return [0, 0];
  if (window.padding !== 'same') return window.padding[window.axis] ?? window.padding[0] ?? [0, 0];
  const reach = window.dilation * (window.kernel - 1) + 1;
  const total = Math.max((Math.ceil(size / window.stride) - 1) * window.stride + reach - size, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

function perAxis(values: readonly number[], axis: number): number {
  return values[axis] ?? values[0] ?? 1;
}

function paddingOf(padding: Padding, axis: number): number {
  if (typeof padding === 'string') return 0;
  const [before, after] = padding[axis] ?? padding[0] ?? [0, 0];
  return before + after;
}

function leftPadding(padding: Padding, axis: number): number {
  return typeof padding === 'string' ? 0 : (padding[axis] ?? padding[0] ?? [0, 0])[0];
}
