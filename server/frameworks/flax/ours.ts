import type { TensorValue, Value } from '../../interpreter/values.ts';

/*
 * JAX's arrays share the steps of PyTorch's tensors, and most of their methods' names, with other arguments. While a model of
 * Flax is traced all tensors are JAX's; before that, those that were made by JAX's functions.
 */
const ours = new WeakSet<TensorValue>();
let traces = 0;

export function markOurs<T extends Value>(value: T): T {
  if (value.type === 'tensor') ours.add(value);
  return value;
}

export function isOurs(tensor: TensorValue): boolean {
  return traces > 0 || ours.has(tensor);
}

export function whileTracing<T>(body: () => T): T {
  traces++;
  try {
    return body();
  } finally {
    traces--;
  }
}
