import type { Op, Padding, WeightStandardization } from '../../core/graph/op.ts';
import type { Ops, Pair, Tensor } from '../backend-ops.ts';
import { image, imageValue, range } from '../value.ts';
import { BuildError, type Builder, input, type NodeContext } from './builder.ts';
import { convolveVolumes, crop } from './volume.ts';

type Conv = Extract<Op, { kind: 'conv' }>;

export const conv: Builder<'conv'> = (op, inputs, context) => {
  const { ops } = context;
  const x = image(ops, input(inputs), op.layout);
  const filter = channelsLastFilter(context, op);
  const y = byRank(op, ops, x, filter);
  const bias = context.optional('bias');
  return imageValue(bias === null ? y : ops.add(y, bias), op.layout);
};

/** A filter [...kernel, in/groups, out] (transposed: [...kernel, out/groups, in]) of a convolution of any rank. */
function channelsLastFilter(context: NodeContext, { transposed, standardized }: Conv): Tensor {
  const { ops, framework, parameter } = context;
  const filter = standardized === undefined ? parameter('weight') : standardize(standardized, context);
  if (framework === 'flax' && transposed) return swapLastTwo(ops, filter);
  if (framework !== 'torch') return filter;
  // PyTorch: [out, in/groups, ...kernel], transposed [in, out/groups, ...kernel].
  const [first = 1, second = 1, ...kernel] = filter.shape;
  const flat = ops.transpose(ops.reshape(filter, [first, second, -1]), [2, 1, 0]);
  return ops.reshape(flat, [...kernel, second, first]);
}

/** Every filter with mean 0 and variance 1, times its gain. */
function standardize({ epsilon, factor }: WeightStandardization, context: NodeContext): Tensor {
  const { ops, framework, parameter, optional } = context;
  const weight = parameter('weight');
  const gain = optional('weightGain');
  const filterAxis = framework === 'torch' ? 0 : weight.shape.length - 1;
  const others = range(0, weight.shape.length).filter((axis) => axis !== filterAxis);
  const spread = weight.shape.map((size, axis) => (axis === filterAxis ? size : 1));
  const scaled = ops.affine(ops.normalize(weight, others, epsilon), factor, 0);
  return gain === null ? scaled : ops.multiply(scaled, ops.reshape(gain, spread));
}

/** Flax: [...kernel, in, out], transposed or not. */
function swapLastTwo(ops: Ops, filter: Tensor): Tensor {
  const [inputs = 1, outputs = 1] = filter.shape.slice(-2);
  const kernel = filter.shape.slice(0, -2);
  const flat = ops.transpose(ops.reshape(filter, [-1, inputs, outputs]), [0, 2, 1]);
  return ops.reshape(flat, [...kernel, outputs, inputs]);
}

function byRank(op: Conv, ops: Ops, x: Tensor, filter: Tensor): Tensor {
  const plan = planOf(op, x.shape.slice(1, -1));
  if (op.rank === 3) return convolveVolumes(ops, x, filter, plan, convolveImages);
  if (op.rank === 2) return convolveImages(ops, x, filter, plan);
  // A sequence is an image of one row.
  const { stride, dilation, padding, outputPadding } = plan;
  const row: Plan = {
    ...plan,
    stride: [1, ...stride],
    dilation: [1, ...dilation],
    padding: [[0, 0], ...padding],
    outputPadding: [0, ...outputPadding],
  };
  const [batch = 1, length = 1, channels = 1] = x.shape;
  const y = convolveImages(
    ops,
    ops.reshape(x, [batch, 1, length, channels]),
    ops.reshape(filter, [1, ...filter.shape]),
    row,
  );
  return ops.reshape(y, [batch, y.shape[2] ?? 1, y.shape[3] ?? 1]);
}

/** The op with its padding in numbers, for the input at hand. */
export interface Plan {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly Pair[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
}

function planOf(op: Conv, sizes: readonly number[]): Plan {
  const { stride, dilation, kernel, transposed, groups } = op;
  if (transposed && dilation.some((d) => d !== 1))
    throw new BuildError('unsupportedOp', 'a dilated transposed convolution cannot be trained here yet');
  const padding = sizes.map((size, axis) =>
    transposed
      ? transposedPadding(op.padding, axis, kernel[axis] ?? 1, stride[axis] ?? 1)
      : paddingOf(op.padding, axis, size, kernel[axis] ?? 1, stride[axis] ?? 1, dilation[axis] ?? 1),
  );
  const outputPadding = sizes.map((_, axis) => op.outputPadding[axis] ?? 0);
  return { stride, dilation, padding, outputPadding, groups, transposed };
}

/** TensorFlow's `same`: the output has ⌈size / stride⌉ positions, the odd zero comes last. */
export function paddingOf(
  padding: Padding,
  axis: number,
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
): Pair {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return padding[axis] ?? [0, 0];
  const needed = Math.max(0, (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size);
  return [Math.floor(needed / 2), Math.ceil(needed / 2)];
}

/** What is cut off a full transposed convolution; `same` leaves size · stride positions. */
function transposedPadding(padding: Padding, axis: number, kernel: number, stride: number): Pair {
  if (padding !== 'same') return paddingOf(padding, axis, 0, kernel, stride, 1);
  const surplus = kernel - stride;
  return surplus >= 0 ? [Math.floor(surplus / 2), Math.ceil(surplus / 2)] : [0, surplus];
}

function convolveImages(ops: Ops, x: Tensor, filter: Tensor, plan: Plan): Tensor {
  const { groups } = plan;
  const channels = x.shape[3] ?? 1;
  if (groups === 1) return convolveOnce(ops, x, filter, plan);
  if (groups === channels && !plan.transposed) return depthwise(ops, x, filter, plan);
  const [h = 1, w = 1, second = 1, last = 1] = filter.shape;
  const results = range(0, groups).map((group) => {
    const width = channels / groups;
    const part = ops.slice(x, [0, 0, 0, group * width], [-1, -1, -1, width]);
    const share = last / groups;
    return convolveOnce(ops, part, ops.slice(filter, [0, 0, 0, group * share], [h, w, second, share]), plan);
  });
  return ops.concat(results, 3);
}

/** [h, w, 1, C · multiplier] to TensorFlow's [h, w, C, multiplier]; output channels come in the same order. */
function depthwise(ops: Ops, x: Tensor, filter: Tensor, plan: Plan): Tensor {
  const [h = 1, w = 1] = filter.shape;
  return ops.depthwiseConv2d(x, ops.reshape(filter, [h, w, plan.groups, -1]), windowOf(plan));
}

function convolveOnce(ops: Ops, x: Tensor, filter: Tensor, plan: Plan): Tensor {
  if (!plan.transposed) return ops.conv2d(x, filter, windowOf(plan));
  const full = ops.conv2dTranspose(x, filter, pair(plan.stride));
  return crop(ops, full, plan);
}

function windowOf({ stride, padding, dilation }: Plan) {
  const [rows = [0, 0], columns = [0, 0]] = padding;
  return { stride: pair(stride), dilation: pair(dilation), padding: [rows, columns] as [Pair, Pair] };
}

function pair([first = 1, second = 1]: readonly number[]): Pair {
  return [first, second];
}
