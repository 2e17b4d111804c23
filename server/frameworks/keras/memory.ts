import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { constant, scaled, unknownInitializer } from '../../../core/initializers/make.ts';
import { productOf, sumOf } from '../../../core/initializers/transform.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { numberOf } from '../../interpreter/read.ts';
import { storage, tensor } from '../../interpreter/table.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { markOurs } from './ours.ts';

/* Tensors whose values are being made, before a variable holds them: `tf.random.normal(shape) * 0.01`. */

export function allocate(shape: Shape | null, initializer: Initializer | null, context: NativeContext): TensorValue {
  const made = markOurs(tensor({ shape, storage: storage(shape) }));
  if (initializer !== null) context.write(made, { initializer, by: context.calleeText });
  return made;
}

/** It has values, but is no variable and no part of a forward pass. */
function isMemory(value: Value | undefined): value is TensorValue {
  return value?.type === 'tensor' && value.storage !== null && value.layer === null && !value.isParameter;
}

/** What a tensor's memory holds, or what a number is. */
export function contentsOf(value: Value): Initializer {
  const number = numberOf(value);
  if (number !== null) return constant(number);
  const memory = value.type === 'tensor' ? value.storage : null;
  const last = memory?.writes.at(-1);
  const isKnown = memory?.overwrittenByUnknown === false && last !== undefined && last.partial !== true;
  return isKnown ? last.initializer : unknownInitializer();
}

/** Arithmetic on memory; `null` where it is something else. */
export function operateOnMemory(
  operator: string,
  left: Value,
  right: Value,
  shape: Shape | null,
  context: NativeContext,
): TensorValue | null {
  const isPlain = (value: Value) => isMemory(value) || numberOf(value) !== null;
  if (!(isMemory(left) || isMemory(right)) || !isPlain(left) || !isPlain(right)) return null;
  return allocate(shape, resultOf(operator, contentsOf(left), contentsOf(right)), context);
}

function resultOf(operator: string, a: Initializer, b: Initializer): Initializer {
  switch (operator) {
    case '+':
      return sumOf(a, b);
    case '-':
      return sumOf(a, scaled(b, -1));
    case '*':
      return productOf(a, b);
    case '/':
      return b.std === 0 && b.mean !== null && b.mean !== 0 ? scaled(a, 1 / b.mean) : unknownInitializer();
    default:
      return unknownInitializer();
  }
}
