import type { Op, Padding } from '../../../../core/graph/op.ts';
import { type Dim, isKnown, type Shape } from '../../../../core/graph/shape.ts';
import { isNone } from '../../../interpreter/read.ts';
import { activationOf } from '../activations.ts';
import { emitLayer } from '../emitter.ts';
import type { Config, LayerSpec, WeightSpec } from '../layer-spec.ts';
import { biasOf, kernelAndBias } from './dense.ts';

/* `keras.src.layers.convolutional`. Kernels are [...kernel, in / groups, out], transposed ones [...kernel, out, in]. */

type Rank = 1 | 2 | 3;
type ConvOp = Extract<Op, { kind: 'conv' }>;

const ranks: readonly Rank[] = [1, 2, 3];

const common = `activation=None, use_bias=True`;
const tail =
  "bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None";
const depthwiseTail =
  "bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None";

export const convolutionLayers: Readonly<Record<string, LayerSpec>> = {
  ...Object.fromEntries(ranks.map((rank) => [`Conv${rank}D`, plain(rank)])),
  ...Object.fromEntries(ranks.map((rank) => [`Conv${rank}DTranspose`, transposed(rank)])),
  ...Object.fromEntries(([1, 2] as const).map((rank) => [`DepthwiseConv${rank}D`, depthwise(rank)])),
  ...Object.fromEntries(([1, 2] as const).map((rank) => [`SeparableConv${rank}D`, separable(rank)])),
};

function plain(rank: Rank): LayerSpec {
  return {
    parameters: `filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, groups=1, ${common}, kernel_initializer='glorot_uniform', ${tail}`,
    weights: (config, [input]) => {
      const channels = channelsOf(config, input);
      const groups = config.number('groups') ?? 1;
      const perGroup = isKnown(channels) ? channels / groups : groups === 1 ? channels : null;
      return kernelAndBias(config, [...kernelOf(config, rank), perGroup, config.dim('filters')], config.dim('filters'));
    },
    op: (config, [input]) => {
      const groups = config.number('groups') ?? 1;
      const op = convOp(config, rank, channelsOf(config, input), config.dim('filters'), groups);
      return op;
    },
  };
}

function transposed(rank: Rank): LayerSpec {
  return {
    parameters: `filters, kernel_size, strides=1, padding='valid', output_padding=None, data_format=None, dilation_rate=1, ${common}, kernel_initializer='glorot_uniform', ${tail}`,
    weights: (config, [input]) =>
      kernelAndBias(
        config,
        [...kernelOf(config, rank), config.dim('filters'), channelsOf(config, input)],
        config.dim('filters'),
      ),
    op: (config, [input]) => {
      const op = convOp(config, rank, channelsOf(config, input), config.dim('filters'), 1);
      if (op === null) return null;
      const outputPadding = isNone(config.value('output_padding')) ? null : config.numbers('output_padding', rank);
      return { ...op, transposed: true, outputPadding: outputPadding ?? zeros(rank) };
    },
  };
}

/** Kernel [...kernel, in, multiplier]: Keras counts the channels in fan_in though every filter sees one. */
function depthwise(rank: Rank): LayerSpec {
  return {
    parameters: `kernel_size, strides=1, padding='valid', depth_multiplier=1, data_format=None, dilation_rate=1, ${common}, depthwise_initializer='glorot_uniform', ${depthwiseTail}`,
    weights: (config, [input]) => [
      depthwiseKernel(config, rank, input, 'kernel', 'weight'),
      ...biasOf(config, multiplied(channelsOf(config, input), config.number('depth_multiplier'))),
    ],
    op: (config, [input]) => depthwiseOp(config, rank, input),
  };
}

