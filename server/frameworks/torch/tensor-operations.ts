import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Dim, Shape } from '../../../core/graph/shape.ts';
import { constant, unknownInitializer } from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import {
  booleanOf,
  dimOf,
  isNone,
  itemsOf,
  numberOf,
  shapeOf,
  valueOfShape,
  valueOfSize,
} from '../../interpreter/read.ts';
import { tensor } from '../../interpreter/table.ts';
import { list, number, type TensorValue, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown } from './apply.ts';
import { keepNumbers, mapNumbers, maxNumbers, numbersIn, withNumbers } from './known-numbers.ts';
import { isMemory } from './memory.ts';
import type { Operation, Operations } from './op-row.ts';
import {
  chunk,
  concat,
  expand,
  flatten,
  permute,
  repeat,
  repeatEach,
  reshape,
  select,
  split,
  splitAt,
  squeeze,
  stack,
  transpose,
  unsqueeze,
} from './rearrange.ts';
import { watchSpread } from './weight-standardization.ts';
import { allocate, constantIn, derived, onlyNumber } from './writes.ts';

/* Functions and methods that look at a tensor's shape or move its elements. */

/** Sizes from `view(2, 3)`, `view((2, 3))`, `view(x.shape)`. */
function sizes(given: BoundArguments): readonly Dim[] {
  const [first] = given.rest;
  const items = given.rest.length === 1 && first !== undefined ? itemsOf(first.value) : null;
  const named = given.keywordRest.get('size') ?? given.keywordRest.get('shape') ?? given.keywordRest.get('dims');
  const all =
    items ?? (named === undefined ? given.rest.map((item) => item.value) : (itemsOf(named.value) ?? [named.value]));
  return all.map(dimOf);
}

const axisOf = (given: BoundArguments, name: string, fallback = 0) => numberOf(given.get(name)) ?? fallback;

const same: Operation = { parameters: '*args, **kwargs', run: (input) => input };

/** Methods that give the same values again. */
const sameNames = [
  'contiguous',
  'to',
  'cuda',
  'cpu',
  'float',
  'double',
  'half',
  'bfloat16',
  'type',
  'type_as',
  'retain_grad',
  'pin_memory',
  'as_subclass',
  'share_memory_',
  'dequantize',
  'conj',
  'resolve_conj',
];

function asTensors(value: Value, context: NativeContext): readonly TensorValue[] | null {
  const items = context.iterate(value);
  if (items === null || items.length === 0) return null;
  const tensors = items.filter((item) => item.type === 'tensor');
  return tensors.length === items.length ? tensors : null;
}

function parts(values: readonly TensorValue[] | null): Value {
  return values === null ? unknown('sections of an unknown axis') : tuple(values);
}

/** Reductions: over one axis, several or all. */
function reduction(fn: 'mean' | 'sum' | 'max'): Operation['run'] {
  return (input, given, context) => {
    const axes = axesOf(given.get('dim'), input.shape);
    const keepDims = booleanOf(given.get('keepdim')) ?? false;
    if (axes === null) return applyUnknown(fn, [input], null, context);
    return apply({ op: { kind: 'reduce', fn, axes, keepDims }, inputs: [input], name: fn }, context);
  };
}

function axesOf(dim: Value, shape: Shape | null): readonly number[] | null {
  const single = numberOf(dim);
  if (single !== null) return [single];
  if (isNone(dim)) return shape === null ? null : shape.map((_, axis) => axis);
  const items = itemsOf(dim)?.map(numberOf);
  return items?.every((axis) => axis !== null) ? items : null;
}

/** Reductions that no op does; the shape is known all the same. */
export function unknownReduction(name: string): Operation {
  return {
    parameters: 'dim=None, keepdim=False, **options',
    run: (input, given, context) => {
      const axes = axesOf(given.get('dim'), input.shape);
      const keepDims = booleanOf(given.get('keepdim')) ?? false;
      const shape = axes === null ? null : inferShape({ kind: 'reduce', fn: 'mean', axes, keepDims }, [input.shape]);
      return applyUnknown(name, [input], shape, context);
    },
  };
}

