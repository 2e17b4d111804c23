import type { NativeContext } from '../../interpreter/native.ts';
import type { CallArguments, Value } from '../../interpreter/values.ts';
import { createEmitter } from './emitter.ts';
import { isOurs } from './ours.ts';
import { callSymbolically, isSymbolic, tensorsOf } from './symbolic.ts';

/**
 * A function that no table knows gets tensors of a model: its result depends on them, and nothing is known of its shape.
 * `null` where no tensor of ours that belongs to a model goes in.
 */
export function unknownCall(name: string, arguments_: CallArguments, context: NativeContext): Value | null {
  const { isTracing } = context.graph;
  const belongs = tensorsOf(arguments_).some(
    (tensor) => isOurs(tensor) && (isTracing ? tensor.layer !== null : isSymbolic(tensor)),
  );
  if (!belongs) return null;
  return callSymbolically(arguments_, null, context, (given) =>
    createEmitter(context).add({
      op: { kind: 'unknown', name },
      inputs: tensorsOf(given),
      name: name.slice(name.lastIndexOf('.') + 1),
      shape: null,
    }),
  );
}
