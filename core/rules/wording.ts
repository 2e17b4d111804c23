import type { ActivationName, OpKind } from '../graph/op.ts';
import { countLayers, type Place } from './places.ts';
import type { WeightSite } from './weight-site.ts';

/** `0.31`, `16`, `1.0e-3`: two digits, and powers of ten where they read better. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.01 || size >= 1e4) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(size >= 100 ? 3 : 2)));
}

/** `half`, `43 %`. */
export function formatShare(share: number): string {
  return Math.abs(share - 0.5) < 0.005 ? 'half' : `${formatNumber(share * 100)} %`;
}

/** `fc2`, `features.0 and 19 more layers`. */
export function nameLayers(worst: WeightSite, place: Place): string {
  const more = countLayers(place) - 1;
  if (more < 1) return worst.layer.name;
  return `${worst.layer.name} and ${more} more ${more === 1 ? 'layer' : 'layers'}`;
}

/** As the papers write it: `ReLU`, `tanh`. */
export function nameOf(fn: ActivationName): string {
  return activationNames[fn];
}

/** `the batch normalization`. */
export function nameOfNormalization(kind: OpKind): string {
  return normalizationNames[kind] ?? 'normalization';
}

const activationNames: Readonly<Record<ActivationName, string>> = {
  identity: 'identity',
  relu: 'ReLU',
  relu6: 'ReLU6',
  leakyRelu: 'leaky ReLU',
  prelu: 'PReLU',
  elu: 'ELU',
  selu: 'SELU',
  celu: 'CELU',
  gelu: 'GELU',
  geluTanh: 'GELU',
  silu: 'SiLU',
  mish: 'Mish',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hard sigmoid',
  hardSwish: 'hard swish',
  hardTanh: 'hard tanh',
  logSigmoid: 'log sigmoid',
  sin: 'sine',
  square: 'square',
  abs: 'absolute value',
  exp: 'exponential',
};

const normalizationNames: Readonly<Partial<Record<OpKind, string>>> = {
  batchNorm: 'batch normalization',
  layerNorm: 'layer normalization',
  rmsNorm: 'RMS normalization',
  groupNorm: 'group normalization',
  instanceNorm: 'instance normalization',
};