/** Variance or standard deviation; its second argument by place is the axis or, in old code, whether n - 1 divides. */
function spread(name: string, kind: 'variance' | 'deviation'): Operation {
  const { run } = unknownReduction(name);
  return {
    parameters: 'dim=None, unbiased=True, keepdim=False, *, correction=None, **options',
    run: (input, given, context) => {
      const made = run(input, given, context);
      const unbiased = numberOf(given.get('correction')) !== 0 && booleanOf(given.get('unbiased')) !== false;
      if (made.type === 'tensor') watchSpread(kind, unbiased, input, made);
      return made;
    },
  };
}

function withMean({ parameters, run }: Operation): Operation {
  return {
    parameters,
    run: (input, given, context) => tuple([run(input, given, context), reduction('mean')(input, given, context)]),
  };
}

/** Without an axis the extreme of everything; with one also where it is; with a tensor, element by element. */
const maximum: Operation = {
  parameters: 'dim=None, keepdim=False',
  run: (input, given, context) => {
    const dim = given.get('dim');
    if (dim.type === 'tensor') {
      return applyUnknown('maximum', [input, dim], inferShape({ kind: 'add' }, [input.shape, dim.shape]), context);
    }
    const values = reduction('max')(input, given, context);
    return isNone(dim) ? values : withIndices(values);
  },
};

const minimum: Operation = {
  parameters: 'dim=None, keepdim=False',
  run: (input, given, context) => {
    const values = unknownReduction('min').run(input, given, context);
    return isNone(given.get('dim')) ? values : withIndices(values);
  },
};

function withIndices(values: Value): Value {
  const indices = tensor({ shape: values.type === 'tensor' ? values.shape : null });
  return { type: 'tuple', items: [values, indices], names: ['values', 'indices'] };
}

