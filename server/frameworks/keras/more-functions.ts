import type { Op } from '../../../core/graph/op.ts';
import { type Dim, isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { BoundArguments } from '../../interpreter/native.ts';
import { booleanOf, dimOf, isNone, itemsOf, numberOf, numbersOf, shapeOf, stringOf } from '../../interpreter/read.ts';
import { list, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import type { Emitter } from './emitter.ts';
import { axesOf, onInput, type Row } from './function-row.ts';
import { applyOperator, broadcastShape } from './operators.ts';
import { flatTensors } from './symbolic.ts';

/*
 * Functions that the graph has no op for, or that make one out of their arguments: of most at least the shape is known, so
 * that the layers behind them are.
 */

/** A node that is kept in the graph though nothing is said of it. */
function opaque(name: string, inputs: readonly TensorValue[], shape: Shape | null, emit: Emitter): TensorValue {
  return emit.add({ op: { kind: 'unknown', name }, inputs, name, shape });
}

const keeping =
  'sqrt rsqrt log log1p log2 log10 expm1 sign floor ceil round cos tan sinh cosh asin acos atan erf erfinv cumsum cumprod reciprocal clip clip_by_value clip_by_norm l2_normalize normalize lrn local_response_normalization flip roll reverse nan_to_num logical_not isnan triu tril sort argsort rint invert threshold sparse_softmax';

const comparing =
  'maximum minimum greater greater_equal less less_equal equal not_equal logical_and logical_or floormod mod floor_divide floordiv squared_difference where arctan2 atan2';

const reducing =
  'min amin reduce_min prod reduce_prod std reduce_std var variance reduce_variance logsumexp reduce_logsumexp norm any all reduce_any reduce_all argmax argmin count_nonzero median';

export const moreFunctions: readonly Row[] = [
  ...keeping.split(' ').map(
    (name): Row => ({
      names: name,
      parameters: 'x, *args, **kwargs',
      run: onInput((input, _, emit) => opaque(name, [input], input.shape, emit)),
    }),
  ),
  ...comparing.split(' ').map(
    (name): Row => ({
      names: name,
      parameters: '*args, **kwargs',
      run: (given, emit) => {
        const inputs = given.raw.positional.flatMap(({ value }) => flatTensors(value));
        return inputs.length === 0
          ? unknown(name)
          : opaque(name, inputs, broadcastShape(inputs.map((input) => input.shape)), emit);
      },
    }),
  ),
  ...reducing.split(' ').map(
    (name): Row => ({
      names: name,
      parameters: /^arg/.test(name)
        ? 'x, axis=None, output_type=None, keepdims=False'
        : 'x, axis=None, keepdims=False, **kwargs',
      run: onInput((input, given, emit) => opaque(name, [input], reducedShape(input.shape, given), emit)),
    }),
  ),
  {
    names: 'pad',
    parameters: "tensor, paddings, mode='constant', constant_values=0, name=None",
    run: onInput((input, given, emit) => {
      const pairs = itemsOf(given.get('paddings'))?.map((item) => numbersOf(item, 2));
      const mode = modes[stringOf(given.get('mode'))?.toLowerCase() ?? ''];
      if (pairs === undefined || mode === undefined || !pairs.every((pair) => pair !== null))
        return opaque('pad', [input], null, emit);
      const padding = pairs.map((pair) => [pair[0] ?? 0, pair[1] ?? 0] as const);
      return emit.add({ op: { kind: 'pad', padding, mode }, inputs: [input], name: 'pad' });
    }),
  },
  {
    names: 'tile',
    parameters: 'input, repeats',
    run: onInput((input, given, emit) => {
      const times = shapeOf(given.get('repeats'));
      const shape = times?.length === input.shape?.length ? input.shape : null;
      return opaque('tile', [input], shape?.map((dim, axis) => product(dim, times?.[axis])) ?? null, emit);
    }),
  },
  {
    names: 'repeat',
    parameters: 'x, repeats, axis=None',
    run: onInput((input, given, emit) => {
      const axis = axisIn(given.get('axis'), input.shape);
      const times = dimOf(given.get('repeats'));
      const shape = axis === null ? null : input.shape;
      return opaque(
        'repeat',
        [input],
        shape?.map((dim, at) => (at === axis ? product(dim, times) : dim)) ?? null,
        emit,
      );
    }),
  },
  {
    names: 'stack',
    parameters: 'values, axis=0, name=None',
    run: (given, emit) => {
      const inputs = flatTensors(given.get('values'));
      const [first] = inputs;
      const count = itemsOf(given.get('values'))?.length ?? null;
      if (first === undefined) return unknown('stack');
      const axis = numberOf(given.get('axis'));
      if (first.shape === null || axis === null) return opaque('stack', inputs, null, emit);
      const at = axis < 0 ? first.shape.length + 1 + axis : axis;
      return opaque('stack', inputs, [...first.shape.slice(0, at), count, ...first.shape.slice(at)], emit);
    },
  },
  {
    names: 'unstack',
    parameters: 'value, num=None, axis=0',
    run: onInput((input, given, emit) => {
      const axis = axisIn(given.get('axis'), input.shape);
      const count = numberOf(given.get('num')) ?? (axis === null ? null : input.shape?.[axis]);
      if (axis === null || !isKnown(count) || count > 4096) return unknown('sections');
      return list(
        Array.from({ length: count }, (_, index) =>
          emit.add({ op: { kind: 'select', axis, index }, inputs: [input], name: 'unstack' }),
        ),
      );
    }),
  },
  {
    names: 'swapaxes',
    parameters: 'x, axis1, axis2',
    run: onInput((input, given, emit) => {
      const [a, b] = [axisIn(given.get('axis1'), input.shape), axisIn(given.get('axis2'), input.shape)];
      if (a === null || b === null || input.shape === null) return opaque('swapaxes', [input], null, emit);
      const order = input.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
      return emit.add({ op: { kind: 'permute', order }, inputs: [input], name: 'swapaxes' });
    }),
  },
  {
    names: 'broadcast_to',
    parameters: 'x, shape',
    run: onInput((input, given, emit) => opaque('broadcast_to', [input], shapeOf(given.get('shape')), emit)),
  },
  {
    names: 'one_hot',
    parameters: 'x, num_classes, *args, **kwargs',
    run: onInput((input, given, emit) => {
      const depth = dimOf(given.raw.keyword.get('depth')?.value ?? given.get('num_classes'));
      return opaque('one_hot', [input], input.shape === null ? null : [...input.shape, depth], emit);
    }),
  },
  {
    names: 'arange range',
    parameters: 'start, stop=None, step=1, limit=None, **kwargs',
    run: (given, emit) => {
      const stop = isNone(given.get('stop')) ? given.get('limit') : given.get('stop');
      const [from, to] = isNone(stop)
        ? [0, numberOf(given.get('start'))]
        : [numberOf(given.get('start')), numberOf(stop)];
      const step = numberOf(given.get('step')) ?? 1;
      const length = from === null || to === null || step === 0 ? null : Math.max(0, Math.ceil((to - from) / step));
      return emit.add({ op: { kind: 'constant', value: null }, inputs: [], name: 'arange', shape: [length] });
    },
  },
  {
    names: 'einsum',
    parameters: 'subscripts, *operands, **kwargs',
    run: (given, emit) => {
      const operands = given.rest.flatMap(({ value }) => flatTensors(value));
      if (operands.length === 0) return unknown('einsum');
      return einsum(stringOf(given.get('subscripts')), operands, emit);
    },
  },
  {
    names: 'extract_patches',
    parameters: "images, size, strides=None, dilation_rate=1, padding='valid', data_format=None",
    run: onInput((input, given, emit) => {
      const size = numbersOf(given.get('size'), 2);
      const strides = isNone(given.get('strides')) ? size : numbersOf(given.get('strides'), 2);
      const isValid = stringOf(given.get('padding')) === 'valid';
      if (size === null || strides === null || !isValid || input.shape?.length !== 4)
        return opaque('extract_patches', [input], null, emit);
      const [batch = null, ...rest] = input.shape;
      const count = (axis: number): Dim => {
        const dim = rest[axis];
        return isKnown(dim) ? Math.floor((dim - (size[axis] ?? 1)) / (strides[axis] ?? 1)) + 1 : null;
      };
      const width = product(rest[2], (size[0] ?? 1) * (size[1] ?? 1));
      return opaque('extract_patches', [input], [batch, count(0), count(1), width], emit);
    }),
  },
  {
    names: 'resize resize_images resize_bilinear resize_nearest_neighbor',
    parameters: 'images, size, *args, **kwargs',
    run: onInput((input, given, emit) => {
      const size = shapeOf(given.get('size'));
      const { shape } = input;
      const resized =
        shape?.length === 4 && size?.length === 2
          ? [shape[0] ?? null, size[0] ?? null, size[1] ?? null, shape[3] ?? null]
          : null;
      return opaque('resize', [input], resized, emit);
    }),
  },
  {
    names: 'square_sum sum_of_squares l2_loss',
    parameters: 'x',
    run: onInput((input, _, emit) => opaque('l2_loss', [input], [], emit)),
  },
  {
    names: 'xw_plus_b',
    parameters: 'x, weights, biases, name=None',
    run: (given, emit) =>
      applyOperator('+', [applyOperator('@', [given.get('x'), given.get('weights')], emit), given.get('biases')], emit),
  },
];

const modes: Readonly<Record<string, 'constant' | 'reflect' | 'replicate'>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'replicate',
};

/** By a weight it is a dense layer where only the last axis of the input goes away; of the rest the shape is known. */
function einsum(equation: string | null, operands: readonly TensorValue[], emit: Emitter): TensorValue {
  const [left = '', output] = (equation ?? '').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const sizes = new Map<string, Dim>();
  for (const [index, term] of terms.entries())
    for (const [axis, letter] of [...term].entries()) {
      const dim = operands[index]?.shape?.[axis] ?? null;
      if (!isKnown(sizes.get(letter))) sizes.set(letter, dim);
    }
  const isPlain = output !== undefined && !left.includes('.') && terms.length === operands.length;
  const shape = isPlain ? [...output].map((letter) => sizes.get(letter) ?? null) : null;
  const [input, weight] = operands;
  const [x = '', w = ''] = terms;
  const isDense = input !== undefined && weight?.isParameter === true && w.length === 2 && w[0] === x.at(-1);
  if (isPlain && isDense && terms.length === 2 && output === `${x.slice(0, -1)}${w[1]}`)
    return applyOperatorAsDense(input, weight, emit);
  return opaque('einsum', operands, shape, emit);
}

function applyOperatorAsDense(input: TensorValue, weight: TensorValue, emit: Emitter): TensorValue {
  const [inFeatures = null, outFeatures = null] = weight.shape ?? [];
  const op: Op = { kind: 'dense', inFeatures, outFeatures };
  return emit.add({ op, inputs: [input], name: 'einsum', parameters: { weight } });
}

function reducedShape(shape: Shape | null, given: BoundArguments): Shape | null {
  if (shape === null) return null;
  const keeps = booleanOf(given.get('keepdims')) ?? false;
  const axes = isNone(given.get('axis')) ? shape.map((_, axis) => axis) : axesOf(given.get('axis'));
  if (axes === null) return null;
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return shape.flatMap((dim, axis) => (gone.has(axis) ? (keeps ? [1] : []) : [dim]));
}

function axisIn(value: Value, shape: Shape | null): number | null {
  const axis = numberOf(value);
  if (axis === null || shape === null) return null;
  return axis < 0 ? axis + shape.length : axis;
}

function product(dim: Dim | undefined, factor: Dim | undefined): Dim {
  return isKnown(dim) && isKnown(factor) ? dim * factor : factor === 1 ? (dim ?? null) : null;
}
