import type { NativeContext } from '../../interpreter/native.ts';
import { type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { functionByName } from '../torch/namespaces.ts';
import { markOurs } from './ours.ts';

/** A step on arrays by the name that PyTorch's table knows it under. */
export function step(
  name: string,
  operands: readonly Value[],
  context: NativeContext,
  options: Readonly<Record<string, Value>> = {},
): Value {
  const function_ = functionByName(name);
  if (function_ === null) return unknown(name);
  return markOurs(context.call(function_, operands, new Map(Object.entries(options))));
}

export function tensorIn(value: Value | undefined): TensorValue | null {
  return value?.type === 'tensor' ? value : null;
}
