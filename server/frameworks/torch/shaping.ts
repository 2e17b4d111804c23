import type { Op } from '../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { dimOf, isNone, itemsOf, numberOf, numbersOf, shapeOf } from '../../interpreter/read.ts';
import { method, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, number, type TensorValue, tuple, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown, isTracing, onTensor } from './apply.ts';
import { layerClass } from './layer.ts';
import { modulesOf, type OpRow } from './op-row.ts';
import { type Reader, readerOf } from './reader.ts';
import { permute, reshape } from './rearrange.ts';

/* Modules that change the shape, and what their functions share with them: flatten, pad, upsample, shuffle. */

const rows: readonly OpRow[] = [
  {
    module: 'Flatten',
    parameters: 'start_dim=1, end_dim=-1',
    op: (argument) => {
      const [start, end] = [numberOf(argument('start_dim')), numberOf(argument('end_dim'))];
      return start === null || end === null ? null : { kind: 'flatten', startAxis: start, endAxis: end };
    },
  },
];

/** A module whose forward pass is a function of its attributes and its input. */
function moduleOf(
  name: string,
  parameters: string,
  run: (input: TensorValue, layer: Reader, context: NativeContext) => Value,
): ClassValue {
  return layerClass(name, {
    parameters,
    forward: method('input', (self, given, context) =>
      onTensor(given.get('input'), context, (input) => run(input, readerOf(self), context)),
    ),
  });
}

/** PyTorch lists the padding from the last axis on: [left, right, top, bottom, …]. */
export function pad(input: TensorValue, sizes: Value, mode: string, context: NativeContext): TensorValue {
  const numbers = itemsOf(sizes)?.map(numberOf);
  if (!numbers?.every((size) => size !== null) || numbers.length % 2 === 1)
    return applyUnknown('pad', [input], null, context);
  // Nothing is added: the values are those of the tensor.
  if (numbers.every((size) => size === 0) && !isTracing(context)) return input;
  const pairs: [number, number][] = [];
  for (let index = 0; index < numbers.length; index += 2) pairs.unshift([numbers[index] ?? 0, numbers[index + 1] ?? 0]);
  const kind = mode === 'reflect' || mode === 'replicate' ? mode : 'constant';
  return apply({ op: { kind: 'pad', padding: pairs, mode: kind }, inputs: [input], name: 'pad' }, context);
}

function padModule(name: string, rank: number, mode: string, extra = ''): ClassValue {
  return moduleOf(name, `padding${extra}`, (input, layer, context) => {
    const single = numberOf(layer.value('padding'));
    const sizes =
      single === null ? layer.value('padding') : tuple(Array.from({ length: 2 * rank }, () => number(single)));
    return pad(input, sizes, mode, context);
  });
}

const padModules = [1, 2, 3].flatMap((rank) => [
  padModule(`ZeroPad${rank}d`, rank, 'constant'),
  padModule(`ConstantPad${rank}d`, rank, 'constant', ', value'),
  padModule(`ReflectionPad${rank}d`, rank, 'reflect'),
  padModule(`ReplicationPad${rank}d`, rank, 'replicate'),
]);

/** To a size, or by a factor, of the spatial axes. */
export function upsample(
  input: TensorValue,
  size: Value,
  factor: Value,
  mode: string,
  context: NativeContext,
): TensorValue {
  const { shape } = input;
  const rank = shape === null ? 2 : shape.length - 2;
  const factors = numbersOf(factor, rank);
  const kind = mode === 'nearest' || mode === 'nearest-exact' ? 'nearest' : 'bilinear';
  const make = (by: readonly number[] | null): Op => ({
    kind: 'upsample',
    factor: by,
    mode: kind,
    layout: 'channelsFirst',
  });
  if (!isNone(factor)) {
    if (factors === null) return apply({ op: make(null), inputs: [input], shape: null, name: 'upsample' }, context);
    return apply({ op: make(factors), inputs: [input], name: 'upsample' }, context);
  }
  const target = numberOf(size) === null ? shapeOf(size) : Array.from({ length: rank }, () => dimOf(size));
  const result: Shape | null = shape === null || target === null ? null : [...shape.slice(0, 2), ...target];
  const by = result?.slice(2).map((dim, axis) => {
    const before = shape?.[axis + 2];
    return isKnown(dim) && isKnown(before) && before > 0 ? dim / before : null;
  });
  const known = by?.every((value) => value !== null) ? by : null;
  return apply({ op: make(known), inputs: [input], shape: result, name: 'upsample' }, context);
}

