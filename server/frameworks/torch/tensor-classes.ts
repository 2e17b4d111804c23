import { torchFans } from '../../../core/initializers/fans.ts';
import { uninitialized, unknownInitializer } from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, dimOf, itemsOf } from '../../interpreter/read.ts';
import { nativeClass, storage, tensor } from '../../interpreter/table.ts';
import type { ClassValue, TensorValue, Value } from '../../interpreter/values.ts';
import { fromData } from './create.ts';
import { keepNumbers } from './known-numbers.ts';
import { isView } from './views.ts';
import { allocate, derived } from './writes.ts';

/* `torch.Tensor`, its typed constructors, and `nn.Parameter`. */

/** Makes a parameter of a tensor, on the same memory; a view or a part gets its own. */
export function parameterOf(data: Value, trainable: boolean, context: NativeContext): TensorValue {
  const source = data.type === 'tensor' ? data : tensor();
  const sharesMemory = source.storage !== null && !source.isPart && !isView(source);
  const own = sharesMemory ? source : derived(source, context);
  const memory = own.storage ?? unknownMemory(source);
  context.touch(memory);
  memory.trainable = trainable;
  const made = { ...own, storage: memory, layer: null, isParameter: true, isPart: false };
  if (own.storage === null) {
    context.write(made, { initializer: unknownInitializer(), by: context.calleeText, callee: context.calleeText });
  }
  return made;
}

function unknownMemory({ shape }: TensorValue) {
  return storage(shape, torchFans(shape ?? []));
}

/** `torch.Tensor(2, 3)` is memory that nobody wrote; `torch.Tensor([1, 2])` holds what it is given. */
function convert(given: BoundArguments, context: NativeContext): Value {
  const [first] = given.rest;
  if (
    given.rest.length === 1 &&
    first !== undefined &&
    (itemsOf(first.value) !== null || first.value.type === 'tensor' || first.value.type === 'instance')
  ) {
    return fromData(first.value, context);
  }
  return allocate(given.raw.open ? null : given.rest.map((item) => dimOf(item.value)), uninitialized(), context);
}

const tensorClass: ClassValue = nativeClass('torch.Tensor', { parameters: '*args, **kwargs', convert });

const typed = ['FloatTensor', 'DoubleTensor', 'HalfTensor', 'BFloat16Tensor', 'LongTensor', 'IntTensor', 'BoolTensor'];

export const tensorClasses: Readonly<Record<string, ClassValue>> = {
  Tensor: tensorClass,
  ...Object.fromEntries(
    typed.map((name) => [
      name,
      nativeClass(`torch.${name}`, { bases: [tensorClass], parameters: '*args, **kwargs', convert }),
    ]),
  ),
};

const bufferTensors = new WeakSet<TensorValue>();

/** Made by `nn.Buffer`: becomes a buffer where it is assigned to a module. */
export function isBuffer(value: TensorValue): boolean {
  return bufferTensors.has(value);
}

export const bufferClass: ClassValue = nativeClass('torch.nn.Buffer', {
  bases: [tensorClass],
  parameters: 'data=None, *, persistent=True',
  convert: (given) => {
    const data = given.get('data');
    if (data.type !== 'tensor') return data;
    const made = keepNumbers(data, { ...data, isParameter: false });
    bufferTensors.add(made);
    return made;
  },
});

export const parameterClass: ClassValue = nativeClass('torch.nn.Parameter', {
  bases: [tensorClass],
  parameters: 'data=None, requires_grad=True',
  convert: (given, context) => parameterOf(given.get('data'), booleanOf(given.get('requires_grad')) ?? true, context),
});
