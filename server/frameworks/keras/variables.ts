import { booleanOf, isNone, shapeOf } from '../../interpreter/read.ts';
import { nativeFunction, storage, tensor } from '../../interpreter/table.ts';
import { type NativeValue, none, type TensorValue, type Value } from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { markOurs } from './ours.ts';
import { newWeight, writeInitial } from './weights.ts';

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

/** `keras.Variable(initializer, shape)`: a tensor of values, or an initializer for the shape. */
export function createKerasVariable(dialect: Dialect): NativeValue {
  const fromTensor = createVariable(dialect);
  return nativeFunction(
    'keras.Variable',
    'initializer=None, shape=None, dtype=None, trainable=True, autocast=True, aggregation=None, synchronization=None, name=None, **kwargs',
    (given, context) => {
      const initial = given.get('initializer');
      const trainable = given.get('trainable');
      if (isNone(given.get('shape'))) return context.call(fromTensor, [initial, trainable]);
      const shape = shapeOf(given.get('shape'));
      const role = shape !== null && shape.length >= 2 ? 'weight' : 'other';
      const made = newWeight({ shape, role }, dialect, booleanOf(trainable) ?? true);
      const source = given.given('initializer') ?? initial;
      writeInitial(made, source, dialect, context, 'default of keras.Variable', context.at);
      return made;
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
