import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Op, Padding } from '../../../core/graph/op.ts';
import { type Dim, isKnown } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, numberOf, numbersOf, shapeOf, stringOf } from '../../interpreter/read.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { apply, applyUnknown } from './apply.ts';
import { addedMask, maskOf } from './attention-mask.ts';
import { embeddingLookup } from './embedding-lookup.ts';
import type { Operation, Operations } from './op-row.ts';
import { affine, dense, matmul } from './operators.ts';
import { repeatEach, transpose } from './rearrange.ts';
import { channelShuffle, pad, pixelShuffle, upsample } from './shaping.ts';
import { standardizedWeight } from './weight-standardization.ts';

/* `torch.nn.functional`: functions that take their weights as arguments. */

function tensorArgument(given: BoundArguments, name: string): TensorValue | null {
  const value = given.get(name);
  return value.type === 'tensor' ? value : null;
}

const linear: Operation = {
  parameters: 'weight, bias=None',
  run: (input, given, context) => {
    const weight = tensorArgument(given, 'weight');
    if (weight === null) return applyUnknown('linear', [input], null, context);
    return ownWeight(weight)
      ? dense(input, weight, tensorArgument(given, 'bias'), context)
      : applyUnknown('linear', [input, weight], withLast(input, weight.shape?.[0] ?? null), context);
  },
};

/** Is this a weight of its own, as against one that the forward pass computes? */
function ownWeight(weight: TensorValue): boolean {
  return weight.layer === null && weight.storage !== null;
}

function withLast(input: TensorValue, dim: Dim) {
  return input.shape === null ? null : [...input.shape.slice(0, -1), dim];
}

type Conv = Extract<Op, { kind: 'conv' }>;

function convolution(rank: 1 | 2 | 3, transposed: boolean): Operation {
  return {
    parameters: transposed
      ? 'weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1'
      : 'weight, bias=None, stride=1, padding=0, dilation=1, groups=1',
    run: (input, given, context) => {
      const name = `conv${transposed ? '_transpose' : ''}${rank}d`;
      const weight = tensorArgument(given, 'weight');
      const op = weight === null ? null : convOp(given, weight, rank, transposed);
      if (weight === null || op === null) return applyUnknown(name, [input], null, context);
      const bias = tensorArgument(given, 'bias');
      if (ownWeight(weight)) return apply({ op, inputs: [input], parameters: { weight, bias }, name }, context);
      const made = transposed ? null : standardizedWeight(weight);
      if (made === null) return applyUnknown(name, [input, weight], inferShape(op, [input.shape]), context);
      const { weight: own, gain, epsilon, factor } = made;
      const parameters = { weight: own, weightGain: gain, bias };
      return apply({ op: { ...op, standardized: { epsilon, factor } }, inputs: [input], parameters, name }, context);
    },
  };
}

function convOp(given: BoundArguments, weight: TensorValue, rank: 1 | 2 | 3, transposed: boolean): Conv | null {
  const kernel = weight.shape?.slice(2);
  const stride = numbersOf(given.get('stride'), rank);
  const dilation = numbersOf(given.get('dilation'), rank);
  const groups = numberOf(given.get('groups'));
  const word = stringOf(given.get('padding'));
  const sizes = numbersOf(given.get('padding'), rank);
  const padding: Padding | null =
    word === 'same' || word === 'valid' ? word : (sizes?.map((size) => [size, size] as const) ?? null);
  if (!kernel?.every((size) => typeof size === 'number') || kernel.length !== rank) return null;
  if (stride === null || dilation === null || groups === null || padding === null) return null;
  const [first = null, second = null] = weight.shape ?? [];
  const perGroup = typeof second === 'number' ? second * groups : groups === 1 ? second : null;
  return {
    kind: 'conv',
    rank,
    inChannels: transposed ? first : perGroup,
    outChannels: transposed ? perGroup : first,
    kernel: kernel.map(Number),
    stride,
    padding,
    dilation,
    groups,
    transposed,
    outputPadding: numbersOf(given.get('output_padding'), rank) ?? kernel.map(() => 0),
    layout: 'channelsFirst',
  };
}

/** A normalization with the gain and bias it is given. */
function norm(name: string, parameters: string, make: (given: BoundArguments) => Op | null): Operation {
  return {
    parameters,
    run: (input, given, context) => {
      const op = make(given);
      if (op === null) return applyUnknown(name, [input], input.shape, context);
      const affine = { gain: tensorArgument(given, 'weight'), bias: tensorArgument(given, 'bias') };
      return apply({ op, inputs: [input], parameters: affine, name }, context);
    },
  };
}

const epsilon = (given: BoundArguments) => numberOf(given.get('eps')) ?? 1e-5;

const attention: Operation = {
  parameters: 'key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False',
  run: (input, given, context) => {
    const key = tensorArgument(given, 'key');
    const value = tensorArgument(given, 'value');
    if (key === null || value === null) return applyUnknown('attention', [input], input.shape, context);
    const query = withScale(input, numberOf(given.get('scale')), context);
    const isGrouped = booleanOf(given.get('enable_gqa')) === true;
    const [keys, values] = [key, value].map((one) => (isGrouped ? perQuery(one, query, context) : one));
    if (keys === undefined || values === undefined) return applyUnknown('attention', [input], input.shape, context);
    const mask = tensorArgument(given, 'attn_mask');
    const kind = mask === null ? 'none' : maskOf(mask);
    if (mask !== null && (kind === 'other' || kind === 'learned')) return masked(query, keys, values, mask, context);
    const causal = kind === 'causal' || (booleanOf(given.get('is_causal')) ?? false);
    return apply(
      { op: { kind: 'dotProductAttention', causal }, inputs: [query, keys, values], name: 'attention' },
      context,
    );
  },
};

