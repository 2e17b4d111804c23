import type { FanMode } from '../graph/initializer.ts';
import { isKnown, type Shape, sizeOf } from '../graph/shape.ts';

/** Connections per output unit and per input unit, as a framework's initializers count them. `null`: not known, or not defined. */
export interface Fans {
  readonly fanIn: number | null;
  readonly fanOut: number | null;
}

const unknownFans: Fans = { fanIn: null, fanOut: null };

/**
 * PyTorch's `_calculate_fan_in_and_fan_out`: [out, in, ...kernel], whatever the layer is (also for transposed
 * convolutions, whose weight is [in, out/groups, ...kernel]). Not defined below two dimensions, where PyTorch raises.
 */
export function torchFans(shape: Shape): Fans {
  if (shape.length < 2) return unknownFans;
  const [first, second] = shape;
  const field = sizeOf(shape.slice(2));
  return { fanIn: times(second, field), fanOut: times(first, field) };
}

/** Keras' `compute_fans`: [...kernel, in, out]; a vector has its size as both. */
export function kerasFans(shape: Shape): Fans {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  return lastTwoFans(shape);
}

/** `jax.nn.initializers.variance_scaling` with its default axes: as Keras, but not defined below two dimensions. */
export function flaxFans(shape: Shape): Fans {
  return shape.length < 2 ? unknownFans : lastTwoFans(shape);
}

/** TensorFlow.js' `computeFans`: as Keras for two to five dimensions, the root of the size for all others. */
export function tfjsFans(shape: Shape): Fans {
  if (shape.length >= 2 && shape.length <= 5) return lastTwoFans(shape);
  const size = sizeOf(shape);
  const root = size === null ? null : Math.sqrt(size);
  return { fanIn: root, fanOut: root };
}

/** The fan that a mode divides by. */
export function fanOf(mode: FanMode, fans: Fans): number | null {
  if (mode === 'fanIn') return fans.fanIn;
  if (mode === 'fanOut') return fans.fanOut;
  return fans.fanIn === null || fans.fanOut === null ? null : (fans.fanIn + fans.fanOut) / 2;
}

function lastTwoFans(shape: Shape): Fans {
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: times(shape[shape.length - 2], field), fanOut: times(shape[shape.length - 1], field) };
}

function times(dim: Shape[number] | undefined, field: number | null): number | null {
  return isKnown(dim) && field !== null ? dim * field : null;
}
