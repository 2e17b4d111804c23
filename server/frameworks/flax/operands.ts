import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { signature } from '../../interpreter/signature.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import { applyUnknown, isTracing } from '../torch/apply.ts';
import type { LayerRow } from './layer-row.ts';

export interface Operands {
  /** By place in the row's list; `null` where the call leaves one out. */
  readonly all: readonly (TensorValue | null)[];
  readonly given: readonly [TensorValue, ...TensorValue[]];
}

/** The arrays that a layer is called with; `null` where not even the first one is there. */
export function operandsOf(row: LayerRow, given: BoundArguments, context: NativeContext): Operands | null {
  const names = row.operands ?? [signature(row.call ?? 'inputs').parameters[0]?.name ?? 'inputs'];
  const all = names.map((name, index) => {
    const value = given.get(name);
    if (value.type === 'tensor') return value;
    // What comes out of code that could not be followed goes on as an array.
    const isFirst = index === 0 && value.type === 'unknown' && given.given(name) !== null;
    return isFirst && isTracing(context) ? applyUnknown('value', [], null, context) : null;
  });
  const [first, ...others] = all;
  if (first == null) return null;
  return { all, given: [first, ...others.flatMap((other) => other ?? [])] };
}