/** With what is added to the scores: the steps that it stands for. */
function masked(
  query: TensorValue,
  key: TensorValue,
  value: TensorValue,
  mask: TensorValue,
  context: NativeContext,
): Value {
  const width = query.shape?.at(-1);
  if (!isKnown(width)) return applyUnknown('attention', [query, key, value, mask], query.shape, context);
  const product = matmul(query, transpose(key, -2, -1, context), context);
  const scores = context.operate('+', affine(product, 1 / Math.sqrt(width), 0, context), addedMask(mask, context));
  if (scores.type !== 'tensor') return scores;
  const weights = apply({ op: { kind: 'softmax', axis: -1, log: false }, inputs: [scores], name: 'softmax' }, context);
  return matmul(weights, value, context);
}

/** The op scales by 1/√width: another scale is a factor on the query. */
function withScale(query: TensorValue, scale: number | null, context: NativeContext): TensorValue {
  const width = query.shape?.at(-1);
  if (scale === null || !isKnown(width)) return query;
  const factor = scale * Math.sqrt(width);
  return Math.abs(factor - 1) < 1e-6 ? query : affine(query, factor, 0, context);
}

/** A head of keys or values for several of queries. */
function perQuery(grouped: TensorValue, query: TensorValue, context: NativeContext): TensorValue {
  const [heads, groups] = [query.shape?.at(-3), grouped.shape?.at(-3)];
  return isKnown(heads) && isKnown(groups) && heads > groups
    ? repeatEach(grouped, heads / groups, -3, context)
    : grouped;
}

/** Losses do not belong to the model: what they return is one number. */
const losses = [
  'cross_entropy',
  'nll_loss',
  'mse_loss',
  'l1_loss',
  'smooth_l1_loss',
  'huber_loss',
  'binary_cross_entropy',
  'binary_cross_entropy_with_logits',
  'kl_div',
  'cosine_embedding_loss',
  'triplet_margin_loss',
  'ctc_loss',
];

const loss = (name: string): Operation => ({
  parameters: '*args, **kwargs',
  run: (input, _, context) => applyUnknown(name, [input], [], context),
});

const ranks = [1, 2, 3] as const;

export const functionalOperations: Operations = {
  linear,
  ...Object.fromEntries(ranks.map((rank) => [`conv${rank}d`, convolution(rank, false)])),
  ...Object.fromEntries(ranks.map((rank) => [`conv_transpose${rank}d`, convolution(rank, true)])),
  layer_norm: norm('layer_norm', 'normalized_shape, weight=None, bias=None, eps=1e-05', (given) => {
    const axes = shapeOf(given.get('normalized_shape'))?.length ?? null;
    return axes === null ? null : { kind: 'layerNorm', epsilon: epsilon(given), axes };
  }),
  rms_norm: norm('rms_norm', 'normalized_shape, weight=None, eps=None', (given) => ({
    kind: 'rmsNorm',
    epsilon: epsilon(given),
  })),
  batch_norm: norm(
    'batch_norm',
    'running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05',
    (given) => ({ kind: 'batchNorm', epsilon: epsilon(given), axis: 1 }),
  ),
  instance_norm: norm(
    'instance_norm',
    'running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05',
    (given) => ({ kind: 'instanceNorm', epsilon: epsilon(given), axis: 1 }),
  ),
  group_norm: norm('group_norm', 'num_groups, weight=None, bias=None, eps=1e-05', (given) => {
    const groups = numberOf(given.get('num_groups'));
    return groups === null ? null : { kind: 'groupNorm', groups, epsilon: epsilon(given), axis: 1 };
  }),
  embedding: {
    parameters: 'weight, padding_idx=None, **options',
    run: (input, given, context) => {
      const weight = tensorArgument(given, 'weight');
      return weight === null
        ? applyUnknown('embedding', [input], null, context)
        : embeddingLookup(input, weight, numberOf(given.get('padding_idx')), context);
    },
  },
  prelu: {
    parameters: 'weight',
    run: (input, given, context) =>
      apply(
        {
          op: { kind: 'activation', fn: 'prelu', parameter: 0.25 },
          inputs: [input],
          parameters: { weight: tensorArgument(given, 'weight') },
          name: 'prelu',
        },
        context,
      ),
  },
  scaled_dot_product_attention: attention,
  pad: {
    parameters: "pad, mode='constant', value=None",
    run: (input, given, context) => pad(input, given.get('pad'), stringOf(given.get('mode')) ?? 'constant', context),
  },
  ...Object.fromEntries(
    ['interpolate', 'upsample'].map((name) => [
      name,
      {
        parameters: "size=None, scale_factor=None, mode='nearest', align_corners=None, **options",
        run: (input, given, context) =>
          upsample(
            input,
            given.get('size'),
            given.get('scale_factor'),
            stringOf(given.get('mode')) ?? 'nearest',
            context,
          ),
      } satisfies Operation,
    ]),
  ),
  pixel_shuffle: {
    parameters: 'upscale_factor',
    run: (input, given, context) => pixelShuffle(input, numberOf(given.get('upscale_factor')), context),
  },
  channel_shuffle: {
    parameters: 'groups',
    run: (input, given, context) => channelShuffle(input, numberOf(given.get('groups')), context),
  },
  ...Object.fromEntries(losses.map((name) => [name, loss(name)])),
};
