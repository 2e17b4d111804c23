import type { LayerRows } from './layer-row.ts';
import { attentionLayers } from './layers/attention.ts';
import { convolutionLayers } from './layers/convolution.ts';
import { denseLayers } from './layers/dense.ts';
import { normalizationLayers } from './layers/normalization.ts';
import { otherLayers } from './layers/other.ts';
import { recurrentLayers } from './layers/recurrent.ts';

/** Every layer of Flax's with parameters, and dropout, by its class in linen. */
export const layerRows: LayerRows = {
  ...denseLayers,
  ...convolutionLayers,
  ...normalizationLayers,
  ...attentionLayers,
  ...recurrentLayers,
  ...otherLayers,
};
