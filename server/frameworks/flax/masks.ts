import type { Shape } from '../../../core/graph/shape.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { type NativeValue, none, type TensorValue, type Value } from '../../interpreter/values.ts';
import { allocate } from '../torch/writes.ts';
import { markOurs } from './ours.ts';

/* Attention masks: of their values only matters whether a query may see later keys. */

const causal = new WeakSet<TensorValue>();

export function isCausal(mask: Value): boolean {
  return mask.type === 'tensor' && causal.has(mask);
}

function maskOf(shape: Shape | null, context: NativeContext): TensorValue {
  return markOurs(allocate(shape, unknownInitializer(), context));
}

export const maskFunctions: Readonly<Record<string, NativeValue>> = {
  make_causal_mask: nativeFunction(
    'flax.linen.make_causal_mask',
    'x, extra_batch_dims=0, dtype=None',
    (given, context) => {
      const x = given.get('x');
      const shape = x.type === 'tensor' ? x.shape : null;
      const length = shape?.at(-1) ?? null;
      const mask = maskOf(shape === null ? null : [...shape.slice(0, -1), 1, length, length], context);
      causal.add(mask);
      return mask;
    },
  ),
  make_attention_mask: nativeFunction(
    'flax.linen.make_attention_mask',
    'query_input, key_input, pairwise_fn=None, extra_batch_dims=0, dtype=None',
    (given, context) => {
      const [query, key] = [given.get('query_input'), given.get('key_input')];
      if (query.type !== 'tensor' || key.type !== 'tensor' || query.shape === null) return maskOf(null, context);
      return maskOf([...query.shape.slice(0, -1), 1, query.shape.at(-1) ?? null, key.shape?.at(-1) ?? null], context);
    },
  ),
  combine_masks: nativeFunction('flax.linen.combine_masks', '*masks, dtype=None', (given, context) => {
    const masks = given.rest.flatMap(({ value }) => (value.type === 'tensor' ? [value] : []));
    const [first] = masks;
    if (first === undefined) return none;
    const made = maskOf(first.shape, context);
    if (masks.some((mask) => causal.has(mask))) causal.add(made);
    return made;
  }),
};
