import type { ActivationName } from '../graph/op.ts';
import { activationOf, negativeSlope } from '../maths/activation.ts';
import { gaussianMean } from '../maths/quadrature.ts';

/** Names that `torch.nn.init.calculate_gain` takes; it raises on every other. */
export const torchNonlinearities = [
  'linear',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'sigmoid',
  'tanh',
  'relu',
  'leaky_relu',
  'selu',
] as const;
type TorchNonlinearity = (typeof torchNonlinearities)[number];

export function isTorchNonlinearity(name: string): name is TorchNonlinearity {
  return (torchNonlinearities as readonly string[]).includes(name);
}

/** `torch.nn.init.calculate_gain`, number by number; `parameter` is the slope of `leaky_relu` (0.01 where not given). */
export function calculateGain(nonlinearity: TorchNonlinearity, parameter?: number): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (parameter ?? 0.01) ** 2));
    case 'selu':
      return 3 / 4;
    default:
      return 1;
  }
}

/**
 * The gain that keeps the second moment: 1 / sqrt(E f(z)^2) for standard-normal z (He et al. 2015, section 2.2, for any f).
 * ReLU: sqrt 2; SELU: 1; GELU: 1.53; tanh: 1.59.
 */
export function criticalGain(fn: ActivationName, parameter?: number): number {
  const slope = negativeSlope(fn, parameter);
  if (slope !== null) return Math.sqrt(2 / (1 + slope * slope));
  const key = `${fn} ${parameter}`;
  let gain = integrated.get(key);
  if (gain === undefined) {
    const f = activationOf(fn, parameter);
    gain = 1 / Math.sqrt(gaussianMean((z) => f.value(z) ** 2));
    integrated.set(key, gain);
  }
  return gain;
}

/** Asked for every layer of every model. */
const integrated = new Map<string, number>();

/** The gain that He's rule gives a layer before this activation: PyTorch's number where it has one, else the critical one. */
export function heGain(fn: ActivationName, parameter?: number): number {
  if (fn === 'tanh') return calculateGain('tanh');
  return fn === 'sigmoid' || fn === 'identity' ? 1 : criticalGain(fn, parameter);
}
