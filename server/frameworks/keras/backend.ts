import { nativeFunction } from '../../interpreter/table.ts';
import { boolean, number, string, unknown, type Value } from '../../interpreter/values.ts';
import { tensorFunctions } from './functions.ts';

/** `keras.config` and the old `keras.backend`: settings as they are where nobody has changed them. */
const settings: Readonly<Record<string, Value>> = {
  image_data_format: string('channels_last'),
  floatx: string('float32'),
  epsilon: number(1e-7),
};

export const configMembers: Readonly<Record<string, Value>> = Object.fromEntries(
  Object.entries(settings).map(([name, value]) => [name, nativeFunction(`keras.config.${name}`, '', () => value)]),
);

export const backendMembers: Readonly<Record<string, Value>> = {
  ...tensorFunctions,
  ...configMembers,
  int_shape: tensorFunctions.shape ?? unknown(),
  is_keras_tensor: nativeFunction('keras.backend.is_keras_tensor', 'x', (given) => {
    const { type } = given.get('x');
    return type === 'unknown' ? unknown('tensor') : boolean(type === 'tensor');
  }),
};

/** Decorators that give back what they decorate; with arguments, such a decorator. */
export function passing(name: string): Value {
  const decorate = nativeFunction(name, 'decorated', (given) => given.get('decorated'));
  return nativeFunction(name, '*args, **kwargs', (given) => {
    const [first] = given.raw.positional;
    const isDecorated = first !== undefined && given.raw.keyword.size === 0 && first.value.type !== 'string';
    return isDecorated && (first.value.type === 'class' || first.value.type === 'function') ? first.value : decorate;
  });
}
