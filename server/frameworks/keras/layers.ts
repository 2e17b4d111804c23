import type { LayerSpec } from './layer-spec.ts';
import { activationLayers } from './layers/activation.ts';
import { attentionLayers } from './layers/attention.ts';
import { convolutionLayers } from './layers/convolution.ts';
import { coreLayers } from './layers/dense.ts';
import { einsumLayers } from './layers/einsum.ts';
import { mergingLayers } from './layers/merging.ts';
import { normalizationLayers } from './layers/normalization.ts';
import { poolingLayers } from './layers/pooling.ts';
import { recurrentLayers } from './layers/recurrent.ts';
import { recurrentConvolutionLayers } from './layers/recurrent-convolution.ts';
import { reshapingLayers } from './layers/reshaping.ts';

/** Every layer of Keras that the analyzer knows, by class name; TensorFlow.js has them too, as `camelCase` functions. */
export const layerSpecs: Readonly<Record<string, LayerSpec>> = {
  ...coreLayers,
  ...convolutionLayers,
  ...einsumLayers,
  ...recurrentLayers,
  ...recurrentConvolutionLayers,
  ...normalizationLayers,
  ...activationLayers,
  ...poolingLayers,
  ...reshapingLayers,
  ...mergingLayers,
  ...attentionLayers,
};

/** Other names of the same classes. */
export const layerAliases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [1, 2, 3].flatMap((rank) => [
      [`MaxPool${rank}D`, `MaxPooling${rank}D`],
      [`AvgPool${rank}D`, `AveragePooling${rank}D`],
      [`GlobalAvgPool${rank}D`, `GlobalAveragePooling${rank}D`],
      [`GlobalMaxPool${rank}D`, `GlobalMaxPooling${rank}D`],
      [`Convolution${rank}D`, `Conv${rank}D`],
      [`Convolution${rank}DTranspose`, `Conv${rank}DTranspose`],
    ]),
  ),
  GroupQueryAttention: 'GroupedQueryAttention',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
};