export const shapeOperations: Operations = {
  ...Object.fromEntries(sameNames.map((name) => [name, same])),
  clone: {
    parameters: 'memory_format=None',
    run: (input, _, context) => (isMemory(input, context) ? derived(input, context) : input),
  },
  detach: { parameters: '', run: (input) => keepNumbers(input, { ...input, isParameter: false }) },
  detach_: same,
  requires_grad_: {
    parameters: 'requires_grad=True',
    run: (input, given, context) => {
      const trainable = booleanOf(given.get('requires_grad'));
      if (input.storage === null || trainable === null) return input;
      context.touch(input.storage);
      input.storage.trainable = trainable;
      return input;
    },
  },

  size: {
    parameters: 'dim=None',
    run: (input, given) => {
      const dim = given.get('dim');
      if (isNone(dim)) return valueOfShape(input.shape);
      const axis = numberOf(dim);
      return axis === null || input.shape === null ? unknown('size') : valueOfSize(input.shape.at(axis) ?? null);
    },
  },
  ...Object.fromEntries(
    ['dim', 'ndimension'].map((name) => [
      name,
      {
        parameters: '',
        run: (input) => (input.shape === null ? unknown('rank') : number(input.shape.length)),
      } satisfies Operation,
    ]),
  ),
  ...Object.fromEntries(
    ['numel', 'nelement'].map((name) => [name, { parameters: '', run: countElements } satisfies Operation]),
  ),
  item: { parameters: '', run: itemOf },
  tolist: {
    parameters: '',
    run: (input) => {
      const numbers = numbersIn(input) ?? sameNumbers(input);
      return numbers === null || input.shape?.length !== 1 ? itemOf(input) : list(numbers.map((item) => number(item)));
    },
  },
  ...Object.fromEntries(
    ['int', 'long'].map((name) => [
      name,
      {
        parameters: '',
        run: (input, _, context) =>
          isMemory(input, context) ? mapNumbers(derived(input, context), [input], (x = 0) => Math.trunc(x)) : input,
      } satisfies Operation,
    ]),
  ),
  prod: ofNumbers(unknownReduction('prod'), (numbers) => numbers.reduce((result, item) => result * item, 1)),
  unique: {
    parameters: 'sorted=True, return_inverse=False, return_counts=False, dim=None',
    run: (input, given, context) => {
      const numbers = numbersIn(input);
      if (numbers === null || !isMemory(input, context)) return applyUnknown('unique', [input], [null], context);
      const vector = (items: readonly number[]) =>
        withNumbers(allocate([items.length], unknownInitializer(), context), items);
      const distinct = [...new Set(numbers)].sort((left, right) => left - right);
      const places = () => numbers.map((item) => distinct.indexOf(item));
      const counts = () => distinct.map((value) => numbers.filter((item) => item === value).length);
      const more = [
        ...(booleanOf(given.get('return_inverse')) ? [vector(places())] : []),
        ...(booleanOf(given.get('return_counts')) ? [vector(counts())] : []),
      ];
      return more.length === 0 ? vector(distinct) : tuple([vector(distinct), ...more]);
    },
  },
  diff: {
    parameters: 'n=1, dim=-1',
    run: (input, _, context) => {
      const numbers = numbersIn(input);
      if (numbers === null || !isMemory(input, context)) return applyUnknown('diff', [input], null, context);
      const steps = numbers.slice(1).map((item, index) => item - (numbers[index] ?? 0));
      return withNumbers(allocate([steps.length], unknownInitializer(), context), steps);
    },
  },
  is_floating_point: { parameters: '', run: () => ({ type: 'boolean', value: true }) },

  view: { parameters: '*size, **named', run: (input, given, context) => reshapeTo(input, given, context) },
  reshape: { parameters: '*size, **named', run: (input, given, context) => reshapeTo(input, given, context) },
  ...Object.fromEntries(
    ['view_as', 'reshape_as'].map((name) => [
      name,
      {
        parameters: 'other',
        run: (input, given, context) => {
          const other = given.get('other');
          if (other === input) return input;
          return other.type === 'tensor' && other.shape !== null ? reshape(input, other.shape, context) : unknown(name);
        },
      } satisfies Operation,
    ]),
  ),
  flatten: {
    parameters: 'start_dim=0, end_dim=-1',
    run: (input, given, context) => flatten(input, axisOf(given, 'start_dim'), axisOf(given, 'end_dim', -1), context),
  },
  ravel: { parameters: '', run: (input, _, context) => flatten(input, 0, -1, context) },
  unflatten: {
    parameters: 'dim, sizes',
    run: (input, given, context) =>
      unflatten(input, axisOf(given, 'dim'), shapeOf(given.get('sizes')) ?? [-1], context),
  },
  permute: {
    parameters: '*dims, **named',
    run: (input, given, context) => {
      const order = sizes(given);
      return order.every((axis) => typeof axis === 'number')
        ? permute(input, order, context)
        : applyUnknown('permute', [input], null, context);
    },
  },
  ...Object.fromEntries(
    ['transpose', 'swapaxes', 'swapdims'].map((name) => [
      name,
      {
        parameters: 'dim0, dim1',
        run: (input, given, context) => transpose(input, axisOf(given, 'dim0'), axisOf(given, 'dim1'), context),
      } satisfies Operation,
    ]),
  ),
  t: {
    parameters: '',
    run: (input, _, context) => (input.shape?.length === 1 ? input : transpose(input, 0, 1, context)),
  },
  movedim: {
    parameters: 'source, destination',
    run: (input, given, context) => moveAxis(input, axisOf(given, 'source'), axisOf(given, 'destination'), context),
  },
  squeeze: {
    parameters: 'dim=None',
    run: (input, given, context) => {
      const dim = given.get('dim');
      return squeeze(input, isNone(dim) ? null : axesOf(dim, input.shape), context);
    },
  },
  unsqueeze: { parameters: 'dim', run: (input, given, context) => unsqueeze(input, axisOf(given, 'dim'), context) },
  expand: { parameters: '*size, **named', run: (input, given, context) => expand(input, sizes(given), context) },
  ...Object.fromEntries(
    ['repeat', 'tile'].map((name) => [
      name,
      {
        parameters: '*size, **named',
        run: (input, given, context) => {
          const times = sizes(given);
          // `tile` may name the last axes only.
          const missing = name === 'tile' ? Math.max(0, (input.shape?.length ?? 0) - times.length) : 0;
          return repeat(input, [...Array.from({ length: missing }, () => 1), ...times], context);
        },
      } satisfies Operation,
    ]),
  ),
  repeat_interleave: {
    parameters: 'repeats, dim=None, output_size=None',
    run: (input, given, context) => {
      const [times, axis] = [numberOf(given.get('repeats')), numberOf(given.get('dim'))];
      return times === null || axis === null
        ? applyUnknown('repeat_interleave', [input], null, context)
        : repeatEach(input, times, axis, context);
    },
  },
  expand_as: {
    parameters: 'other',
    run: (input, given, context) => {
      const other = given.get('other');
      return other.type === 'tensor' && other.shape !== null ? expand(input, other.shape, context) : input;
    },
  },
  chunk: {
    parameters: 'chunks, dim=0',
    run: (input, given, context) => tuple(chunk(input, axisOf(given, 'chunks', 1), axisOf(given, 'dim'), context)),
  },
  ...Object.fromEntries(
    ['split', 'split_with_sizes'].map((name) => [
      name,
      {
        parameters: 'split_size, dim=0',
        run: (input, given, context) => {
          const lengths = itemsOf(given.get('split_size'))?.map(numberOf);
          const size =
            numberOf(given.get('split_size')) ?? (lengths?.every((length) => length !== null) ? lengths : null);
          return parts(size === null ? null : split(input, size, axisOf(given, 'dim'), context));
        },
      } satisfies Operation,
    ]),
  ),
  tensor_split: {
    parameters: 'indices_or_sections=None, dim=0, indices=None, sections=None',
    run: (input, given, context) => {
      const cuts = ['indices_or_sections', 'indices', 'sections']
        .map((name) => given.get(name))
        .find((value) => !isNone(value));
      const positions = cuts === undefined ? undefined : itemsOf(cuts)?.map(numberOf);
      const at =
        cuts === undefined ? null : (numberOf(cuts) ?? (positions?.every((cut) => cut !== null) ? positions : null));
      return parts(at === null ? null : splitAt(input, at, axisOf(given, 'dim'), context));
    },
  },
  unbind: {
    parameters: 'dim=0',
    run: (input, given, context) => {
      const axis = axisOf(given, 'dim');
      const length = input.shape?.at(axis);
      if (typeof length !== 'number' || length > 256) return unknown('sections of an unknown axis');
      return tuple(Array.from({ length }, (_, index) => select(input, axis, index, context)));
    },
  },
  select: {
    parameters: 'dim, index',
    run: (input, given, context) => select(input, axisOf(given, 'dim'), axisOf(given, 'index'), context),
  },

  mean: ofNumbers(
    { parameters: 'dim=None, keepdim=False, **options', run: reduction('mean') },
    (numbers) => sumOfNumbers(numbers) / numbers.length,
  ),
  sum: ofNumbers({ parameters: 'dim=None, keepdim=False, **options', run: reduction('sum') }, sumOfNumbers),
  amax: ofNumbers({ parameters: 'dim=None, keepdim=False', run: reduction('max') }, (numbers) => Math.max(...numbers)),
  max: ofNumbers(maximum, (numbers) => Math.max(...numbers)),
  min: ofNumbers(minimum, (numbers) => Math.min(...numbers)),
  norm: { ...unknownReduction('norm'), parameters: "p='fro', dim=None, keepdim=False, **options" },
  var: spread('var', 'variance'),
  std: spread('std', 'deviation'),
  var_mean: withMean(spread('var', 'variance')),
  std_mean: withMean(spread('std', 'deviation')),
  ...Object.fromEntries(
    ['amin', 'logsumexp', 'argmax', 'argmin', 'median'].map((name) => [name, unknownReduction(name)]),
  ),
  // Of one number only, which says it of all.
  ...Object.fromEntries(
    ['all', 'any'].map((name) => [
      name,
      {
        parameters: 'dim=None, keepdim=False, **options',
        run: (input, given, context) => {
          const value = isNone(given.get('dim')) && isMemory(input, context) ? constantIn(input) : null;
          if (value === null) return unknownReduction(name).run(input, given, context);
          const answer = value === 0 ? 0 : 1;
          return withNumbers(allocate([], constant(answer), context), [answer]);
        },
      } satisfies Operation,
    ]),
  ),
};

