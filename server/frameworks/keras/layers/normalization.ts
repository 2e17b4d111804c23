import type { Op } from '../../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../../core/graph/shape.ts';
import { itemsOf, numberOf } from '../../../interpreter/read.ts';
import type { Config, LayerSpec, WeightSpec } from '../layer-spec.ts';

/* `keras.src.layers.normalization`. */

const affine =
  "center=True, scale=True, beta_initializer='zeros', gamma_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None";

export const normalizationLayers: Readonly<Record<string, LayerSpec>> = {
  BatchNormalization: {
    parameters: `axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer='zeros', gamma_initializer='ones', moving_mean_initializer='zeros', moving_variance_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, synchronized=False`,
    weights: (config, [input]) => {
      const shape = channels(config, input);
      return [
        ...gainAndBias(config, shape),
        state('moving_mean', shape, 'moving_mean_initializer'),
        state('moving_variance', shape, 'moving_variance_initializer'),
      ];
    },
    op: (config) => {
      const epsilon = config.number('epsilon');
      const axis = axesOf(config)[0] ?? null;
      return epsilon === null || axis === null ? null : { kind: 'batchNorm', epsilon, axis };
    },
  },
  LayerNormalization: {
    parameters: `axis=-1, epsilon=0.001, ${affine}`,
    weights: (config, [input]) =>
      gainAndBias(
        config,
        axesOf(config).map((axis) => (axis === null ? null : (input?.at(axis) ?? null))),
      ),
    op: (config, [input]) => {
      const epsilon = config.number('epsilon');
      const axes = axesOf(config);
      // Only the last axes together are what the op says.
      const rank = input?.length ?? null;
      const sorted = axes.map((axis) => (axis === null || axis < 0 || rank === null ? axis : axis - rank)).sort();
      const areLast = sorted.every((axis) => axis !== null && -axis <= axes.length && axis < 0);
      return epsilon === null || !areLast ? null : { kind: 'layerNorm', epsilon, axes: axes.length };
    },
  },
  GroupNormalization: {
    parameters: `groups=32, axis=-1, epsilon=0.001, ${affine}`,
    weights: (config, [input]) => gainAndBias(config, channels(config, input)),
    op: (config, [input]): Op | null => {
      const epsilon = config.number('epsilon');
      const axis = config.number('axis');
      const groups = config.number('groups');
      if (epsilon === null || axis === null || groups === null) return null;
      const size = input?.at(axis);
      // -1 groups: one for every channel.
      if (groups !== -1) return { kind: 'groupNorm', groups, epsilon, axis };
      return isKnown(size) ? { kind: 'groupNorm', groups: size, epsilon, axis } : null;
    },
  },
  UnitNormalization: { parameters: 'axis=-1', op: () => null, shape: (_, [input]) => input ?? null },
  RMSNormalization: {
    parameters: 'axis=-1, epsilon=1e-06',
    weights: (config, [input]) => [
      { name: 'scale', as: 'gain', role: 'normGain', shape: channels(config, input), initializer: 'ones' },
    ],
    op: (config) => {
      const epsilon = config.number('epsilon');
      return epsilon === null ? null : { kind: 'rmsNorm', epsilon };
    },
  },
};

/** `scale` is the gain gamma, `center` the bias beta. */
function gainAndBias(config: Config, shape: Shape): WeightSpec[] {
  const weights: WeightSpec[] = [];
  if (config.flag('scale'))
    weights.push({ name: 'gamma', as: 'gain', role: 'normGain', shape, initializer: 'gamma_initializer' });
  if (config.flag('center'))
    weights.push({ name: 'beta', as: 'bias', role: 'normBias', shape, initializer: 'beta_initializer' });
  return weights;
}

function state(name: string, shape: Shape, initializer: string): WeightSpec {
  return { name, as: name, role: 'other', shape, initializer, isState: true };
}

function channels(config: Config, input: Shape | null | undefined): Shape {
  const axis = axesOf(config)[0];
  return [axis === null || axis === undefined ? null : (input?.at(axis) ?? null)];
}

function axesOf(config: Config): (number | null)[] {
  const value = config.value('axis');
  return itemsOf(value)?.map(numberOf) ?? [numberOf(value)];
}
