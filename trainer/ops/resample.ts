import type { Ops, Tensor } from '../backend-ops.ts';
import { image, imageValue, range } from '../value.ts';
import { BuildError, type Builder, input } from './builder.ts';

/**
 * A linear map along one axis, the same for all others: `matrix` is [new, old]. Matrix products have right gradients
 * everywhere; TensorFlow.js' resizing has not.
 */
export function resample(ops: Ops, x: Tensor, axis: number, matrix: readonly (readonly number[])[]): Tensor {
  const last = x.shape.length - 1;
  const order = [...range(0, axis), ...range(axis + 1, last + 1), axis];
  const back = [...range(0, axis), last, ...range(axis, last)];
  const map = ops.constant(matrix.flat(), [matrix.length, matrix[0]?.length ?? 0]);
  return ops.transpose(ops.matMul(ops.transpose(x, order), map, false, true), back);
}

export const upsample: Builder<'upsample'> = (op, inputs, { ops, layer }) => {
  const value = input(inputs);
  const x = image(ops, value, op.layout);
  const sizes = x.shape.slice(1, -1);
  const known = op.layout === 'channelsFirst' ? layer.outputShape?.slice(2) : layer.outputShape?.slice(1, -1);
  const y = sizes.reduce((tensor, size, axis) => {
    const factor = op.factor?.[axis] ?? op.factor?.[0];
    const target = factor === undefined ? known?.[axis] : Math.floor(size * factor);
    if (typeof target !== 'number') throw new BuildError('badShape', 'the size to upsample to is not known');
    if (op.mode === 'nearest' && target % size === 0) return repeat(ops, tensor, axis + 1, target / size);
    return resample(ops, tensor, axis + 1, op.mode === 'nearest' ? nearest(size, target) : linear(size, target));
  }, x);
  return imageValue(y, op.layout);
};

/** Every position `times` in a row: copies side by side, then read as one axis. */
function repeat(ops: Ops, x: Tensor, axis: number, times: number): Tensor {
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const size = x.shape[axis] ?? 1;
  const rows = ops.reshape(x, [before * size, 1, after]);
  const copies = ops.concat(
    Array.from({ length: times }, () => rows),
    1,
  );
  return ops.reshape(
    copies,
    x.shape.map((full, k) => (k === axis ? size * times : full)),
  );
}

function nearest(size: number, target: number): number[][] {
  return range(0, target).map((i) => {
    const from = Math.min(size - 1, Math.floor((i * size) / target));
    return range(0, size).map((k) => (k === from ? 1 : 0));
  });
}

/** Half-pixel centres, edges repeated (PyTorch's `align_corners=False`, Keras). */
function linear(size: number, target: number): number[][] {
  return range(0, target).map((i) => {
    const at = Math.max(0, ((i + 0.5) * size) / target - 0.5);
    const low = Math.min(size - 1, Math.floor(at));
    const high = Math.min(size - 1, low + 1);
    const share = at - low;
    return range(0, size).map((k) => (k === low ? 1 - share : 0) + (k === high ? share : 0));
  });
}
