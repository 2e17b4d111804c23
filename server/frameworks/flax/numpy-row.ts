import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import type { NativeValue, TensorValue, Value } from '../../interpreter/values.ts';
import { onTensor } from '../torch/apply.ts';
import { markOurs } from './ours.ts';

/** A function of `jax.numpy`. */
export interface Row {
  readonly names: string;
  readonly parameters: string;
  readonly run: (given: BoundArguments, context: NativeContext) => Value;
  /** It is a method of arrays too, without the first parameter. */
  readonly isMethod?: boolean;
}

/** A step whose first argument is an array. */
type OnArray = (input: TensorValue, given: BoundArguments, context: NativeContext) => Value;

export function onArray(parameter: string, run: OnArray): Row['run'] {
  return (given, context) => onTensor(given.get(parameter), context, (input) => run(input, given, context));
}

export function row(names: string, parameters: string, run: OnArray): Row {
  return { names, parameters, isMethod: true, run: onArray(parameters.split(/[,=]/)[0] ?? 'a', run) };
}

export function functionsOf({ names, parameters, run }: Row): readonly (readonly [string, NativeValue])[] {
  return names
    .split(' ')
    .map((name) => [
      name,
      nativeFunction(`jax.numpy.${name}`, parameters, (given, context) => markOurs(run(given, context))),
    ]);
}
