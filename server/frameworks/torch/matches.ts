import type { Shape } from '../../../core/graph/shape.ts';
import { tensor } from '../../interpreter/table.ts';
import type { TensorValue } from '../../interpreter/values.ts';

const matches = new WeakSet<TensorValue>();

/** Where a tensor of the forward pass is one certain number: rarely, be it a token of many or a real number. */
export function matchesOf(shape: Shape | null): TensorValue {
  const mask = tensor({ shape });
  matches.add(mask);
  return mask;
}

export function areMatches(mask: TensorValue): boolean {
  return matches.has(mask);
}
