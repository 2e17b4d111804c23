import type { TensorValue } from '../../interpreter/values.ts';

/*
 * The evaluator asks one framework after the other what an operator does to a tensor. Those that come from here are known by
 * this set, so that no other framework's tensors are answered for.
 */
const ours = new WeakSet<TensorValue>();

export function markOurs<T extends TensorValue>(tensor: T): T {
  ours.add(tensor);
  return tensor;
}

export function isOurs(tensor: TensorValue): boolean {
  return ours.has(tensor);
}
