import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import {
  constant,
  identity,
  normal,
  ones,
  uniform,
  uninitialized,
  unknownInitializer,
  zeros,
} from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { dimOf, isNone, itemsOf, numberOf, shapeOf } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { list, type TensorValue, type Value } from '../../interpreter/values.ts';
import { maxNumbers, withNumbers } from './known-numbers.ts';
import { allocate } from './writes.ts';

/* Functions of `torch` that make tensors. */

/** Shape from `zeros(2, 3)`, `zeros((2, 3))`, `zeros(size=(2, 3))`. */
function shapeFrom(given: BoundArguments): Shape | null {
  const size = given.get('size');
  const [first] = given.rest;
  if (given.rest.length === 1 && first !== undefined && itemsOf(first.value) !== null) return shapeOf(first.value);
  if (given.rest.length > 0) return given.rest.map((item) => dimOf(item.value));
  const named = given.keywordRest.get('size') ?? given.keywordRest.get('shape');
  return named === undefined
    ? size.type === 'tuple' && size.items.length === 0 && !given.raw.open
      ? []
      : null
    : shapeOf(named.value);
}

/** Those that only take a size. */
const bySize: Readonly<Record<string, () => Initializer>> = {
  zeros: () => zeros(),
  ones: () => ones(),
  empty: () => uninitialized(),
  rand: () => uniform(0, 1),
  randn: () => normal(0, 1),
};

const likes: Readonly<Record<string, (given: BoundArguments) => Initializer>> = {
  zeros_like: () => zeros(),
  ones_like: () => ones(),
  empty_like: () => uninitialized(),
  rand_like: () => uniform(0, 1),
  randn_like: () => normal(0, 1),
};