function upsampleModule(name: string, mode: string | null): ClassValue {
  return moduleOf(
    name,
    "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None",
    (input, layer, context) =>
      upsample(
        input,
        layer.value('size'),
        layer.value('scale_factor'),
        mode ?? layer.text('mode') ?? 'nearest',
        context,
      ),
  );
}

/** [B, C·r², H, W] to [B, C, H·r, W·r] (Shi et al. 2016). */
export function pixelShuffle(input: TensorValue, r: number | null, context: NativeContext): TensorValue {
  const { shape } = input;
  const [batch = null, channels = null, height = null, width = null] = shape ?? [];
  if (shape?.length !== 4 || r === null || !isKnown(channels))
    return applyUnknown('pixel_shuffle', [input], null, context);
  const split = reshape(input, [batch, channels / (r * r), r, r, height, width], context);
  const ordered = permute(split, [0, 1, 4, 2, 5, 3], context);
  const times = (dim: Shape[number]) => (isKnown(dim) ? dim * r : null);
  return reshape(ordered, [batch, channels / (r * r), times(height), times(width)], context);
}

/** Channels of the groups in turn (Zhang et al. 2018). */
export function channelShuffle(input: TensorValue, groups: number | null, context: NativeContext): TensorValue {
  const { shape } = input;
  const [batch = null, channels = null, ...spatial] = shape ?? [];
  if (shape === null || groups === null || !isKnown(channels))
    return applyUnknown('channel_shuffle', [input], shape, context);
  const split = reshape(input, [batch, groups, channels / groups, ...spatial], context);
  const order = [0, 2, 1, ...spatial.map((_, axis) => axis + 3)];
  return reshape(permute(split, order, context), [batch, channels, ...spatial], context);
}

const unflatten = moduleOf('Unflatten', 'dim, unflattened_size', (input, layer, context) => {
  const { shape } = input;
  const axis = layer.number('dim');
  const sizes = shapeOf(layer.value('unflattened_size'));
  if (shape === null || axis === null || sizes === null) return applyUnknown('Unflatten', [input], null, context);
  const place = axis < 0 ? axis + shape.length : axis;
  return reshape(input, [...shape.slice(0, place), ...sizes, ...shape.slice(place + 1)], context);
});

/** Columns of patches: [batch, channels · kernel, places]. */
function unfold(input: TensorValue, argument: (name: string) => Value, context: NativeContext): TensorValue {
  const [batch = null, channels = null, ...spatial] = input.shape ?? [];
  const numbers = (name: string) => numbersOf(argument(name), 2);
  const [kernel, dilation, padding, stride] = ['kernel_size', 'dilation', 'padding', 'stride'].map(numbers);
  const places = spatial.map((side, axis) => {
    const [k, d, p, s] = [kernel?.[axis], dilation?.[axis], padding?.[axis], stride?.[axis]];
    if (!isKnown(side) || k === undefined || d === undefined || p === undefined || s === undefined) return null;
    return Math.floor((side + 2 * p - d * (k - 1) - 1) / s) + 1;
  });
  const product = (dims: Shape) =>
    dims.every(isKnown) ? dims.reduce<number>((all, dim) => all * Number(dim), 1) : null;
  const shape = input.shape?.length === 4 ? [batch, product([channels, ...(kernel ?? [null])]), product(places)] : null;
  return applyUnknown('unfold', [input], shape, context);
}

const unfoldParameters = 'kernel_size, dilation=1, padding=0, stride=1';

export const unfoldFunction: Value = nativeFunction(
  'torch.nn.functional.unfold',
  `input, ${unfoldParameters}`,
  (given, context) =>
    onTensor(given.get('input'), context, (input) => unfold(input, (name) => given.get(name), context)),
);

const classes = [
  moduleOf('Unfold', unfoldParameters, (input, layer, context) => unfold(input, layer.value, context)),
  ...padModules,
  upsampleModule('Upsample', null),
  upsampleModule('UpsamplingNearest2d', 'nearest'),
  upsampleModule('UpsamplingBilinear2d', 'bilinear'),
  moduleOf('PixelShuffle', 'upscale_factor', (input, layer, context) =>
    pixelShuffle(input, layer.number('upscale_factor'), context),
  ),
  moduleOf('ChannelShuffle', 'groups', (input, layer, context) =>
    channelShuffle(input, layer.number('groups'), context),
  ),
  unflatten,
];

export const shapingClasses: Readonly<Record<string, ClassValue>> = {
  ...modulesOf(rows),
  ...Object.fromEntries(classes.map((class_) => [class_.name, class_])),
};
