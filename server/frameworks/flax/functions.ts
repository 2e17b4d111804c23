import type { ActivationName, Op } from '../../../core/graph/op.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, isNone, itemsOf, numberOf, numbersOf } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import type { NativeValue, TensorValue, Value } from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from '../torch/apply.ts';
import { permute } from '../torch/rearrange.ts';
import { paddingOf } from './layers/convolution.ts';
import { maskFunctions } from './masks.ts';
import { markOurs } from './ours.ts';
import { tensorIn } from './torch-steps.ts';

/* Functions of `jax.nn` that `flax.linen` and `flax.nnx` offer too, and what those add: pooling, attention, masks. */

interface FunctionRow {
  readonly names: string;
  /** After the input. */
  readonly parameters?: string;
  /** `null` where an argument is not known. */
  readonly op: (argument: (name: string) => Value, input: TensorValue) => Op | null;
}

const activation = (fn: ActivationName, parameter?: number): Op => ({
  kind: 'activation',
  fn,
  ...(parameter === undefined ? {} : { parameter }),
});

const plain: readonly (readonly [names: string, fn: ActivationName])[] = [
  ['relu', 'relu'],
  ['relu6', 'relu6'],
  ['sigmoid', 'sigmoid'],
  ['silu swish', 'silu'],
  ['softplus', 'softplus'],
  ['soft_sign', 'softsign'],
  ['tanh', 'tanh'],
  ['selu', 'selu'],
  ['mish', 'mish'],
  ['hard_tanh', 'hardTanh'],
  ['hard_sigmoid', 'hardSigmoid'],
  ['hard_silu hard_swish', 'hardSwish'],
  ['log_sigmoid', 'logSigmoid'],
];

const rows: readonly FunctionRow[] = [
  ...plain.map(([names, fn]): FunctionRow => ({ names, op: () => activation(fn) })),
  {
    names: 'gelu',
    parameters: 'approximate=True',
    op: (argument) => activation(booleanOf(argument('approximate')) === false ? 'gelu' : 'geluTanh'),
  },
  ...(
    [
      ['leaky_relu', 'leakyRelu', 'negative_slope', 0.01],
      ['elu', 'elu', 'alpha', 1],
      ['celu', 'celu', 'alpha', 1],
    ] as const
  ).map(
    ([names, fn, name, value]): FunctionRow => ({
      names,
      parameters: `${name}=${value}`,
      op: (argument) => activation(fn, numberOf(argument(name)) ?? value),
    }),
  ),
  ...(['softmax', 'log_softmax'] as const).map(
    (names): FunctionRow => ({
      names,
      parameters: 'axis=-1, where=None',
      op: (argument) => {
        const axis = numberOf(argument('axis'));
        return axis === null ? null : { kind: 'softmax', axis, log: names === 'log_softmax' };
      },
    }),
  ),
  {
    names: 'glu',
    parameters: 'axis=-1',
    op: (argument) => ({ kind: 'glu', fn: 'sigmoid', axis: numberOf(argument('axis')) ?? -1 }),
  },
  pool('max_pool', (window) => ({ kind: 'maxPool', ...window })),
  pool('avg_pool', (window, argument) => ({
    kind: 'averagePool',
    ...window,
    countIncludePad: booleanOf(argument('count_include_pad')) ?? true,
  })),
];

type Window = Omit<Extract<Op, { kind: 'maxPool' }>, 'kind'>;

/** The window moves by one where no strides are given. */
function pool(names: string, make: (window: Window, argument: (name: string) => Value) => Op): FunctionRow {
  return {
    names,
    parameters: "window_shape, strides=None, padding='VALID', count_include_pad=True",
    op: (argument) => {
      const kernel = itemsOf(argument('window_shape'))?.map(numberOf);
      const rank = kernel?.length;
      if (!kernel?.every((size) => size !== null) || (rank !== 1 && rank !== 2 && rank !== 3)) return null;
      const stride = isNone(argument('strides')) ? kernel.map(() => 1) : numbersOf(argument('strides'), rank);
      const padding = paddingOf(
        argument('padding'),
        kernel,
        kernel.map(() => 1),
      );
      if (stride === null || padding === null) return null;
      return make({ rank, kernel, stride, padding, ceilMode: false, layout: 'channelsLast' }, argument);
    },
  };
}

function functionsOf({ names, parameters = '', op }: FunctionRow): readonly (readonly [string, NativeValue])[] {
  const known = names.split(' ');
  const [name = names] = known;
  const run = (given: BoundArguments, context: NativeContext) =>
    onTensor(given.get('x'), context, (input) => {
      const made = op((name) => given.get(name), input);
      const keepsShape = made === null && !name.endsWith('pool');
      return made === null
        ? applyUnknown(name, [input], keepsShape ? input.shape : null, context)
        : apply({ op: made, inputs: [input], name }, context);
    });
  const signature = parameters === '' ? 'x, *args, **kwargs' : `x, ${parameters}`;
  return known.map((one) => [
    one,
    nativeFunction(`jax.nn.${one}`, signature, (given, context) => markOurs(run(given, context))),
  ]);
}

/** Functions that no op computes; `null`: the shape is not known either. */
const others: readonly NativeValue[] = [
  nativeFunction('jax.nn.one_hot', 'x, num_classes, *args, **kwargs', (given, context) =>
    onTensor(given.get('x'), context, (input) => {
      const count = numberOf(given.get('num_classes'));
      return applyUnknown('one_hot', [input], input.shape === null ? null : [...input.shape, count], context);
    }),
  ),
  ...['standardize', 'normalize', 'squareplus', 'sparse_plus'].map((name) =>
    nativeFunction(`jax.nn.${name}`, 'x, *args, **kwargs', (given, context) =>
      onTensor(given.get('x'), context, (input) => applyUnknown(name, [input], input.shape, context)),
    ),
  ),
  nativeFunction('jax.nn.logsumexp', 'a, axis=None, *args, **kwargs', (given, context) =>
    onTensor(given.get('a'), context, (input) => applyUnknown('logsumexp', [input], null, context)),
  ),
  // [batch, length, heads, width], where PyTorch has the heads in front of the length.
  nativeFunction(
    'jax.nn.dot_product_attention',
    'query, key, value, bias=None, mask=None, *args, is_causal=False, **kwargs',
    (given, context) => {
      const operands = ['query', 'key', 'value'].map((name) => tensorIn(given.get(name)));
      const [query, key, value] = operands;
      if (query == null || key == null || value == null || query.shape?.length !== 4)
        return query == null
          ? { type: 'unknown', reason: 'attention' }
          : applyUnknown('attention', [query], query.shape, context);
      const swap = (one: TensorValue) => permute(one, [0, 2, 1, 3], context);
      const op = { kind: 'dotProductAttention', causal: booleanOf(given.get('is_causal')) ?? false } as const;
      return swap(apply({ op, inputs: [swap(query), swap(key), swap(value)], name: 'attention' }, context));
    },
  ),
];

/** By name: activations, pooling, attention, masks. */
export const networkFunctions: Readonly<Record<string, NativeValue>> = {
  ...Object.fromEntries(rows.flatMap(functionsOf)),
  ...Object.fromEntries(others.map((one) => [one.function.name.replace(/^.*\./, ''), one])),
  ...maskFunctions,
};
