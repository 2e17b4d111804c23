import type { Op } from '../../../../core/graph/op.ts';
import { numbersOr } from '../config.ts';
import type { LayerSpec } from '../layer-spec.ts';
import { layoutOf } from './convolution.ts';

/* `keras.src.layers.pooling`. */

const ranks = [1, 2, 3] as const;

export const poolingLayers: Readonly<Record<string, LayerSpec>> = Object.fromEntries(
  ranks.flatMap((rank): [string, LayerSpec][] => [
    [`MaxPooling${rank}D`, windowed('maxPool', rank)],
    [`AveragePooling${rank}D`, windowed('averagePool', rank)],
    [`GlobalMaxPooling${rank}D`, global('max', rank)],
    [`GlobalAveragePooling${rank}D`, global('mean', rank)],
  ]),
);

function windowed(kind: 'maxPool' | 'averagePool', rank: 1 | 2 | 3): LayerSpec {
  return {
    parameters: "pool_size=2, strides=None, padding='valid', data_format=None",
    op: (config): Op | null => {
      const kernel = config.numbers('pool_size', rank);
      const stride = numbersOr(config, 'strides', rank, kernel);
      const padding = config.text('padding')?.toLowerCase();
      if (kernel === null || stride === null || (padding !== 'same' && padding !== 'valid')) return null;
      const window = { rank, kernel, stride, padding, ceilMode: false, layout: layoutOf(config) } as const;
      // TensorFlow divides by the cells inside the input only.
      return kind === 'maxPool' ? { kind, ...window } : { kind, ...window, countIncludePad: false };
    },
  };
}

function global(fn: 'mean' | 'max', rank: 1 | 2 | 3): LayerSpec {
  return {
    parameters: 'data_format=None, keepdims=False',
    op: (config) => {
      const first = layoutOf(config) === 'channelsFirst' ? 2 : 1;
      const axes = Array.from({ length: rank }, (_, axis) => first + axis);
      return { kind: 'reduce', fn, axes, keepDims: config.flag('keepdims') };
    },
  };
}
