import { inferShape } from '../../../../core/graph/infer-shape.ts';
import type { Op, Padding } from '../../../../core/graph/op.ts';
import { type Dim, isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import type { NativeContext } from '../../../interpreter/native.ts';
import { isNone, itemsOf, numberOf, numbersOf, stringOf } from '../../../interpreter/read.ts';
import type { TensorValue, Value } from '../../../interpreter/values.ts';
import type { Config } from '../../keras/layer-spec.ts';
import { apply, applyUnknown } from '../../torch/apply.ts';
import { reshape } from '../../torch/rearrange.ts';
import {
  type ActiveLayer,
  biasOf,
  type LayerRow,
  type LayerRows,
  lastOf,
  outputWidth,
  type WeightSpec,
} from '../layer-row.ts';

/* Convolutions of `flax.linen.linear` and `flax.nnx.nn.linear`. Kernels are [...kernel, in/groups, out], also transposed. */

const inits = "kernel_init='lecun_normal', bias_init='zeros'";
const linenTail = `use_bias=True, mask=None, dtype=None, param_dtype=None, precision=None, ${inits}`;
const plain = `padding='SAME', input_dilation=1, kernel_dilation=1, feature_group_count=1, ${linenTail}`;
const transposed = `padding='SAME', kernel_dilation=None, ${linenTail}, transpose_kernel=False, promote_dtype=None, preferred_element_type=None`;
const linenEnd = 'promote_dtype=None, conv_general_dilated=None, conv_general_dilated_cls=None, name=None, parent=None';
const nnxEnd =
  'conv_general_dilated=None, promote_dtype=None, preferred_element_type=None, rngs=None, kernel_metadata=None, bias_metadata=None';

const promised = (config: Config): Shape => [null, ...spatial(config), config.dim('in_features')];

function spatial(config: Config): readonly null[] {
  return Array.from({ length: kernelOf(config)?.length ?? 2 }, () => null);
}

export const convolutionLayers: LayerRows = {
  Conv: {
    linen: `features, kernel_size, strides=1, ${plain}, ${linenEnd}`,
    nnx: `in_features, out_features, kernel_size, strides=1, *, ${plain}, ${nnxEnd}`,
    promised,
    weights: (config, [input]) => weightsOf(config, divided(lastOf(input), config.number('feature_group_count') ?? 1)),
    forward: (layer, [input], _, context) =>
      convolve(layer, input, convOp(layer.config, channelsOf(layer, false)), context),
  },
  ConvTranspose: {
    linen: `features, kernel_size, strides=None, ${transposed}, name=None, parent=None`,
    nnx: `in_features, out_features, kernel_size, strides=None, *, ${transposed}, rngs=None, kernel_metadata=None, bias_metadata=None`,
    promised,
    weights: (config, [input]) => weightsOf(config, lastOf(input)),
    forward: (layer, [input], _, context) =>
      convolve(layer, input, transposedOp(layer.config, channelsOf(layer, true)), context),
  },
  ConvLocal: {
    linen: `features, kernel_size, strides=1, ${plain}, ${linenEnd}`,
    nnx: null,
    weights: (config, [input]) => localWeights(config, input ?? null),
    forward: ({ config, instance }, [input], _, context) => {
      const op = convOp(config, lastOf(input.shape));
      const shape = op === null ? null : inferShape(op, [input.shape]);
      return applyUnknown('ConvLocal', [input], shape, context, instance);
    },
  },
} satisfies Readonly<Record<string, LayerRow>>;

function weightsOf(config: Config, inputs: Dim): WeightSpec[] {
  const out = outputWidth(config);
  const ends =
    config.value('transpose_kernel').type === 'boolean' && config.flag('transpose_kernel')
      ? [out, inputs]
      : [inputs, out];
  const shape = [...(kernelOf(config) ?? [null, null]), ...ends];
  return [{ name: 'kernel', as: 'weight', role: 'weight', shape, init: 'kernel_init' }, ...biasOf(config, [out])];
}

/** A kernel of its own for every position. */
function localWeights(config: Config, input: Shape | null): WeightSpec[] {
  const op = convOp(config, lastOf(input));
  const output = op === null ? null : inferShape(op, [input]);
  const out = outputWidth(config);
  const positions = output?.slice(1, -1) ?? [null];
  const kernel = kernelOf(config);
  const taps = kernel === null ? null : sizeOf([...kernel, lastOf(input)]);
  return [
    { name: 'kernel', as: 'weight', role: 'weight', shape: [...positions, taps, out], init: 'kernel_init' },
    ...biasOf(config, [...positions, out]),
  ];
}

/** One number is a kernel with one axis, not one for every axis. */
function kernelOf(config: Config): readonly number[] | null {
  const value = config.value('kernel_size');
  const single = numberOf(value);
  if (single !== null) return [single];
  const items = itemsOf(value)?.map(numberOf);
  return items?.every((item) => item !== null) ? items : null;
}

/** Input channels, as the kernel has them. */
function channelsOf({ config, weights }: ActiveLayer, isTransposed: boolean): Dim {
  const { shape = null } = weights.weight ?? {};
  const isSwapped = isTransposed && config.flag('transpose_kernel');
  const perGroup = shape?.at(isSwapped ? -1 : -2) ?? null;
  const groups = isTransposed ? 1 : (config.number('feature_group_count') ?? 1);
  return isKnown(perGroup) ? perGroup * groups : perGroup;
}

function divided(dim: Dim, groups: number): Dim {
  return isKnown(dim) ? dim / groups : dim;
}

function convOp(config: Config, inChannels: Dim): Extract<Op, { kind: 'conv' }> | null {
  const kernel = kernelOf(config);
  const rank = kernel?.length;
  if (kernel === null || (rank !== 1 && rank !== 2 && rank !== 3)) return null;
  const stride = perAxis(config.value('strides'), rank);
  const dilation = perAxis(config.value('kernel_dilation'), rank);
  const inputDilation = perAxis(config.value('input_dilation'), rank);
  const groups = config.number('feature_group_count');
  if (stride === null || dilation === null || groups === null || !inputDilation?.every((size) => size === 1))
    return null;
  const padding = paddingOf(config.value('padding'), kernel, dilation);
  if (padding === null) return null;
  return {
    kind: 'conv',
    rank,
    inChannels,
    outChannels: outputWidth(config),
    kernel,
    stride,
    padding,
    dilation,
    groups,
    transposed: false,
    outputPadding: kernel.map(() => 0),
    layout: 'channelsLast',
  };
}

function transposedOp(config: Config, inChannels: Dim): Extract<Op, { kind: 'conv' }> | null {
  const kernel = kernelOf(config);
  const rank = kernel?.length;
  if (kernel === null || (rank !== 1 && rank !== 2 && rank !== 3)) return null;
  const stride = perAxis(config.value('strides'), rank);
  const dilation = perAxis(config.value('kernel_dilation'), rank);
  const padding = paddingOf(
    config.value('padding'),
    kernel,
    kernel.map(() => 1),
  );
  if (stride === null || dilation === null || padding === null) return null;
  return {
    kind: 'conv',
    rank,
    inChannels,
    outChannels: outputWidth(config),
    kernel,
    stride,
    // Numbers are what the dilated input is padded with; the op's are what the full result is cut by.
    padding:
      typeof padding === 'string'
        ? padding
        : padding.map(([before, after], axis) => {
            const full = (kernel[axis] ?? 1) - 1;
            return [full - before, full - after] as const;
          }),
    dilation,
    groups: 1,
    transposed: true,
    outputPadding: kernel.map(() => 0),
    layout: 'channelsLast',
  };
}

/** `None` is 1. */
function perAxis(value: Value, rank: number): readonly number[] | null {
  return isNone(value) ? Array.from({ length: rank }, () => 1) : numbersOf(value, rank);
}

export function paddingOf(value: Value, kernel: readonly number[], dilation: readonly number[]): Padding | null {
  const reach = kernel.map((size, axis) => (size - 1) * (dilation[axis] ?? 1));
  switch (stringOf(value)?.toUpperCase()) {
    case 'SAME':
      return 'same';
    case 'VALID':
      return 'valid';
    // What is put around the map differs, its size does not.
    case 'CIRCULAR':
    case 'REFLECT':
      return reach.map((size) => [Math.floor(size / 2), Math.ceil(size / 2)] as const);
    case 'CAUSAL':
      return reach.map((size) => [size, 0] as const);
  }
  const single = numberOf(value);
  if (single !== null) return kernel.map(() => [single, single] as const);
  const pairs = itemsOf(value)?.map((item) => numbersOf(item, 2));
  if (pairs?.length !== kernel.length || !pairs.every((pair) => pair !== null)) return null;
  return pairs.map(([before = 0, after = 0]) => [before, after] as const);
}

/** All axes in front of the spatial ones are batches. */
function convolve(
  { instance, weights }: ActiveLayer,
  input: TensorValue,
  op: Extract<Op, { kind: 'conv' }> | null,
  context: NativeContext,
): TensorValue {
  if (op === null) return applyUnknown(instance.class.name, [input], null, context, instance);
  const { shape } = input;
  const own = op.rank + 1;
  const run = (one: TensorValue) => apply({ op, inputs: [one], owner: instance, parameters: weights }, context);
  if (shape === null || shape.length === own + 1 || shape.length < own) return run(input);
  const batches = shape.slice(0, shape.length - own);
  const made = run(reshape(input, [sizeOf(batches), ...shape.slice(-own)], context));
  return made.shape === null ? made : reshape(made, [...batches, ...made.shape.slice(-own)], context);
}
