import type { TensorValue, Value } from './values.ts';

/** Tensors of the graph in whatever a forward pass returns. */
export function tensorsIn(value: Value, depth = 0): readonly TensorValue[] {
  if (depth > 4) return [];
  switch (value.type) {
    case 'tensor':
      return value.layer === null ? [] : [value];
    case 'tuple':
    case 'list':
      return value.items.flatMap((item) => tensorsIn(item, depth + 1));
    case 'dict':
      return [...value.entries.values()].flatMap((entry) => tensorsIn(entry.value, depth + 1));
    case 'instance':
      return [...value.attributes.values()].flatMap((item) => tensorsIn(item, depth + 1));
    default:
      return [];
  }
}
