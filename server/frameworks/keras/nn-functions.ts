import type { Op } from '../../../core/graph/op.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import { isNone, itemsOf, numberOf, numbersOf, stringOf } from '../../interpreter/read.ts';
import { type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import type { Emitter } from './emitter.ts';
import { onInput, type Row } from './function-row.ts';

/* Convolution and pooling as functions: `tf.nn.conv2d(x, w, strides, padding)`, whose weight is a variable of the user's. */

type Rank = 1 | 2 | 3;

const convolution = (names: string, rank: Rank | null, isDepthwise = false): Row => ({
  names,
  parameters:
    "input, filters, strides=1, padding='VALID', data_format=None, dilations=None, dilation_rate=None, filter=None, kernel=None, pad=None, **kwargs",
  run: onInput((input, given, emit) => {
    const named = [given.get('kernel'), given.get('filter'), given.get('filters')];
    const weight = named.find((value) => value.type === 'tensor');
    const axes = rank ?? rankOf(input);
    if (weight?.type !== 'tensor' || axes === null) return opaque(names, [input], emit);
    const kernel = weight.shape?.slice(0, axes) ?? [];
    const dilations = isNone(given.get('dilations')) ? given.get('dilation_rate') : given.get('dilations');
    const stride = spatial(given.get('strides'), axes);
    const dilation = isNone(dilations) ? Array.from({ length: axes }, () => 1) : spatial(dilations, axes);
    const padding = stringOf(isNone(given.get('pad')) ? given.get('padding') : given.get('pad'))?.toLowerCase();
    const isPlain = stride !== null && dilation !== null && (padding === 'same' || padding === 'valid');
    const inChannels = input.shape?.at(-1) ?? null;
    const last = weight.shape?.at(-1) ?? null;
    if (!isPlain || !kernel.every(isKnown) || (isDepthwise && !isKnown(inChannels)))
      return opaque(names, [input, weight], emit);
    const perGroup = weight.shape?.at(-2) ?? null;
    const groups = isDepthwise ? inChannels : isKnown(inChannels) && isKnown(perGroup) ? inChannels / perGroup : 1;
    const op: Op = {
      kind: 'conv',
      rank: axes,
      inChannels: inChannels ?? perGroup,
      outChannels: isDepthwise && isKnown(inChannels) && isKnown(last) ? inChannels * last : last,
      kernel,
      stride,
      padding,
      dilation,
      groups: typeof groups === 'number' ? groups : 1,
      transposed: false,
      outputPadding: kernel.map(() => 0),
      layout: 'channelsLast',
    };
    return emit.add({ op, inputs: [input], name: isDepthwise ? 'depthwise_conv' : 'conv', parameters: { weight } });
  }),
});

const pooling = (names: string, kind: 'maxPool' | 'averagePool', rank: Rank | null): Row => ({
  names,
  parameters:
    "input, ksize, strides=None, padding='VALID', data_format=None, pool_size=None, pad=None, value=None, **kwargs",
  run: onInput((input, given, emit) => {
    const axes = rank ?? rankOf(input);
    if (axes === null) return opaque(names, [input], emit);
    const size = given.given('ksize')?.value ?? given.get('pool_size');
    const kernel = spatial(size, axes);
    const stride = isNone(given.get('strides')) ? kernel : spatial(given.get('strides'), axes);
    const padding = stringOf(isNone(given.get('pad')) ? given.get('padding') : given.get('pad'))?.toLowerCase();
    if (kernel === null || stride === null || (padding !== 'same' && padding !== 'valid'))
      return opaque(names, [input], emit);
    const window = { rank: axes, kernel, stride, padding, ceilMode: false, layout: 'channelsLast' } as const;
    const op: Op = kind === 'maxPool' ? { kind, ...window } : { kind, ...window, countIncludePad: false };
    return emit.add({ op, inputs: [input], name: kind === 'maxPool' ? 'max_pool' : 'avg_pool' });
  }),
});

export const nnFunctions: readonly Row[] = [
  convolution('conv convolution', null),
  convolution('conv1d', 1),
  convolution('conv2d', 2),
  convolution('conv3d', 3),
  convolution('depthwise_conv2d depthwise_conv2d_native depthwise_conv', 2, true),
  pooling('max_pool', 'maxPool', null),
  pooling('max_pool1d', 'maxPool', 1),
  pooling('max_pool2d', 'maxPool', 2),
  pooling('max_pool3d', 'maxPool', 3),
  pooling('avg_pool average_pool', 'averagePool', null),
  pooling('avg_pool1d', 'averagePool', 1),
  pooling('avg_pool2d', 'averagePool', 2),
  pooling('avg_pool3d', 'averagePool', 3),
  {
    names: 'embedding_lookup',
    parameters: 'params, ids, **kwargs',
    run: (given, emit) => {
      const [table, ids] = [given.get('params'), given.get('ids')];
      if (table.type !== 'tensor' || ids.type !== 'tensor') return unknown('embedding');
      const [vocabulary = null, width = null] = table.shape ?? [];
      const op: Op = { kind: 'embedding', vocabulary, width, paddingIndex: null };
      return emit.add({ op, inputs: [ids], name: 'embedding', parameters: { weight: table } });
    },
  },
];

function opaque(names: string, inputs: readonly TensorValue[], emit: Emitter): TensorValue {
  const [name = 'function'] = names.split(' ');
  return emit.add({ op: { kind: 'unknown', name }, inputs, name, shape: null });
}

function rankOf(input: TensorValue): Rank | null {
  const rank = (input.shape?.length ?? 0) - 2;
  return rank === 1 || rank === 2 || rank === 3 ? rank : null;
}

/** `2`, `[2, 2]`, or with batch and channels `[1, 2, 2, 1]`. */
function spatial(value: Value, rank: number): readonly number[] | null {
  const items = itemsOf(value);
  if (items?.length === rank + 2) {
    const all = items.map(numberOf).slice(1, -1);
    return all.every((item) => item !== null) ? all : null;
  }
  return numbersOf(value, rank);
}
