import type { ActivationName, Op } from '../../../core/graph/op.ts';
import { constant, unknownInitializer } from '../../../core/initializers/make.ts';
import { clamped } from '../../../core/initializers/transform.ts';
import { booleanOf, isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import type { ClassValue, TensorValue, Value } from '../../interpreter/values.ts';
import { layerClass } from './layer.ts';
import { modulesOf, type Operations, type OpRow, operationsOf } from './op-row.ts';

/* `torch.nn.modules.activation` and `dropout`, and the functions of the same names. */

type Argument = (name: string) => Value;

const activation = (fn: ActivationName, parameter?: number): Op => ({
  kind: 'activation',
  fn,
  ...(parameter === undefined ? {} : { parameter }),
});

/** `[module, functions, activation]`: activations without an argument that matters. */
const plain: readonly (readonly [module: string | null, functions: string, fn: ActivationName])[] = [
  ['ReLU', 'relu relu_', 'relu'],
  ['ReLU6', 'relu6', 'relu6'],
  ['SELU', 'selu selu_', 'selu'],
  ['SiLU', 'silu', 'silu'],
  ['Mish', 'mish', 'mish'],
  ['Softsign', 'softsign', 'softsign'],
  ['Tanh', 'tanh tanh_', 'tanh'],
  ['Sigmoid', 'sigmoid sigmoid_', 'sigmoid'],
  ['Hardsigmoid', 'hardsigmoid', 'hardSigmoid'],
  ['Hardswish', 'hardswish', 'hardSwish'],
  ['LogSigmoid', 'logsigmoid', 'logSigmoid'],
  [null, 'sin sin_', 'sin'],
  [null, 'square square_', 'square'],
  [null, 'abs absolute abs_', 'abs'],
  [null, 'exp exp_', 'exp'],
];

/** Activations that are named after one number of theirs. */
const withParameter: readonly (readonly [
  module: string,
  functions: string,
  fn: ActivationName,
  name: string,
  value: number,
])[] = [
  ['LeakyReLU', 'leaky_relu leaky_relu_', 'leakyRelu', 'negative_slope', 0.01],
  ['ELU', 'elu elu_', 'elu', 'alpha', 1],
  ['CELU', 'celu celu_', 'celu', 'alpha', 1],
];

const rows: readonly OpRow[] = [
  ...plain.map(
    ([module, functions, fn]): OpRow => ({
      ...(module === null ? {} : { module }),
      functions: functions.split(' '),
      parameters: 'inplace=False',
      op: () => activation(fn),
    }),
  ),
  ...withParameter.map(
    ([module, functions, fn, name, value]): OpRow => ({
      module,
      functions: functions.split(' '),
      parameters: `${name}=${value}, inplace=False`,
      op: (argument) => activation(fn, numberOf(argument(name)) ?? value),
    }),
  ),
  {
    module: 'GELU',
    functions: ['gelu'],
    parameters: "approximate='none'",
    op: (argument) => activation(stringOf(argument('approximate')) === 'tanh' ? 'geluTanh' : 'gelu'),
  },
  {
    // In training its slope is drawn for every element; the middle of the interval is its mean.
    module: 'RReLU',
    functions: ['rrelu', 'rrelu_'],
    parameters: 'lower=0.125, upper=0.3333333333333333, training=False, inplace=False',
    op: (argument) => {
      const lower = numberOf(argument('lower'));
      const upper = numberOf(argument('upper'));
      return lower === null || upper === null ? null : activation('leakyRelu', (lower + upper) / 2);
    },
    keepsShape: true,
  },
  {
    module: 'Softplus',
    functions: ['softplus'],
    parameters: 'beta=1, threshold=20',
    op: (argument) => (numberOf(argument('beta')) === 1 ? activation('softplus') : null),
    keepsShape: true,
  },
  {
    module: 'Hardtanh',
    functions: ['hardtanh', 'hardtanh_'],
    parameters: 'min_val=-1.0, max_val=1.0, inplace=False',
    op: (argument) => clipOp(numberOf(argument('min_val')), numberOf(argument('max_val'))),
    keepsShape: true,
  },
  {
    functions: ['clamp', 'clamp_', 'clip', 'clip_'],
    parameters: 'min=None, max=None',
    op: (argument) => {
      const max = isNone(argument('max')) ? Number.POSITIVE_INFINITY : numberOf(argument('max'));
      const min = isNone(argument('min')) ? Number.NEGATIVE_INFINITY : numberOf(argument('min'));
      return clipOp(min, max);
    },
    steps: (argument) => {
      const [min, max] = [numberOf(argument('min')), numberOf(argument('max'))];
      // min(x, m) = m - relu(m - x), max(x, m) = m + relu(x - m).
      if (min === null && max !== null && isNone(argument('min')))
        return [affineOp(-1, max), activation('relu'), affineOp(-1, max)];
      if (max === null && min !== null && isNone(argument('max')))
        return [affineOp(1, -min), activation('relu'), affineOp(1, min)];
      if (min === null || max === null || !Number.isFinite(max - min) || max <= min) return null;
      const [centre, reach] = [(max + min) / 2, (max - min) / 2];
      return [affineOp(1 / reach, -centre / reach), activation('hardTanh'), affineOp(reach, centre)];
    },
    held: (held, argument) => {
      const bounds = [argument('min'), argument('max')];
      if (bounds.some((bound) => !isNone(bound) && numberOf(bound) === null)) return unknownInitializer();
      return clamped(held, numberOf(argument('min')), numberOf(argument('max')));
    },
    keepsShape: true,
  },
  {
    module: 'Threshold',
    functions: ['threshold'],
    parameters: 'threshold, value, inplace=False',
    op: (argument) =>
      numberOf(argument('threshold')) === 0 && numberOf(argument('value')) === 0 ? activation('relu') : null,
    keepsShape: true,
  },
  ...['Softshrink', 'Hardshrink', 'Tanhshrink'].map(
    (module): OpRow => ({
      module,
      functions: [module.toLowerCase()],
      parameters: 'lambd=0.5',
      op: () => null,
      keepsShape: true,
    }),
  ),
  { module: 'Softmax', functions: ['softmax'], parameters: 'dim=None, _stacklevel=3, dtype=None', op: softmax(false) },
  {
    module: 'LogSoftmax',
    functions: ['log_softmax'],
    parameters: 'dim=None, _stacklevel=3, dtype=None',
    op: softmax(true),
  },
  { module: 'Softmax2d', op: () => ({ kind: 'softmax', axis: -3, log: false }) },
  {
    module: 'GLU',
    functions: ['glu'],
    parameters: 'dim=-1',
    op: (argument) => ({ kind: 'glu', fn: 'sigmoid', axis: numberOf(argument('dim')) ?? -1 }),
  },
  ...dropoutRows(),
];

function affineOp(factor: number, offset: number): Op {
  return { kind: 'affine', factor, offset };
}

function clipOp(min: number | null, max: number | null): Op | null {
  if (min === -1 && max === 1) return activation('hardTanh');
  if (min !== 0) return null;
  if (max === 6) return activation('relu6');
  return max === Number.POSITIVE_INFINITY ? activation('relu') : null;
}

/** Without `dim`: PyTorch's old rule, axis 0 of tensors with 0, 1 or 3 axes, else axis 1. */
function softmax(log: boolean): OpRow['op'] {
  return (argument: Argument, input: TensorValue) => {
    const axis = numberOf(argument('dim'));
    if (axis !== null) return { kind: 'softmax', axis, log };
    const rank = input.shape?.length ?? 2;
    return { kind: 'softmax', axis: [0, 1, 3].includes(rank) ? 0 : 1, log };
  };
}

function dropoutRows(): readonly OpRow[] {
  const dropout =
    (mode: 'element' | 'channel'): OpRow['op'] =>
    (argument) => {
      // `training` is an argument of the function only; a module is in training.
      const isOff = booleanOf(argument('training')) === false && !isNone(argument('training'));
      return isOff ? activation('identity') : { kind: 'dropout', rate: numberOf(argument('p')) ?? 0.5, mode };
    };
  const modules: readonly (readonly [module: string, functions: string, mode: 'element' | 'channel'])[] = [
    ['Dropout', 'dropout', 'element'],
    ['Dropout1d', 'dropout1d', 'channel'],
    ['Dropout2d', 'dropout2d', 'channel'],
    ['Dropout3d', 'dropout3d', 'channel'],
    ['AlphaDropout', 'alpha_dropout', 'element'],
    ['FeatureAlphaDropout', 'feature_alpha_dropout', 'channel'],
  ];
  return modules.flatMap(([module, functions, mode]): readonly OpRow[] => [
    { module, parameters: 'p=0.5, inplace=False', op: dropout(mode) },
    { functions: [functions], parameters: 'p=0.5, training=True, inplace=False', op: dropout(mode) },
  ]);
}

/** A learned slope, one or one per channel. */
const prelu = layerClass('PReLU', {
  parameters: 'num_parameters=1, init=0.25, device=None, dtype=None',
  tensors: (layer) => [{ name: 'weight', as: 'weight', role: 'scale', shape: [layer.dim('num_parameters')] }],
  reset: (layer) => ({ weight: { ...constant(layer.number('init')), scheme: 'default' } }),
  op: (layer) => activation('prelu', layer.number('init') ?? 0.25),
});

const modules = modulesOf(rows);

export const activationClasses: Readonly<Record<string, ClassValue>> = { ...modules, PReLU: prelu };

export const activationOperations: Operations = operationsOf(rows);
