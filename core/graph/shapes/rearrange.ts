import type { Op } from '../op.ts';
import { formatShape, isKnown, type Shape } from '../shape.ts';
import { axisIndex, productDims, sumDims, unifyDims, withDim } from './dims.ts';
import { type Mismatch, mismatch, type Verdict } from './verdict.ts';

export function concatShape(axis: number, inputs: readonly (Shape | null)[]): Verdict {
  const shapes = inputs.filter((shape) => shape !== null);
  const first = shapes[0];
  if (first === undefined || shapes.length < inputs.length) return null;
  const index = axisIndex(axis, first.length);
  if (index === null) return noAxis(axis, first);
  let result = first;
  for (const shape of shapes.slice(1)) {
    const dims = shape.map((dim, i) => (i === index ? null : unifyDims(result[i] ?? null, dim)));
    if (shape.length !== first.length || dims.includes(undefined)) {
      return mismatch(`cannot concatenate ${formatShape(first)} with ${formatShape(shape)} along axis ${axis}`);
    }
    result = dims.map((dim) => dim ?? null);
  }
  return withDim(result, index, sumDims(shapes.map((shape) => shape[index] ?? null)));
}

export function flattenShape(op: { startAxis: number; endAxis: number }, input: Shape | null): Verdict {
  if (input === null) return null;
  if (input.length === 0) return [1];
  const start = axisIndex(op.startAxis, input.length);
  const end = axisIndex(op.endAxis, input.length);
  if (start === null || end === null || start > end) {
    // Keras and PyTorch's nn.Flatten take a batch of scalars too.
    return op.endAxis === -1 && op.startAxis === input.length ? [...input, 1] : noAxis(op.startAxis, input);
  }
  return [...input.slice(0, start), productDims(input.slice(start, end + 1)), ...input.slice(end + 1)];
}

export function permuteShape(order: readonly number[], input: Shape | null): Verdict {
  if (input === null) return null;
  const axes = order.map((axis) => axisIndex(axis, input.length));
  if (axes.length !== input.length || new Set(axes).size !== axes.length || axes.includes(null)) {
    return mismatch(`cannot order ${formatShape(input)} by (${order.join(', ')})`);
  }
  return axes.map((axis) => (axis === null ? null : (input[axis] ?? null)));
}

export function selectShape(op: { axis: number; index: number }, input: Shape | null): Verdict {
  if (input === null) return null;
  const axis = axisIndex(op.axis, input.length);
  if (axis === null) return noAxis(op.axis, input);
  const size = input[axis];
  if (isKnown(size) && (op.index >= size || op.index < -size)) {
    return mismatch(`has no position ${op.index} along axis ${op.axis} of ${formatShape(input)}`);
  }
  return input.filter((_, i) => i !== axis);
}

export function splitShape(op: Extract<Op, { kind: 'split' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  const axis = axisIndex(op.axis, input.length);
  if (axis === null) return noAxis(op.axis, input);
  const size = input[axis];
  const end = isKnown(op.length) ? op.start + (op.length - 1) * (op.step ?? 1) + 1 : null;
  if (isKnown(size) && end !== null && end > size) {
    return mismatch(`section ${op.start}..${end} exceeds axis ${op.axis} of ${formatShape(input)}`);
  }
  return withDim(input, axis, op.length);
}

/** The pairs belong to the last axes, in order. */
export function padShape(op: Extract<Op, { kind: 'pad' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  const skipped = input.length - op.padding.length;
  if (skipped < 0) return mismatch(`pads ${op.padding.length} axes, gets ${input.length} (${formatShape(input)})`);
  return input.map((dim, i) => {
    const [before, after] = op.padding[i - skipped] ?? [0, 0];
    if (before === 0 && after === 0) return dim;
    return isKnown(dim) ? dim + before + after : null;
  });
}

export function reduceShape(op: { axes: readonly number[]; keepDims: boolean }, input: Shape | null): Verdict {
  if (input === null) return null;
  const axes = new Set<number>();
  for (const axis of op.axes) {
    const index = axisIndex(axis, input.length);
    if (index === null) return noAxis(axis, input);
    axes.add(index);
  }
  return op.keepDims ? input.map((dim, i) => (axes.has(i) ? 1 : dim)) : input.filter((_, i) => !axes.has(i));
}

/** Half of an axis: gated linear units. */
export function halfShape(axis: number, input: Shape | null): Verdict {
  if (input === null) return null;
  const index = axisIndex(axis, input.length);
  if (index === null) return noAxis(axis, input);
  const size = input[index];
  if (isKnown(size) && size % 2 === 1) return mismatch(`cannot halve ${size} channels (${formatShape(input)})`);
  return withDim(input, index, isKnown(size) ? size / 2 : null);
}

function noAxis(axis: number, input: Shape): Mismatch {
  return mismatch(`has no axis ${axis} in ${formatShape(input)}`);
}
