import type { FanMode, Initializer } from '../../../core/graph/initializer.ts';
import { isKnown, type Shape, sizeOf } from '../../../core/graph/shape.ts';
import type { Fans } from '../../../core/initializers/fans.ts';
import {
  constant,
  identity,
  normal,
  ones,
  orthogonal,
  type ScalingDistribution,
  truncatedAtTwoStd,
  uniform,
  unknownInitializer,
  varianceScaling,
  zeros,
} from '../../../core/initializers/make.ts';
import { numberOf, stringOf } from '../../interpreter/read.ts';
import type { Value } from '../../interpreter/values.ts';

/** What an initializer is made for. */
export interface Target {
  readonly shape: Shape;
  readonly fans: Fans;
  /** How `truncated_normal` variance scaling is drawn: Keras corrects for the truncation, TensorFlow.js does not. */
  readonly truncated: ScalingDistribution;
}

export interface InitializerRow {
  /** Parameters of its constructor, in Python's notation. */
  readonly parameters: string;
  readonly make: (argument: (name: string) => Value, target: Target) => Initializer;
}

const scaling = (scale: number, mode: FanMode, distribution: 'uniform' | 'truncated'): InitializerRow => ({
  parameters: 'seed=None, input_axes=None, output_axes=None',
  make: (_, { fans, truncated }) =>
    varianceScaling({ scale, mode }, distribution === 'uniform' ? 'uniform' : truncated, fans),
});

/** Keras' initializers by class name. */
export const initializerRows: Readonly<Record<string, InitializerRow>> = {
  Zeros: { parameters: '', make: () => zeros() },
  Ones: { parameters: '', make: () => ones() },
  Constant: { parameters: 'value=0.0', make: (argument) => constant(numberOf(argument('value'))) },
  RandomNormal: {
    parameters: 'mean=0.0, stddev=0.05, seed=None',
    make: (argument) => normal(numberOf(argument('mean')), numberOf(argument('stddev'))),
  },
  TruncatedNormal: {
    parameters: 'mean=0.0, stddev=0.05, seed=None',
    make: (argument) => truncatedAtTwoStd(numberOf(argument('mean')), numberOf(argument('stddev'))),
  },
  RandomUniform: {
    parameters: 'minval=-0.05, maxval=0.05, seed=None',
    make: (argument) => uniform(numberOf(argument('minval')), numberOf(argument('maxval'))),
  },
  VarianceScaling: {
    parameters:
      "scale=1.0, mode='fan_in', distribution='truncated_normal', seed=None, input_axes=None, output_axes=None",
    make: (argument, { fans, truncated }) => {
      const scale = numberOf(argument('scale'));
      const mode = fanModes[camel(stringOf(argument('mode')))];
      const distribution = distributionOf(stringOf(argument('distribution')), truncated);
      if (scale === null || mode === undefined || distribution === null) return unknownInitializer();
      return varianceScaling({ scale, mode }, distribution, fans);
    },
  },
  GlorotUniform: scaling(1, 'fanAvg', 'uniform'),
  GlorotNormal: scaling(1, 'fanAvg', 'truncated'),
  HeUniform: scaling(2, 'fanIn', 'uniform'),
  HeNormal: scaling(2, 'fanIn', 'truncated'),
  LecunUniform: scaling(1, 'fanIn', 'uniform'),
  LecunNormal: scaling(1, 'fanIn', 'truncated'),
  Orthogonal: {
    parameters: 'gain=1.0, seed=None',
    make: (argument, { shape }) => {
      const rows = sizeOf(shape.slice(0, -1));
      const columns = shape[shape.length - 1];
      return orthogonal(numberOf(argument('gain')), rows, isKnown(columns) ? columns : null);
    },
  },
  Identity: {
    parameters: 'gain=1.0',
    make: (argument, { shape }) => {
      const [rows, columns] = shape;
      return identity(numberOf(argument('gain')), isKnown(rows) ? rows : null, isKnown(columns) ? columns : null);
    },
  },
};

/** Names that stand for a class beside its own: https://keras.io/api/layers/initializers and older releases. */
const aliases: Readonly<Record<string, string>> = {
  one: 'Ones',
  zero: 'Zeros',
  normal: 'RandomNormal',
  uniform: 'RandomUniform',
  IdentityInitializer: 'Identity',
  OrthogonalInitializer: 'Orthogonal',
  leCunNormal: 'LecunNormal',
  leCunUniform: 'LecunUniform',
  LeCunNormal: 'LecunNormal',
  LeCunUniform: 'LecunUniform',
};

/** The class that a string names (`he_normal`, `HeNormal`, `normal`), or `null`. */
export function initializerClassName(name: string): string | null {
  const alias = aliases[name] ?? pascal(name);
  return Object.hasOwn(initializerRows, alias) ? alias : null;
}

/** `glorot_uniform` or `glorotUniform` to `GlorotUniform`. */
function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function camel(name: string | null): string {
  return (name ?? '').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const fanModes: Readonly<Record<string, FanMode>> = { fanIn: 'fanIn', fanOut: 'fanOut', fanAvg: 'fanAvg' };

function distributionOf(name: string | null, truncated: ScalingDistribution): ScalingDistribution | null {
  switch (camel(name)) {
    case 'uniform':
      return 'uniform';
    // `normal` was the name before `truncated_normal`, and is TensorFlow.js' name.
    case 'normal':
    case 'truncatedNormal':
      return truncated;
    // TensorFlow 1's contrib.
    case 'uncorrectedTruncatedNormal':
      return 'uncorrectedTruncatedNormal';
    case 'untruncatedNormal':
      return 'normal';
    default:
      return null;
  }
}
