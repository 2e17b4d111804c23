import type { FanMode, Initializer } from '../../../core/graph/initializer.ts';
import { type Dim, isKnown, type Shape, sizeOf } from '../../../core/graph/shape.ts';
import type { Fans } from '../../../core/initializers/fans.ts';
import {
  constant,
  normal,
  ones,
  orthogonal,
  type ScalingDistribution,
  truncatedNormal,
  uniform,
  unknownInitializer,
  varianceScaling,
  zeros,
} from '../../../core/initializers/make.ts';
import { itemsOf, numberOf, stringOf } from '../../interpreter/read.ts';
import type { Value } from '../../interpreter/values.ts';

/* `jax.nn.initializers`, which linen and nnx both re-export. */

export interface InitializerRow {
  /** Parameters of the function that makes it, in Python's notation; `null`: the name is the initializer itself. */
  readonly parameters: string | null;
  readonly make: (argument: (name: string) => Value, shape: Shape) => Initializer;
}

const axes = 'in_axis=-2, out_axis=-1, batch_axis=(), dtype=None';

const scaling = (scale: number, mode: FanMode, distribution: ScalingDistribution): InitializerRow => ({
  parameters: axes,
  make: (argument, shape) => varianceScaling({ scale, mode }, distribution, fansOf(argument, shape)),
});

const rows: Readonly<Record<string, InitializerRow>> = {
  zeros: { parameters: null, make: () => zeros() },
  ones: { parameters: null, make: () => ones() },
  zeros_init: { parameters: '', make: () => zeros() },
  ones_init: { parameters: '', make: () => ones() },
  constant: { parameters: 'value, dtype=None', make: (argument) => constant(numberOf(argument('value'))) },
  uniform: {
    parameters: 'scale=0.01, dtype=None',
    make: (argument) => uniform(0, numberOf(argument('scale'))),
  },
  normal: { parameters: 'stddev=0.01, dtype=None', make: (argument) => normal(0, numberOf(argument('stddev'))) },
  truncated_normal: {
    parameters: 'stddev=0.01, dtype=None, lower=-2.0, upper=2.0',
    make: (argument) => {
      const [std, lower, upper] = ['stddev', 'lower', 'upper'].map((name) => numberOf(argument(name)));
      if (std == null || lower == null || upper == null) return truncatedNormal(0, null, null, null);
      return truncatedNormal(0, std, lower * std, upper * std);
    },
  },
  variance_scaling: {
    parameters: `scale, mode, distribution, ${axes}`,
    make: (argument, shape) => {
      const scale = numberOf(argument('scale'));
      const distribution = distributions[stringOf(argument('distribution')) ?? ''];
      const mode = stringOf(argument('mode'));
      const fans = fansOf(argument, shape);
      if (scale === null || distribution === undefined) return unknownInitializer();
      if (mode === 'fan_geo_avg') return geometric(scale, distribution, fans);
      const known = modes[mode ?? ''];
      return known === undefined ? unknownInitializer() : varianceScaling({ scale, mode: known }, distribution, fans);
    },
  },
  glorot_uniform: scaling(1, 'fanAvg', 'uniform'),
  glorot_normal: scaling(1, 'fanAvg', 'truncatedNormal'),
  lecun_uniform: scaling(1, 'fanIn', 'uniform'),
  lecun_normal: scaling(1, 'fanIn', 'truncatedNormal'),
  he_uniform: scaling(2, 'fanIn', 'uniform'),
  he_normal: scaling(2, 'fanIn', 'truncatedNormal'),
  // What `Embed` has: in_axis is what out_axis is, so that the variance is 1 / features.
  default_embed_init: {
    parameters: 'in_axis=-2, out_axis=0, batch_axis=()',
    make: (argument, shape) => varianceScaling({ scale: 1, mode: 'fanIn' }, 'normal', fansOf(argument, shape)),
  },
  orthogonal: {
    parameters: 'scale=1.0, column_axis=-1, dtype=None',
    make: (argument, shape) => {
      const columns = shape.at(numberOf(argument('column_axis')) ?? -1) ?? null;
      return orthogonal(
        numberOf(argument('scale')),
        quotient(sizeOf(shape), columns),
        isKnown(columns) ? columns : null,
      );
    },
  },
  // An orthogonal matrix at the centre of the kernel, zeros around it (Xiao et al. 2018).
  delta_orthogonal: {
    parameters: 'scale=1.0, column_axis=-1, dtype=None',
    make: (argument, shape) => {
      const [rows = null, columns = null] = shape.slice(-2);
      const taps = sizeOf(shape.slice(0, -2));
      const centre = orthogonal(
        numberOf(argument('scale')),
        isKnown(rows) ? rows : null,
        isKnown(columns) ? columns : null,
      );
      return { ...centre, std: centre.std === null || taps === null ? null : centre.std / Math.sqrt(taps) };
    },
  },
};

