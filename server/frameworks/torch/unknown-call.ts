import type { NativeContext } from '../../interpreter/native.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import type { CallArguments, TensorValue, Value } from '../../interpreter/values.ts';
import { applyUnknown, isTracing } from './apply.ts';
import { isShapesOnly } from './trial.ts';

/**
 * A function that no table knows gets tensors of the forward pass: its result depends on them. The shape is taken to stay
 * where the tensor is all that goes in.
 */
export function unknownCall(name: string, arguments_: CallArguments, context: NativeContext): Value | null {
  if (!isTracing(context)) return null;
  const given = [...arguments_.positional, ...arguments_.keyword.values()].map((argument) => argument.value);
  const tensors = given.filter((value) => value.type === 'tensor').filter(isTraced);
  const [first] = tensors;
  if (first === undefined) return null;
  const keepsShape = given.length === 1 && !arguments_.open;
  context.note(
    `${name} is not known${keepsShape ? ': it is taken to keep the shape' : ', nor the shape of what it gives'}`,
  );
  return applyUnknown(name, tensors, keepsShape ? first.shape : null, context);
}

function isTraced(tensor: TensorValue): boolean {
  return isShapesOnly() ? tensor.storage === null : tensor.layer !== null;
}

/** A method that tensors may have but the tables do not know. */
export function unknownMethod(tensor: TensorValue, name: string, context: NativeContext): Value | null {
  if (!isTracing(context) || !isTraced(tensor) || name.startsWith('_')) return null;
  const function_ = nativeFunction(
    `torch.Tensor.${name}`,
    'self, *args, **kwargs',
    ({ raw }, inner) => unknownCall(`.${name}()`, raw, inner) ?? tensor,
  );
  return {
    type: 'bound',
    self: tensor,
    function: { ...function_, function: { ...function_.function, isGuess: true } },
  };
}