const creators: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(
    Object.entries(bySize).map(([name, initializer]) => [
      name,
      nativeFunction(
        `torch.${name}`,
        '*size, out=None, dtype=None, layout=None, device=None, requires_grad=False, generator=None, pin_memory=False, memory_format=None, **others',
        (given, context) => allocate(shapeFrom(given), initializer(), context),
      ),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(likes).map(([name, initializer]) => [
      name,
      nativeFunction(`torch.${name}`, 'input, **options', (given, context) => {
        const model = given.get('input');
        return allocate(model.type === 'tensor' ? model.shape : null, initializer(given), context);
      }),
    ]),
  ),
  full: nativeFunction('torch.full', 'size, fill_value, **options', (given, context) =>
    allocate(shapeOf(given.get('size')), constant(numberOf(given.get('fill_value'))), context),
  ),
  full_like: nativeFunction('torch.full_like', 'input, fill_value, **options', (given, context) => {
    const model = given.get('input');
    return allocate(model.type === 'tensor' ? model.shape : null, constant(numberOf(given.get('fill_value'))), context);
  }),
  normal: nativeFunction('torch.normal', 'mean, std=1.0, size=None, **options', (given, context) => {
    const mean = given.get('mean');
    const shape = shapeOf(given.get('size')) ?? (mean.type === 'tensor' ? mean.shape : null);
    return allocate(shape, normal(numberOf(mean), numberOf(given.get('std'))), context);
  }),
  randint: nativeFunction('torch.randint', 'low, high=None, size=None, **options', (given, context) => {
    // `randint(high, size)` leaves `low` out.
    const [first, second, third] = [given.get('low'), given.get('high'), given.get('size')];
    const short = itemsOf(second) !== null;
    const [low, high, size] = short
      ? [0, numberOf(first), second]
      : isNone(second)
        ? [0, numberOf(first), third]
        : [numberOf(first), numberOf(second), third];
    const drawn = uniform(low, high === null ? null : high);
    // Whole numbers from low to high - 1: variance (n² - 1) / 12.
    const n = low === null || high === null ? null : high - low;
    const exact = n === null ? drawn : { ...drawn, mean: (drawn.mean ?? 0) - 0.5, std: Math.sqrt((n * n - 1) / 12) };
    return allocate(shapeOf(size), exact, context);
  }),
  randperm: nativeFunction('torch.randperm', 'n, **options', (given, context) =>
    allocate([dimOf(given.get('n'))], unknownInitializer(), context),
  ),
  arange: nativeFunction('torch.arange', 'start=0, end=None, step=1, **options', (given, context) => {
    const [start, end] = isNone(given.get('end'))
      ? [0, numberOf(given.get('start'))]
      : [numberOf(given.get('start')), numberOf(given.get('end'))];
    const step = numberOf(given.get('step'));
    if (start === null || end === null || step === null || step === 0) {
      const symbol = isNone(given.get('end')) ? dimOf(given.get('start')) : null;
      return allocate([symbol], unknownInitializer(), context);
    }
    return evenlySpaced(
      start,
      start + step * (Math.max(0, Math.ceil((end - start) / step)) - 1),
      Math.max(0, Math.ceil((end - start) / step)),
      context,
    );
  }),
  linspace: nativeFunction('torch.linspace', 'start, end, steps=100, **options', (given, context) => {
    const [start, end, steps] = [given.get('start'), given.get('end'), given.get('steps')].map(numberOf);
    if (start == null || end == null || steps == null)
      return allocate([dimOf(given.get('steps'))], unknownInitializer(), context);
    return evenlySpaced(start, end, steps, context);
  }),
  eye: nativeFunction('torch.eye', 'n, m=None, **options', (given, context) => {
    const rows = dimOf(given.get('n'));
    const columns = isNone(given.get('m')) ? rows : dimOf(given.get('m'));
    return allocate(
      [rows, columns],
      identity(1, isKnown(rows) ? rows : null, isKnown(columns) ? columns : null),
      context,
    );
  }),
  tensor: nativeFunction('torch.tensor', 'data, **options', (given, context) => fromData(given.get('data'), context)),
  as_tensor: nativeFunction('torch.as_tensor', 'data, **options', (given, context) =>
    fromData(given.get('data'), context),
  ),
  from_numpy: nativeFunction('torch.from_numpy', 'ndarray', (given, context) =>
    fromData(given.get('ndarray'), context),
  ),
  scalar_tensor: nativeFunction('torch.scalar_tensor', 's, **options', (given, context) =>
    fromData(given.get('s'), context),
  ),
};

/** n equally spaced numbers: their spread is that of a discrete uniform distribution. */
function evenlySpaced(first: number, last: number, n: number, context: NativeContext) {
  const step = n > 1 ? (last - first) / (n - 1) : 0;
  const std = Math.abs(step) * Math.sqrt((n * n - 1) / 12);
  const spread: Initializer = { ...uniform(first, last), mean: (first + last) / 2, std: n > 0 ? std : 0 };
  const made = allocate([n], n === 1 ? constant(first) : spread, context);
  return n > maxNumbers
    ? made
    : withNumbers(
        made,
        Array.from({ length: n }, (_, index) => first + step * index),
      );
}

/** Numbers that are written out, or a tensor that is copied. */
export function fromData(data: Value, context: NativeContext): Value {
  if (data.type === 'tensor') return data;
  // An array of NumPy's.
  const listed = data.type === 'instance' ? context.iterate(data) : null;
  if (listed !== null) return fromData(list(listed), context);
  const numbers: number[] = [];
  const shape = collect(data, numbers);
  if (shape === null) return allocate(null, unknownInitializer(), context);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (numbers.length !== size || size === 0) return allocate(shape, unknownInitializer(), context);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / size;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
  if (variance === 0) return remembered(allocate(shape, constant(mean), context), shape, numbers);
  const spread = {
    ...unknownInitializer(),
    mean,
    std: Math.sqrt(variance),
    low: Math.min(...numbers),
    high: Math.max(...numbers),
  };
  return remembered(allocate(shape, spread, context), shape, numbers);
}

function remembered(made: TensorValue, shape: readonly number[], numbers: readonly number[]): TensorValue {
  return shape.length < 2 ? withNumbers(made, numbers) : made;
}

/** The shape of nested lists of numbers; `null` where they are not rectangular, or not known. */
function collect(data: Value, into: number[]): readonly number[] | null {
  const single = numberOf(data);
  if (single !== null) {
    into.push(single);
    return [];
  }
  const items = itemsOf(data);
  if (items === null) return null;
  const shapes = items.map((item) => collect(item, into));
  const [first = []] = shapes;
  if (first === null || !shapes.every((shape) => shape?.join() === first.join())) return null;
  return [items.length, ...first];
}

export const creationFunctions = creators;