/** Every initializer by name. */
export const initializerRows: Readonly<Record<string, InitializerRow>> = {
  ...rows,
  ...Object.fromEntries(
    [
      ['xavier_uniform', 'glorot_uniform'],
      ['xavier_normal', 'glorot_normal'],
      ['kaiming_uniform', 'he_uniform'],
      ['kaiming_normal', 'he_normal'],
    ].flatMap(([alias = '', name = '']) => (rows[name] === undefined ? [] : [[alias, rows[name]] as const])),
  ),
};

const modes: Readonly<Record<string, FanMode>> = { fan_in: 'fanIn', fan_out: 'fanOut', fan_avg: 'fanAvg' };
const distributions: Readonly<Record<string, ScalingDistribution>> = {
  truncated_normal: 'truncatedNormal',
  normal: 'normal',
  uniform: 'uniform',
};

function geometric(scale: number, distribution: ScalingDistribution, { fanIn, fanOut }: Fans): Initializer {
  const fan = fanIn === null || fanOut === null ? null : Math.sqrt(fanIn * fanOut);
  const made = varianceScaling({ scale, mode: 'fanIn' }, distribution, { fanIn: fan, fanOut: fan });
  return { ...made, scheme: 'other', scaling: null };
}

/** `_compute_fans`: the axes of inputs and outputs, times the receptive field; batch axes do not count. */
function fansOf(argument: (name: string) => Value, shape: Shape): Fans {
  const inputs = sizeOver(shape, argument('in_axis'));
  const outputs = sizeOver(shape, argument('out_axis'));
  const batch = sizeOver(shape, argument('batch_axis'));
  if (inputs === undefined || outputs === undefined || batch === undefined) return { fanIn: null, fanOut: null };
  const named = [...inputs.axes, ...outputs.axes, ...batch.axes];
  // Axes that are named twice are divided by twice.
  const isDistinct = new Set(named).size === named.length;
  const field = isDistinct
    ? sizeOf(shape.filter((_, axis) => !named.includes(axis)))
    : ratio(sizeOf(shape), inputs.size, outputs.size, batch.size);
  const times = (size: number | null) => (size === null || field === null ? null : size * field);
  return { fanIn: times(inputs.size), fanOut: times(outputs.size) };
}

function ratio(size: number | null, ...divisors: readonly (number | null)[]): number | null {
  return divisors.reduce((result, divisor) => quotient(result, divisor), size);
}

function sizeOver(shape: Shape, value: Value): { axes: readonly number[]; size: number | null } | undefined {
  const items = (itemsOf(value) ?? [value]).map(numberOf);
  const axes: number[] = [];
  for (const item of items) {
    const axis = item === null ? -1 : item < 0 ? item + shape.length : item;
    if (axis < 0 || axis >= shape.length) return undefined;
    axes.push(axis);
  }
  return { axes, size: sizeOf(axes.map((axis) => shape[axis] ?? null)) };
}

function quotient(size: number | null, divisor: Dim): number | null {
  return size !== null && isKnown(divisor) && divisor > 0 ? size / divisor : null;
}
