import type { BoundArguments } from '../../interpreter/native.ts';
import { itemsOf, numberOf } from '../../interpreter/read.ts';
import { type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import type { Emitter } from './emitter.ts';

/** A function of tensors, by all its names. */
export interface Row {
  readonly names: string;
  readonly parameters: string;
  readonly run: (given: BoundArguments, emit: Emitter) => Value;
}

/** Functions with one tensor first; a call with something else is unknown. */
export function onInput(run: (input: TensorValue, given: BoundArguments, emit: Emitter) => Value): Row['run'] {
  return (given, emit) => {
    const input = given.raw.positional[0]?.value ?? [...given.raw.keyword.values()][0]?.value;
    return input?.type === 'tensor' ? run(input, given, emit) : unknown('result for something that is no tensor');
  };
}

export function axesOf(value: Value): number[] | null {
  const items = (itemsOf(value) ?? [value]).map(numberOf);
  return items.every((item) => item !== null) ? items : null;
}