/** A reduction to one number, which is known where all the tensor's numbers are. */
function ofNumbers(otherwise: Operation, reduce: (numbers: readonly number[]) => number): Operation {
  return {
    parameters: otherwise.parameters,
    run: (input, given, context) => {
      const numbers = numbersIn(input);
      const isWhole = given.raw.positional.length <= 1 && given.raw.keyword.size === 0;
      if (numbers === null || numbers.length === 0 || !isWhole || !isMemory(input, context)) {
        return otherwise.run(input, given, context);
      }
      const reduced = reduce(numbers);
      return withNumbers(allocate([], constant(reduced), context), [reduced]);
    },
  };
}

function sumOfNumbers(numbers: readonly number[]): number {
  return numbers.reduce((sum, item) => sum + item, 0);
}

/** Of memory that holds one constant all over. */
function sameNumbers(input: TensorValue): readonly number[] | null {
  const [constant, length] = [constantIn(input), input.shape?.[0]];
  const isKnown = input.layer === null && !input.isParameter && constant !== null && typeof length === 'number';
  return isKnown && length <= maxNumbers ? Array.from({ length }, () => constant) : null;
}

/** The number in a tensor of one element. */
function itemOf(input: TensorValue): Value {
  const only = onlyNumber(input);
  return only === null ? unknown('value of a tensor') : number(only, numbersIn(input) === null ? true : undefined);
}

