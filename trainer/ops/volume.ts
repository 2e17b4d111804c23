import type { Ops, Pair, Tensor } from '../backend-ops.ts';
import { range } from '../value.ts';
import type { Plan } from './convolution.ts';

/*
 * Volumes [batch, depth, height, width, channels], worked on as images or as rows of depth: TensorFlow.js' own 3-D convolution is
 * wrong on wasm, and not every engine can pad or slice five axes.
 */

/** The sum over the kernel's depth of plain convolutions of images. */
export function convolveVolumes(
  ops: Ops,
  x: Tensor,
  filter: Tensor,
  plan: Plan,
  convolve: (ops: Ops, images: Tensor, filter: Tensor, plan: Plan) => Tensor,
): Tensor {
  const inImage: Plan = {
    ...plan,
    stride: plan.stride.slice(1),
    dilation: plan.dilation.slice(1),
    padding: plan.padding.slice(1),
    outputPadding: plan.outputPadding.slice(1),
  };
  const [depth = 1, ...share] = filter.shape;
  const flat = ops.reshape(filter, [depth, -1]);
  const layers = range(0, depth).map((k) => {
    const layer = ops.reshape(ops.slice(flat, [k, 0], [1, -1]), share);
    const run = (volume: Tensor) => imagewise(ops, volume, (images) => convolve(ops, images, layer, inImage));
    return plan.transposed ? spread(ops, run(x), plan, k, depth) : run(sliceInDepth(ops, x, plan, k, depth));
  });
  const sum = layers.reduce((a, b) => ops.add(a, b));
  if (!plan.transposed) return sum;
  const onlyDepth = { padding: plan.padding.slice(0, 1), outputPadding: plan.outputPadding.slice(0, 1) };
  return byDepth(ops, sum, (rows) => crop(ops, rows, onlyDepth));
}

/** Cuts `padding` off axes 1, 2, …; `outputPadding` keeps more at the end, zeros where nothing is left. */
export function crop(
  ops: Ops,
  full: Tensor,
  { padding, outputPadding }: Pick<Plan, 'padding' | 'outputPadding'>,
): Tensor {
  const cuts = full.shape.map((size, axis) => {
    const [before, after] = padding[axis - 1] ?? [0, 0];
    const end = size - after + (outputPadding[axis - 1] ?? 0);
    return { begin: before, size: Math.min(end, size) - before, missing: Math.max(0, end - size) };
  });
  const kept = ops.slice(
    full,
    cuts.map(({ begin }) => begin),
    cuts.map(({ size }) => size),
  );
  return cuts.every(({ missing }) => missing === 0)
    ? kept
    : ops.pad(
        kept,
        cuts.map(({ missing }): Pair => [0, missing]),
        0,
      );
}

/** Pads the axes between batch and channels. */
export function padSpace(ops: Ops, x: Tensor, padding: readonly Pair[], value: number): Tensor {
  if (padding.every(([before, after]) => before === 0 && after === 0)) return x;
  if (padding.length < 3) return ops.pad(x, [[0, 0], ...padding, [0, 0]], value);
  const [deep = [0, 0], ...flat] = padding;
  const images = imagewise(ops, x, (volume) => ops.pad(volume, [[0, 0], ...flat, [0, 0]], value));
  return byDepth(ops, images, (rows) => ops.pad(rows, [[0, 0], deep, [0, 0]], value));
}

/** The images that meet the kernel's k-th layer: depth k · dilation, every stride-th. */
function sliceInDepth(ops: Ops, x: Tensor, plan: Plan, k: number, kernel: number): Tensor {
  const [padding = [0, 0]] = plan.padding;
  const [stride = 1] = plan.stride;
  const [dilation = 1] = plan.dilation;
  return byDepth(ops, x, (rows) => {
    const padded = ops.pad(rows, [[0, 0], padding, [0, 0]], 0);
    const count = Math.floor(((padded.shape[1] ?? 1) - (kernel - 1) * dilation - 1) / stride) + 1;
    const from = k * dilation;
    if (stride === 1) return ops.slice(padded, [0, from, 0], [-1, count, -1]);
    return ops.concat(
      range(0, count).map((i) => ops.slice(padded, [0, from + i * stride, 0], [-1, 1, -1])),
      1,
    );
  });
}

/** Images stride apart, moved by k: what the k-th layer of a transposed kernel adds to. */
function spread(ops: Ops, x: Tensor, plan: Plan, k: number, kernel: number): Tensor {
  const [stride = 1] = plan.stride;
  return byDepth(ops, x, (rows) => {
    const [batch = 1, depth = 1, pixels = 1] = rows.shape;
    const apart = ops.pad(
      ops.reshape(rows, [batch * depth, 1, pixels]),
      [
        [0, 0],
        [0, stride - 1],
        [0, 0],
      ],
      0,
    );
    const long = ops.reshape(apart, [batch, depth * stride, pixels]);
    const trimmed = ops.slice(long, [0, 0, 0], [-1, (depth - 1) * stride + 1, -1]);
    return ops.pad(
      trimmed,
      [
        [0, 0],
        [k, kernel - 1 - k],
        [0, 0],
      ],
      0,
    );
  });
}

function imagewise(ops: Ops, x: Tensor, run: (images: Tensor) => Tensor): Tensor {
  const [batch = 1, depth = 1, ...rest] = x.shape;
  const y = run(ops.reshape(x, [batch * depth, ...rest]));
  return ops.reshape(y, [batch, depth, ...y.shape.slice(1)]);
}

/** As [batch, depth, everything else]. */
function byDepth(ops: Ops, x: Tensor, run: (rows: Tensor) => Tensor): Tensor {
  const [batch = 1, depth = 1, ...rest] = x.shape;
  const y = run(ops.reshape(x, [batch, depth, rest.reduce((a, b) => a * b, 1)]));
  return ops.reshape(y, [batch, y.shape[1] ?? 1, ...rest]);
}
