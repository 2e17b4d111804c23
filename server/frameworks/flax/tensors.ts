import type { NativeContext } from '../../interpreter/native.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { number, string, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { applyUnknown } from '../torch/apply.ts';
import { tensorIndex as plainIndex } from '../torch/indexing.ts';
import { permute } from '../torch/rearrange.ts';
import { copyInto } from '../torch/writes.ts';
import { arrayMethods } from './numpy.ts';
import { isOurs, markOurs } from './ours.ts';
import { valueOfShape } from './shapes.ts';

/** Attributes and methods of JAX's arrays; `null` for tensors of other frameworks. */
export function tensorAttribute(value: TensorValue, name: string, context: NativeContext): Value | null {
  if (!isOurs(value)) return null;
  switch (name) {
    case 'shape':
      return valueOfShape(value.shape);
    case 'ndim':
      return value.shape === null ? unknown('rank') : number(value.shape.length);
    case 'size':
      return value.shape?.every((dim) => typeof dim === 'number')
        ? number(value.shape.reduce<number>((product, dim) => product * Number(dim), 1))
        : unknown('size');
    case 'dtype':
      return string('float32');
    case 'T': {
      const rank = value.shape?.length ?? 2;
      return permute(
        value,
        Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
        context,
      );
    }
    case 'mT':
      return context.call(arrayMethods.get('swapaxes') ?? unknown(name), [value, number(-1), number(-2)]);
    case 'at':
      return context.instantiate(updatesClass, [value]);
    // nnx: a parameter is its own value.
    case 'value':
    case 'raw_value':
      return value;
    case 'astype':
    case 'block_until_ready':
    case 'copy':
    case 'get_value':
      return nativeFunction(name, '*args, **kwargs', () => value);
  }
  const method = arrayMethods.get(name);
  if (method === undefined) return null;
  return { type: 'bound', self: value, function: method };
}

/** nnx: `layer.kernel.value = init(key, shape)`. */
export function setTensorAttribute(target: TensorValue, name: string, value: Value, context: NativeContext): boolean {
  if (!isOurs(target)) return false;
  if (name === 'value') copyInto(target, value.type === 'tensor' ? value : null, context);
  return true;
}

export function tensorIndex(value: TensorValue, index: Value, context: NativeContext): Value | null {
  return isOurs(value) ? markOurs(plainIndex(value, index, context)) : null;
}

/** `x.at[index].set(values)`: a copy with other values in some places. */
const updatesClass = nativeClass('jax.numpy.ndarray.at', {
  parameters: 'array',
  construct: (instance, given) => {
    instance.attributes.set('array', given.get('array'));
  },
  methods: {
    __getitem__: method('index', (self) => self),
    ...Object.fromEntries(
      ['set', 'add', 'multiply', 'mul', 'divide', 'min', 'max', 'power', 'apply'].map((name) => [
        name,
        method('*args, **kwargs', (self, _, context) => {
          const array = self.attributes.get('array');
          return array?.type === 'tensor' ? applyUnknown('scatter', [array], array.shape, context) : unknown('update');
        }),
      ]),
    ),
  },
});