function countElements(input: TensorValue): Value {
  const { shape } = input;
  if (shape === null || !shape.every((dim) => typeof dim === 'number')) return unknown('number of elements');
  return number(shape.reduce<number>((product, dim) => product * Number(dim), 1));
}

function reshapeTo(input: TensorValue, given: BoundArguments, context: NativeContext): Value {
  // `view(torch.float32)` and sizes that could not be followed.
  if (given.raw.open) return applyUnknown('view', [input], null, context);
  return reshape(input, sizes(given), context);
}

function unflatten(input: TensorValue, axis: number, target: readonly Dim[], context: NativeContext): TensorValue {
  const { shape } = input;
  if (shape === null) return applyUnknown('unflatten', [input], null, context);
  const place = axis < 0 ? axis + shape.length : axis;
  return reshape(input, [...shape.slice(0, place), ...target, ...shape.slice(place + 1)], context);
}

function moveAxis(input: TensorValue, from: number, to: number, context: NativeContext): TensorValue {
  const { shape } = input;
  if (shape === null) return applyUnknown('movedim', [input], null, context);
  const order = shape.map((_, axis) => axis);
  const [moved = 0] = order.splice(from < 0 ? from + shape.length : from, 1);
  order.splice(to < 0 ? to + shape.length : to, 0, moved);
  return permute(input, order, context);
}

/** Functions whose first argument is a list of tensors. */
export function joinTensors(name: 'cat' | 'stack', given: BoundArguments, context: NativeContext): Value {
  const listed = asTensors(given.get('tensors'), context);
  // PyTorch passes over `torch.tensor([])` among tensors of other ranks: an empty cache.
  const filled = listed?.filter(({ shape }) => shape?.length !== 1 || shape[0] !== 0) ?? null;
  const inputs = name === 'cat' && filled !== null && filled.length > 0 ? filled : listed;
  const axis = numberOf(isNone(given.get('axis')) ? given.get('dim') : given.get('axis')) ?? 0;
  if (inputs === null) return unknown(`${name} of something unknown`);
  return name === 'cat' ? concat(inputs, axis, context) : stack(inputs, axis, context);
}
