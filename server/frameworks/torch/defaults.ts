import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { torchFans } from '../../../core/initializers/fans.ts';
import { uniform, varianceScaling } from '../../../core/initializers/make.ts';

/* The distributions that PyTorch's `reset_parameters` methods draw from, where they are not plain ones. */

/** `kaiming_uniform_(weight, a=√5)`: U(±1/√fan_in), a gain of 1/√3. Linear and convolutions. */
export function defaultWeight(shape: Shape | null): Initializer {
  const scaling = { scale: 1 / 3, mode: 'fanIn' } as const;
  return { ...varianceScaling(scaling, 'uniform', torchFans(shape ?? [])), scheme: 'default' };
}

/** U(±1/√n): biases (n: fan_in of the weight), recurrent layers (n: hidden size), bilinear layers (n: first input). */
export function defaultBound(n: number | null): Initializer {
  const bound = n === null || n <= 0 ? null : 1 / Math.sqrt(n);
  const drawn = uniform(bound === null ? null : -bound, bound);
  return { ...drawn, mean: 0, scheme: 'default' };
}
