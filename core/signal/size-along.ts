import { dualOf } from './dual.ts';
import { channelsOf, type Field, merge } from './field.ts';
import { atZero } from './kernel.ts';
import type { Growth } from './loss.ts';
import type { Site } from './site.ts';

/*
 * A network whose signal came out large at a layer by chance has larger logits too, and with them a larger gradient: the two factors of a
 * weight's gradient are not independent.
 */

/** By input, how far the output's second moment follows the input's: d log of the one over d log of the other. */
export function sizeThrough(site: Site, inputs: readonly Field[], output: Field): readonly number[] {
  const { op } = site;
  const whole = secondOf(output);
  switch (op.kind) {
    case 'dense':
    case 'conv': {
      const bias = site.moments('bias');
      return inputs.map(() => (whole <= 0 ? 0 : Math.max(1 - (bias?.second ?? 0) / whole, 0)));
    }
    case 'activation':
      return inputs.map((input) => {
        const { mean, total } = merge(input);
        return dualOf(op.fn, op.parameter, mean, Math.max(atZero(total) - mean * mean, 0)).onScale.value;
      });
    case 'add':
    case 'concat': {
      const parts = inputs.map((input) => secondOf(input) * (op.kind === 'concat' ? (channelsOf(input) ?? 0) : 1));
      const sum = parts.reduce((a, b) => a + b, 0);
      return parts.map((part) => (sum <= 0 ? 0 : part / sum));
    }
    case 'maxPool':
    case 'averagePool':
    case 'adaptiveAveragePool':
    case 'adaptiveMaxPool':
    case 'upsample':
    case 'flatten':
    case 'reshape':
    case 'permute':
    case 'dropout':
    case 'reduce':
    case 'scale':
      return inputs.map((_, i) => (i === 0 ? 1 : 0));
    default:
      return inputs.map(() => 0);
  }
}

function secondOf(field: Field): number {
  return atZero(merge(field).total);
}

/** Factor on the two parts of the mean square of a weight's gradient: `follows` is how far the loss's output follows what is read. */
export function growthOfWeight(growth: Growth, input: Field, follows: number): { total: number; shared: number } {
  const { magnitude } = merge(input);
  if (magnitude === undefined || follows === 0) return { total: 1, shared: 1 };
  const { own, apart } = magnitude();
  return {
    total: growth.total(follows * atZero(own)),
    shared: growth.shared(follows * (atZero(own) - atZero(apart))),
  };
}
