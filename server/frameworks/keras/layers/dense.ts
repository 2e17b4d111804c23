import type { Dim, Shape } from '../../../../core/graph/shape.ts';
import { dimOf } from '../../../interpreter/read.ts';
import type { Config, LayerSpec, WeightSpec } from '../layer-spec.ts';

/* `keras.src.layers.core`. */

const regularizers =
  'kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None';

/** `kernel` and, where `use_bias` says so, `bias`. */
export function kernelAndBias(config: Config, kernel: Shape, outputs: Dim): WeightSpec[] {
  return [
    { name: 'kernel', as: 'weight', role: 'weight', shape: kernel, initializer: 'kernel_initializer' },
    ...biasOf(config, outputs),
  ];
}

export function biasOf(config: Config, outputs: Dim): WeightSpec[] {
  if (!config.flag('use_bias')) return [];
  return [{ name: 'bias', as: 'bias', role: 'bias', shape: [outputs], initializer: 'bias_initializer' }];
}

export function lastOf(shape: Shape | null | undefined): Dim {
  return shape?.at(-1) ?? null;
}

export const coreLayers: Readonly<Record<string, LayerSpec>> = {
  Dense: {
    parameters: `units, activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', ${regularizers}`,
    weights: (config, [input]) => kernelAndBias(config, [lastOf(input), config.dim('units')], config.dim('units')),
    op: (config, [input]) => ({ kind: 'dense', inFeatures: lastOf(input), outFeatures: config.dim('units') }),
  },
  Embedding: {
    parameters:
      "input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, weights=None",
    weights: (config) => [
      {
        name: 'embeddings',
        as: 'weight',
        role: 'embedding',
        shape: [config.dim('input_dim'), config.dim('output_dim')],
        initializer: 'embeddings_initializer',
      },
    ],
    op: (config) => ({
      kind: 'embedding',
      vocabulary: config.dim('input_dim'),
      width: config.dim('output_dim'),
      paddingIndex: null,
    }),
  },
  Rescaling: {
    parameters: 'scale, offset=0.0',
    op: (config) => {
      const factor = config.number('scale');
      const offset = config.number('offset');
      return factor === null || offset === null ? null : { kind: 'affine', factor, offset };
    },
  },
  /** Subtracts the data's mean and divides by its std: standard-normal input stays as it is. */
  Normalization: { parameters: 'axis=-1, mean=None, variance=None, invert=False', isTransparent: true },
  Identity: { parameters: '', isTransparent: true },
  Masking: { parameters: 'mask_value=0.0', isTransparent: true },
  ActivityRegularization: { parameters: 'l1=0.0, l2=0.0', isTransparent: true },
  // Augmentations of the input: they keep its distribution well enough.
  ...Object.fromEntries(
    ['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomContrast', 'RandomBrightness'].map(
      (name): [string, LayerSpec] => [name, { parameters: '*args', isTransparent: true }],
    ),
  ),
  Resizing: { parameters: 'height, width, interpolation=None', op: () => null, shape: resized },
  CenterCrop: { parameters: 'height, width', op: () => null, shape: resized },
  RandomCrop: { parameters: 'height, width', op: () => null, shape: resized },
};

function resized(config: Config, [input]: readonly (Shape | null)[]): Shape | null {
  if (input?.length !== 4) return null;
  return [input[0] ?? null, dimOf(config.value('height')), dimOf(config.value('width')), input[3] ?? null];
}
