import type { Op } from '../../../../core/graph/op.ts';
import { isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import { itemsOf, numberOf, numbersOf, shapeOf } from '../../../interpreter/read.ts';
import { unknown, type Value } from '../../../interpreter/values.ts';
import type { LayerSpec } from '../layer-spec.ts';
import { layoutOf } from './convolution.ts';

/* `keras.src.layers.reshaping`. */

export const reshapingLayers: Readonly<Record<string, LayerSpec>> = {
  Flatten: {
    parameters: 'data_format=None',
    op: (_, [input]) => (input?.length === 1 ? { kind: 'reshape' } : { kind: 'flatten', startAxis: 1, endAxis: -1 }),
    shape: (_, [input]) => (input ? [input[0] ?? null, sizeOf(input.slice(1))] : null),
  },
  Reshape: {
    parameters: 'target_shape',
    op: () => ({ kind: 'reshape' }),
    shape: (config, [input]) => {
      const target = shapeOf(config.value('target_shape'));
      return target === null ? null : [input?.[0] ?? null, ...resolveShape(target, input?.slice(1) ?? null)];
    },
  },
  Permute: {
    parameters: 'dims',
    op: (config) => {
      const order = itemsOf(config.value('dims'))?.map(numberOf);
      return order?.every((axis) => axis !== null) ? { kind: 'permute', order: [0, ...order] } : null;
    },
  },
  RepeatVector: {
    parameters: 'n',
    op: () => null,
    shape: (config, [input]) => (input ? [input[0] ?? null, config.dim('n'), input[1] ?? null] : null),
  },
  ...Object.fromEntries(
    ([1, 2, 3] as const).flatMap((rank): [string, LayerSpec][] => [
      [`ZeroPadding${rank}D`, zeroPadding(rank)],
      [`Cropping${rank}D`, cropping(rank)],
      [`UpSampling${rank}D`, upSampling(rank)],
    ]),
  ),
};

/** `-1` takes what the other sizes leave. */
export function resolveShape(target: Shape, input: Shape | null): Shape {
  const missing = target.indexOf(-1);
  if (missing < 0) return target;
  const all = input === null ? null : sizeOf(input);
  const others = sizeOf(target.filter((_, axis) => axis !== missing));
  return target.map((dim, axis) => (axis !== missing ? dim : all === null || others === null ? null : all / others));
}

function zeroPadding(rank: 1 | 2 | 3): LayerSpec {
  return {
    parameters: 'padding=1, data_format=None',
    op: (config) => {
      const pairs = pairsOf(config.value('padding'), rank);
      if (pairs === null) return null;
      const none = [0, 0] as const;
      const padding = layoutOf(config) === 'channelsFirst' ? [none, none, ...pairs] : [none, ...pairs, none];
      return { kind: 'pad', padding, mode: 'constant' };
    },
  };
}

function cropping(rank: 1 | 2 | 3): LayerSpec {
  return {
    parameters: 'cropping=0, data_format=None',
    forward: (layer, [input], emit) => {
      if (input === undefined) return unknown('cropping');
      const pairs = pairsOf(layer.config.value('cropping'), rank);
      const owner = layer.instance;
      if (pairs === null || input.shape === null)
        return emit.add({ op: { kind: 'unknown', name: 'cropping' }, inputs: [input], owner, shape: null });
      const first = layoutOf(layer.config) === 'channelsFirst' ? 2 : 1;
      const cuts = pairs.flatMap(([before, after], index): Op[] => {
        const size = input.shape?.[first + index];
        const length = isKnown(size) ? size - before - after : null;
        return before + after === 0 ? [] : [{ kind: 'split', axis: first + index, start: before, length }];
      });
      const last: Op = cuts.pop() ?? { kind: 'activation', fn: 'identity' };
      const cut = cuts.reduce((from, op) => emit.add({ op, inputs: [from], name: `${layer.name}/crop` }), input);
      return emit.add({ op: last, inputs: [cut], owner });
    },
  };
}

function upSampling(rank: 1 | 2 | 3): LayerSpec {
  return {
    parameters: "size=2, data_format=None, interpolation='nearest'",
    op: (config) => {
      const factor = config.numbers('size', rank);
      const mode = config.text('interpolation') ?? 'nearest';
      if (factor === null || (mode !== 'nearest' && mode !== 'bilinear')) return null;
      return { kind: 'upsample', factor, mode, layout: layoutOf(config) };
    },
  };
}

/** `1`, `(1, 2)`, `((1, 1), (2, 2))`; for one axis `(before, after)`. */
function pairsOf(value: Value, rank: number): (readonly [number, number])[] | null {
  const single = numberOf(value);
  if (single !== null) return Array.from({ length: rank }, () => [single, single] as const);
  if (rank === 1 && itemsOf(value)?.length === 2) {
    const both = numbersOf(value, 2);
    return both === null ? null : [[both[0] ?? 0, both[1] ?? 0]];
  }
  const pairs = itemsOf(value)?.map((item) => numbersOf(item, 2));
  return pairs?.every((pair) => pair !== null) ? pairs.map((pair) => [pair[0] ?? 0, pair[1] ?? 0] as const) : null;
}
