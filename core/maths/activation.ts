import type { ActivationName } from '../graph/op.ts';
import { normalDensity, normalDistribution } from './gaussian.ts';

/** An activation function of one variable and its derivative. */
interface Activation {
  value(x: number): number;
  slope(x: number): number;
}

/** The function that a name stands for. `parameter` is the negative slope or alpha where the function has one. */
export function activationOf(name: ActivationName, parameter?: number): Activation {
  switch (name) {
    case 'identity':
      return { value: (x) => x, slope: () => 1 };
    case 'relu':
      return leaky(0);
    case 'leakyRelu':
      return leaky(parameter ?? 0.01);
    case 'prelu':
      return leaky(parameter ?? 0.25);
    case 'relu6':
      return clip(0, 6);
    case 'hardTanh':
      return clip(-1, 1);
    case 'elu':
      return elu(parameter ?? 1);
    case 'celu':
      return celu(parameter ?? 1);
    case 'selu':
      return scale(elu(seluAlpha), seluScale);
    case 'gelu':
      return { value: (x) => x * below(x), slope: (x) => below(x) + x * normalDensity(x) };
    case 'geluTanh':
      return geluTanh;
    case 'silu':
      return { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) };
    case 'mish':
      return mish;
    case 'softplus':
      return { value: (x) => softplus(x), slope: sigmoid };
    case 'softsign':
      return { value: (x) => x / (1 + Math.abs(x)), slope: (x) => (1 + Math.abs(x)) ** -2 };
    case 'tanh':
      return { value: Math.tanh, slope: sechSquared };
    case 'sigmoid':
      return { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) };
    case 'hardSigmoid':
      return hardSigmoid;
    case 'hardSwish':
      return {
        value: (x) => x * hardSigmoid.value(x),
        slope: (x) => hardSigmoid.value(x) + x * hardSigmoid.slope(x),
      };
    case 'logSigmoid':
      return { value: (x) => -softplus(-x), slope: (x) => sigmoid(-x) };
    case 'sin':
      return {
        value: (x) => Math.sin((parameter ?? 1) * x),
        slope: (x) => (parameter ?? 1) * Math.cos((parameter ?? 1) * x),
      };
    case 'square':
      return { value: (x) => x * x, slope: (x) => 2 * x };
    case 'abs':
      return { value: Math.abs, slope: Math.sign };
    case 'exp':
      return { value: Math.exp, slope: Math.exp };
    default:
      return name satisfies never;
  }
}

/** Value and slope are asked for at the same places, one after the other; this is nearly all that either takes. */
const asked = { at: Number.NaN, below: Number.NaN };

function below(x: number): number {
  if (x !== asked.at) {
    asked.below = normalDistribution(x);
    asked.at = x;
  }
  return asked.below;
}

/** The slope below zero of a function that is linear on either side of it, `null` for the others. */
export function negativeSlope(name: ActivationName, parameter?: number): number | null {
  if (name === 'identity') return 1;
  if (name === 'relu') return 0;
  if (name === 'abs') return -1;
  if (name === 'leakyRelu') return parameter ?? 0.01;
  return name === 'prelu' ? (parameter ?? 0.25) : null;
}

/** Functions that are zero (or nearly) on one side and not bounded on the other: ReLU and its relatives. */
export function isRectifier(name: ActivationName): boolean {
  return rectifiers.has(name);
}

/** Functions that flatten out on both sides. */
export function isSaturating(name: ActivationName): boolean {
  return saturating.has(name);
}

const rectifiers: ReadonlySet<ActivationName> = new Set([
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'elu',
  'celu',
  'gelu',
  'geluTanh',
  'silu',
  'mish',
  'hardSwish',
  'softplus',
]);

const saturating: ReadonlySet<ActivationName> = new Set(['tanh', 'sigmoid', 'hardSigmoid', 'hardTanh', 'softsign']);

/** Klambauer et al. 2017, equation 14. */
export const seluAlpha = 1.6732632423543772;
export const seluScale = 1.0507009873554805;

function leaky(slope: number): Activation {
  return { value: (x) => (x > 0 ? x : slope * x), slope: (x) => (x > 0 ? 1 : slope) };
}

function clip(low: number, high: number): Activation {
  return { value: (x) => Math.min(Math.max(x, low), high), slope: (x) => (x > low && x < high ? 1 : 0) };
}

function elu(alpha: number): Activation {
  return { value: (x) => (x > 0 ? x : alpha * Math.expm1(x)), slope: (x) => (x > 0 ? 1 : alpha * Math.exp(x)) };
}

function celu(alpha: number): Activation {
  return {
    value: (x) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
    slope: (x) => (x > 0 ? 1 : Math.exp(x / alpha)),
  };
}

function scale(f: Activation, factor: number): Activation {
  return { value: (x) => factor * f.value(x), slope: (x) => factor * f.slope(x) };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sechSquared(x: number): number {
  const e = Math.exp(-2 * Math.abs(x));
  return (4 * e) / (1 + e) ** 2;
}

const geluTanh: Activation = {
  value: (x) => (x / 2) * (1 + Math.tanh(geluInner(x))),
  slope: (x) =>
    (1 + Math.tanh(geluInner(x))) / 2 +
    (x / 2) * sechSquared(geluInner(x)) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x),
};

function geluInner(x: number): number {
  return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
}

const mish: Activation = {
  value: (x) => x * Math.tanh(softplus(x)),
  slope: (x) => Math.tanh(softplus(x)) + x * sechSquared(softplus(x)) * sigmoid(x),
};

/** PyTorch's and Keras 3's: relu6(x + 3) / 6. */
const hardSigmoid: Activation = {
  value: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
  slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
};
