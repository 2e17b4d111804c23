import { removed } from '../../../core/signal/written-attention.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import { numbersIn, productOf, sizesOf } from './known-numbers.ts';
import { constantTensor } from './moved-numbers.ts';
import { constantIn } from './writes.ts';

/**
 * What a mask of scores [..., queries, tokens] does, as numbers that are added (0 and far below) or as truths (which to keep).
 * `learned`: it is computed or trained, and no mask alone. Memory whose numbers are not known is taken for the future's: what else
 * is written by code that knows no input.
 */
export function maskOf(mask: TensorValue): 'none' | 'causal' | 'other' | 'learned' {
  if (mask.layer !== null || mask.isParameter) return 'learned';
  if (constantIn(mask) !== null) return 'none';
  const numbers = numbersIn(mask);
  const [sizes, tokens] = [sizesOf(mask.shape), mask.shape?.at(-1)];
  if (numbers === null || sizes === null) return 'causal';
  const kept = keptOf(numbers);
  if (kept === null) return 'other';
  if (kept.every((one) => one)) return 'none';
  if (typeof tokens !== 'number' || mask.shape?.at(-2) !== tokens) return 'other';
  const isCausal = kept.every((one, index) => {
    const [query, token] = [Math.floor(index / tokens) % tokens, index % tokens];
    return one === token <= query;
  });
  return isCausal && numbers.length === productOf(sizes) ? 'causal' : 'other';
}

/** The mask as it is added to scores. */
export function addedMask(mask: TensorValue, context: NativeContext): TensorValue {
  const numbers = mask.layer === null ? numbersIn(mask) : null;
  const areTruths = numbers?.every((one) => one === 0 || one === 1) === true;
  if (numbers === null || !areTruths) return mask;
  return constantTensor(
    mask.shape,
    numbers.map((one) => (one === 1 ? 0 : -1e9)),
    context,
  );
}

/** Which pairs are kept; `null` where something is added to their scores as well. */
function keptOf(numbers: readonly number[]): readonly boolean[] | null {
  if (numbers.every((one) => one === 0 || one <= removed)) return numbers.map((one) => one === 0);
  return numbers.every((one) => one === 0 || one === 1) ? numbers.map((one) => one === 1) : null;
}
