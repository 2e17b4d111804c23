import type { Shape } from '../../../core/graph/shape.ts';
import { constant, ones, uninitialized, zeros } from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, dimOf, itemsOf, numberOf, shapeOf, valueOfShape } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { boolean, none, number, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { applyUnknown, isTracing } from './apply.ts';
import { partsOf } from './complex.ts';
import { fromData } from './create.ts';
import { cpu } from './devices.ts';
import { functionByName } from './namespaces.ts';
import { formatOf } from './number-formats.ts';
import { permute, transpose } from './rearrange.ts';
import { tensorClasses } from './tensor-classes.ts';
import { unknownMethod } from './unknown-call.ts';
import { detached } from './views.ts';
import { allocate, copyInto } from './writes.ts';

/** Attributes and methods of a tensor. */
export function tensorAttribute(tensor: TensorValue, name: string, context: NativeContext): Value | null {
  switch (name) {
    case 'shape':
      return valueOfShape(tensor.shape);
    case 'ndim':
      return tensor.shape === null ? unknown('rank') : number(tensor.shape.length);
    case 'data':
      return detached(tensor);
    case 'requires_grad':
      return boolean(tensor.storage?.trainable ?? true);
    case 'is_leaf':
      return boolean(tensor.layer === null);
    case 'is_cuda':
    case 'is_quantized':
    case 'is_sparse':
    case 'is_nested':
      return boolean(false);
    case '__class__':
      return tensorClasses.Tensor ?? null;
    case 'grad':
    case 'grad_fn':
      return none;
    case 'T':
    case 'mT':
    case 'H':
      return transposed(tensor, name, context);
    case 'real':
    case 'imag': {
      const parts = partsOf(tensor);
      if (parts !== null) return name === 'real' ? parts.real : parts.imaginary;
      return isTracing(context) ? applyUnknown(name, [tensor], tensor.shape, context) : tensor;
    }
    case 'device':
      return cpu;
    case 'dtype':
      return formatOf(tensor);
    case 'layout':
      return unknown(name);
  }
  const function_ = creators[name] ?? functionByName(inPlaceOperators[name] ?? name);
  return function_ === null
    ? unknownMethod(tensor, name, context)
    : { type: 'bound', self: tensor, function: function_ };
}

/** `w *= 2` changes the tensor that `w` stands for. */
const inPlaceOperators: Readonly<Record<string, string>> = {
  __iadd__: 'add_',
  __isub__: 'sub_',
  __imul__: 'mul_',
  __itruediv__: 'div_',
};

/** `.T` reverses all axes, `.mT` swaps the last two. */
function transposed(tensor: TensorValue, name: string, context: NativeContext): Value {
  const rank = tensor.shape?.length;
  if (rank === undefined || name !== 'T' || rank === 2) return transpose(tensor, -2, -1, context);
  return permute(
    tensor,
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
    context,
  );
}

/** `p.data = …` copies what the other tensor holds; `p.requires_grad = False` freezes. */
export function setTensorAttribute(tensor: TensorValue, name: string, value: Value, context: NativeContext): boolean {
  const { storage } = tensor;
  if (name === 'data') {
    copyInto(tensor, value.type === 'tensor' ? value : null, context);
    return true;
  }
  if (name === 'requires_grad' && storage !== null) {
    context.touch(storage);
    storage.trainable = booleanOf(value) ?? storage.trainable;
    return true;
  }
  return true;
}

/** `x.new_zeros(2, 3)`: memory of its own, by a method. */
const creators: Readonly<Record<string, ReturnType<typeof nativeFunction>>> = {
  new_zeros: creator('new_zeros', () => zeros()),
  new_ones: creator('new_ones', () => ones()),
  new_empty: creator('new_empty', () => uninitialized()),
  new: creator('new', () => uninitialized()),
  new_full: nativeFunction('torch.Tensor.new_full', 'self, size, fill_value, **options', (given, context) =>
    allocate(shapeOf(given.get('size')), constant(numberOf(given.get('fill_value'))), context),
  ),
  new_tensor: nativeFunction('torch.Tensor.new_tensor', 'self, data, **options', (given, context) =>
    fromData(given.get('data'), context),
  ),
};

function creator(name: string, make: () => ReturnType<typeof zeros>) {
  return nativeFunction(`torch.Tensor.${name}`, 'self, *size, **options', (given, context) =>
    allocate(sizeFrom(given), make(), context),
  );
}

function sizeFrom(given: BoundArguments): Shape | null {
  const [first] = given.rest;
  if (given.raw.open) return null;
  if (given.rest.length === 1 && first !== undefined && itemsOf(first.value) !== null) return shapeOf(first.value);
  return given.rest.map((item) => dimOf(item.value));
}
