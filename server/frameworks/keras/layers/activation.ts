import { itemsOf, numberOf } from '../../../interpreter/read.ts';
import { activationOf, reluOp } from '../activations.ts';
import type { LayerSpec } from '../layer-spec.ts';

/* `keras.src.layers.activations` and `regularization`. */

export const activationLayers: Readonly<Record<string, LayerSpec>> = {
  Activation: {
    parameters: 'activation',
    // The activation is the argument's; see `runLayer`.
    op: (config) => {
      const activation = activationOf(config.value('activation'));
      return 'op' in activation ? (activation.op ?? { kind: 'activation', fn: 'identity' }) : null;
    },
  },
  ReLU: {
    parameters: 'max_value=None, negative_slope=0.0, threshold=0.0',
    op: (config) =>
      reluOp(config.number('max_value'), config.number('negative_slope') ?? 0, config.number('threshold') ?? 0),
  },
  LeakyReLU: {
    parameters: 'negative_slope=0.3',
    renamed: { negative_slope: 'alpha' },
    op: (config) => {
      const parameter = config.number('negative_slope');
      return parameter === null ? null : { kind: 'activation', fn: 'leakyRelu', parameter };
    },
  },
  ThresholdedReLU: { parameters: 'theta=1.0', op: () => null },
  PReLU: {
    parameters: "alpha_initializer='Zeros', alpha_regularizer=None, alpha_constraint=None, shared_axes=None",
    weights: (config, [input]) => {
      const shared = (itemsOf(config.value('shared_axes')) ?? []).map(numberOf);
      const shape = (input ?? []).slice(1).map((dim, axis) => (shared.includes(axis + 1) ? 1 : dim));
      return [{ name: 'alpha', as: 'slope', role: 'scale', shape, initializer: 'alpha_initializer' }];
    },
    op: () => ({ kind: 'activation', fn: 'prelu', parameter: 0 }),
  },
  ELU: {
    parameters: 'alpha=1.0',
    op: (config) => {
      const parameter = config.number('alpha');
      return parameter === null ? null : { kind: 'activation', fn: 'elu', parameter };
    },
  },
  Softmax: {
    parameters: 'axis=-1',
    op: (config) => {
      const axis = config.number('axis');
      return axis === null ? null : { kind: 'softmax', axis, log: false };
    },
  },
  Dropout: dropout('element', 'noise_shape=None, seed=None'),
  SpatialDropout1D: dropout('channel', 'seed=None'),
  SpatialDropout2D: dropout('channel', 'data_format=None, seed=None'),
  SpatialDropout3D: dropout('channel', 'data_format=None, seed=None'),
  GaussianDropout: dropout('element', 'seed=None'),
  AlphaDropout: dropout('element', 'noise_shape=None, seed=None'),
  GaussianNoise: { parameters: 'stddev, seed=None', isTransparent: true },
};

function dropout(mode: 'element' | 'channel', rest: string): LayerSpec {
  return {
    parameters: `rate, ${rest}`,
    op: (config) => {
      const rate = config.number('rate');
      return rate === null ? null : { kind: 'dropout', rate, mode };
    },
  };
}
