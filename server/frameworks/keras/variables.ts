import { booleanOf } from '../../interpreter/read.ts';
import { nativeFunction, storage, tensor } from '../../interpreter/table.ts';
import { type NativeValue, none, type TensorValue, type Value } from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { markOurs } from './ours.ts';

/** `tf.Variable(initial_value)`: a parameter with the values of the tensor that it is made from. */
export function createVariable(dialect: Dialect): NativeValue {
  return nativeFunction(
    'tf.Variable',
    'initial_value=None, trainable=True, name=None, dtype=None, shape=None, **kwargs',
    (given) => {
      const initial = given.get('initial_value');
      const source = initial.type === 'tensor' ? initial : null;
      const shape = source?.shape ?? (initial.type === 'number' ? [] : null);
      const memory = storage(shape, {
        trainable: booleanOf(given.get('trainable')) ?? true,
        role: shape !== null && shape.length >= 2 ? 'weight' : 'other',
        ...(shape === null ? {} : dialect.fans(shape)),
      });
      memory.writes.push(...(source?.storage?.writes ?? []));
      return markOurs(tensor({ shape, storage: memory, isParameter: true }));
    },
  );
}

/** `variable.assign(value)`: the values of another tensor, or none that are known. */
export function assignTo(variable: TensorValue, value: Value): Value {
  const { storage: memory } = variable;
  if (memory === null) return none;
  const source = value.type === 'tensor' && value.storage?.overwrittenByUnknown === false ? value.storage : null;
  const write = source?.writes.at(-1);
  if (write === undefined) memory.overwrittenByUnknown = true;
  else {
    memory.overwrittenByUnknown = false;
    memory.writes.push({ ...write, origin: 'explicit' });
  }
  return variable;
}