/** A depthwise convolution, then one of size 1: two nodes. */
function separable(rank: Rank): LayerSpec {
  return {
    parameters: `filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, depth_multiplier=1, ${common}, depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', ${depthwiseTail}`,
    weights: (config, [input]) => [
      depthwiseKernel(config, rank, input, 'depthwise_kernel', 'depthwise'),
      {
        name: 'pointwise_kernel',
        as: 'weight',
        role: 'weight',
        shape: [
          ...Array.from({ length: rank }, () => 1),
          multiplied(channelsOf(config, input), config.number('depth_multiplier')),
          config.dim('filters'),
        ],
        initializer: 'pointwise_initializer',
      },
      ...biasOf(config, config.dim('filters')),
    ],
    forward: (layer, inputs, emit) => {
      const [input] = inputs;
      const { config } = layer;
      const shape = input?.shape ?? null;
      const first = depthwiseOp(config, rank, shape);
      const one = Array.from({ length: rank }, () => 1);
      const channels = multiplied(channelsOf(config, shape), config.number('depth_multiplier'));
      const second: Op = {
        kind: 'conv',
        rank,
        inChannels: channels,
        outChannels: config.dim('filters'),
        kernel: one,
        stride: one,
        padding: 'valid',
        dilation: one,
        groups: 1,
        transposed: false,
        outputPadding: zeros(rank),
        layout: layoutOf(config),
      };
      const { depthwise: kernel, ...rest } = layer.weights;
      const middle = emit.add({
        op: first ?? { kind: 'unknown', name: 'depthwise' },
        inputs,
        name: `${layer.name}/depthwise`,
        parameters: kernel === undefined ? {} : { weight: kernel },
      });
      const activation = activationOf(config.value('activation'));
      return emitLayer(
        layer,
        { op: second, inputs: [middle], parameters: rest },
        'op' in activation ? activation.op : { kind: 'unknown', name: 'activation' },
        emit,
      );
    },
  };
}

function depthwiseKernel(
  config: Config,
  rank: Rank,
  input: Shape | null | undefined,
  name: string,
  as: string,
): WeightSpec {
  return {
    name,
    as,
    role: 'weight',
    shape: [...kernelOf(config, rank), channelsOf(config, input), config.dim('depth_multiplier')],
    initializer: 'depthwise_initializer',
  };
}

function depthwiseOp(config: Config, rank: Rank, input: Shape | null | undefined): ConvOp | null {
  const channels = channelsOf(config, input);
  if (!isKnown(channels)) return null;
  return convOp(config, rank, channels, multiplied(channels, config.number('depth_multiplier')), channels);
}

export function convOp(config: Config, rank: Rank, inChannels: Dim, outChannels: Dim, groups: number): ConvOp | null {
  const kernel = config.numbers('kernel_size', rank);
  const stride = config.numbers('strides', rank);
  const dilation = config.numbers('dilation_rate', rank);
  if (kernel === null || stride === null || dilation === null) return null;
  const padding = paddingOf(config, kernel, dilation);
  if (padding === null) return null;
  return {
    kind: 'conv',
    rank,
    inChannels,
    outChannels,
    kernel,
    stride,
    padding,
    dilation,
    groups,
    transposed: false,
    outputPadding: zeros(rank),
    layout: layoutOf(config),
  };
}

/** `causal` pads so that no output sees what comes after it. */
function paddingOf(config: Config, kernel: readonly number[], dilation: readonly number[]): Padding | null {
  const word = config.text('padding')?.toLowerCase();
  if (word === 'same' || word === 'valid') return word;
  return word === 'causal' ? kernel.map((size, axis) => [(size - 1) * (dilation[axis] ?? 1), 0] as const) : null;
}

export function layoutOf(config: Config): 'channelsFirst' | 'channelsLast' {
  const format = config.text('data_format');
  return format === 'channels_first' || format === 'channelsFirst' ? 'channelsFirst' : 'channelsLast';
}

function channelsOf(config: Config, input: Shape | null | undefined): Dim {
  return (layoutOf(config) === 'channelsFirst' ? input?.[1] : input?.at(-1)) ?? null;
}

function kernelOf(config: Config, rank: Rank): Shape {
  return config.numbers('kernel_size', rank) ?? Array.from({ length: rank }, () => null);
}

function multiplied(dim: Dim, factor: number | null): Dim {
  return isKnown(dim) && factor !== null ? dim * factor : factor === 1 ? dim : null;
}

function zeros(rank: number): number[] {
  return Array.from({ length: rank }, () => 0);
}
