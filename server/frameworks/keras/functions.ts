import type { ActivationName, Op } from '../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, dimOf, isNone, itemsOf, numberOf, shapeOf, valueOfShape } from '../../interpreter/read.ts';
import { bind, signature } from '../../interpreter/signature.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { list, type NativeValue, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { activationNamed, activationNames, activationWith } from './activations.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { axesOf, onInput, type Row } from './function-row.ts';
import { resolveShape } from './layers/reshaping.ts';
import { moreFunctions } from './more-functions.ts';
import { nnFunctions } from './nn-functions.ts';
import { applyOperator, matmul } from './operators.ts';
import { callSymbolically, flatTensors } from './symbolic.ts';

/*
 * Functions on tensors, by what they are called in `tf`, `tf.nn`, `tf.math`, `keras.ops`, `keras.activations` and in
 * TensorFlow.js' `tf`. Names that two of them share mean the same.
 */

const unary = (op: Op, name: string) => onInput((input, _, emit) => emit.add({ op, inputs: [input], name }));

const elementwise: readonly (readonly [names: string, fn: ActivationName])[] = [
  ['exp', 'exp'],
  ['square', 'square'],
  ['abs absolute', 'abs'],
  ['sin', 'sin'],
];

const operators: readonly (readonly [names: string, operator: string])[] = [
  ['add', '+'],
  ['subtract sub', '-'],
  ['multiply mul', '*'],
  ['divide truediv true_divide div', '/'],
  ['pow power', '**'],
];

const reductions: readonly (readonly [names: string, fn: 'mean' | 'sum' | 'max'])[] = [
  ['reduce_mean mean', 'mean'],
  ['reduce_sum sum', 'sum'],
  ['reduce_max max amax', 'max'],
];

const rows: readonly Row[] = [
  ...activationNames.map(
    (name): Row => ({
      names: name,
      parameters: parametersOf(name),
      run: onInput((input, given, emit) => {
        const op = activationWith(name, (key) => given.get(key === 'parameter' ? parameterName(name) : key));
        return op === null ? input : emit.add({ op, inputs: [input], name });
      }),
    }),
  ),
  ...elementwise.map(
    ([names, fn]): Row => ({ names, parameters: 'x, name=None', run: unary({ kind: 'activation', fn }, fn) }),
  ),
  ...operators.map(
    ([names, operator]): Row => ({
      names,
      parameters: 'x, y, name=None',
      run: (given, emit) => {
        const values = given.raw.positional.map(({ value }) => value);
        const both = values.length >= 2 ? values.slice(0, 2) : [given.get('x'), given.get('y')];
        return applyOperator(operator, both, emit);
      },
    }),
  ),
  ...reductions.map(
    ([names, fn]): Row => ({
      names,
      parameters: 'input_tensor, axis=None, keepdims=False, name=None',
      run: onInput((input, given, emit) => {
        const axis = given.get('axis');
        const axes = isNone(axis) ? (input.shape?.map((_, index) => index) ?? null) : axesOf(axis);
        const op: Op =
          axes === null
            ? { kind: 'unknown', name: fn }
            : { kind: 'reduce', fn, axes, keepDims: booleanOf(given.get('keepdims')) ?? false };
        return emit.add({ op, inputs: [input], name: fn, ...(axes === null ? { shape: null } : {}) });
      }),
    }),
  ),
  {
    names: 'concat concatenate',
    parameters: 'values, axis=-1, name=None',
    run: (given, emit) => {
      const inputs = flatTensors(given.get('values'));
      const axis = numberOf(given.get('axis'));
      const op: Op = axis === null ? { kind: 'unknown', name: 'concat' } : { kind: 'concat', axis };
      return inputs.length === 0
        ? unknown('concatenation of nothing')
        : emit.add({ op, inputs, name: 'concat', ...(axis === null ? { shape: null } : {}) });
    },
  },
  {
    names: 'matmul matMul dot',
    parameters: 'a, b, transpose_a=False, transpose_b=False',
    run: (given, emit) => {
      const [a, b] = given.raw.positional.map(({ value }) => value);
      const left = a ?? given.get('a');
      const right = b ?? given.get('b');
      if (left.type !== 'tensor' || right.type !== 'tensor') return unknown('matrix product');
      return matmul(
        left,
        right,
        booleanOf(given.get('transpose_a')) ?? false,
        booleanOf(given.get('transpose_b')) ?? false,
        emit,
      );
    },
  },
  {
    names: 'reshape',
    parameters: 'tensor, shape, name=None',
    run: onInput((input, given, emit) => {
      const target = shapeOf(given.get('shape'));
      const shape = target === null ? null : resolveShape(target, input.shape);
      return emit.add({ op: { kind: 'reshape' }, inputs: [input], name: 'reshape', shape });
    }),
  },
  {
    names: 'transpose',
    parameters: 'a, perm=None, axes=None, name=None',
    run: onInput((input, given, emit) => {
      const written = isNone(given.get('perm')) ? given.get('axes') : given.get('perm');
      const rank = input.shape?.length;
      const order =
        isNone(written) && rank !== undefined
          ? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
          : axesOf(written);
      const op: Op = order === null ? { kind: 'unknown', name: 'transpose' } : { kind: 'permute', order };
      return emit.add({ op, inputs: [input], name: 'transpose', ...(order === null ? { shape: null } : {}) });
    }),
  },
  {
    names: 'expand_dims expandDims',
    parameters: 'input, axis=-1',
    run: onInput((input, given, emit) => {
      const axis = numberOf(given.get('axis'));
      if (input.shape === null || axis === null)
        return emit.add({ op: { kind: 'reshape' }, inputs: [input], name: 'reshape', shape: null });
      const at = axis < 0 ? input.shape.length + 1 + axis : axis;
      const shape = [...input.shape.slice(0, at), 1, ...input.shape.slice(at)];
      return emit.add({ op: { kind: 'reshape' }, inputs: [input], name: 'expand_dims', shape });
    }),
  },
  {
    names: 'squeeze',
    parameters: 'input, axis=None',
    run: onInput((input, given, emit) => {
      const axes = isNone(given.get('axis')) ? null : axesOf(given.get('axis'));
      const rank = input.shape?.length ?? 0;
      const shape =
        input.shape?.filter((dim, axis) =>
          axes === null ? dim !== 1 : !axes.includes(axis) && !axes.includes(axis - rank),
        ) ?? null;
      return emit.add({ op: { kind: 'reshape' }, inputs: [input], name: 'squeeze', shape });
    }),
  },
  {
    names: 'split',
    parameters: 'value, num_or_size_splits, axis=0',
    run: onInput((input, given, emit) => splitInto(input, given, emit)),
  },
  {
    names: 'dropout',
    parameters: 'x, rate=0.5, noise_shape=None, seed=None, keep_prob=None',
    run: onInput((input, given, emit) => {
      const kept = numberOf(given.get('keep_prob'));
      const rate = kept === null ? numberOf(given.get('rate')) : 1 - kept;
      const op: Op = rate === null ? { kind: 'unknown', name: 'dropout' } : { kind: 'dropout', rate, mode: 'element' };
      return emit.add({ op, inputs: [input], name: 'dropout', ...(rate === null ? { shape: input.shape } : {}) });
    }),
  },
  {
    names: 'bias_add',
    parameters: 'value, bias',
    run: (given, emit) => applyOperator('+', [given.get('value'), given.get('bias')], emit),
  },
  {
    names: 'identity stop_gradient cast convert_to_tensor ensure_shape debugging print',
    parameters: 'input, *args, **kwargs',
    run: onInput((input) => input),
  },
  {
    names: 'shape',
    parameters: 'input',
    run: onInput((input) => valueOfShape(input.shape)),
  },
  // Kept in the graph, but nothing is said of them.
  {
    names: 'gather take take_along_axis top_k in_top_k',
    parameters: 'input, *args, **kwargs',
    run: (given, emit) => {
      const inputs = flatTensors(given.raw.positional[0]?.value ?? unknown());
      return inputs.length === 0
        ? unknown('result')
        : emit.add({ op: { kind: 'unknown', name: 'gather' }, inputs, name: 'gather', shape: null });
    },
  },
  ...moreFunctions,
  ...nnFunctions,
];

/** All functions by name. */
export const tensorFunctions: Readonly<Record<string, NativeValue>> = Object.fromEntries(
  rows.flatMap(({ names, parameters, run }) =>
    names
      .split(' ')
      .map((name): [string, NativeValue] => [
        name,
        nativeFunction(`tf.${name}`, parameters, (given, context) => evaluate(parameters, run, given, context)),
      ]),
  ),
);

function evaluate(parameters: string, run: Row['run'], given: BoundArguments, context: NativeContext): Value {
  return callSymbolically(given.raw, null, context, (arguments_) =>
    run(bind(signature(parameters), arguments_), createEmitter(context)),
  );
}

function parametersOf(name: string): string {
  const parameter = parameterName(name);
  return `x, ${parameter === 'none' ? '' : `${parameter}=None, `}approximate=False, axis=-1, name=None`;
}

/** The argument that an activation's number has: its second. */
function parameterName(name: string): string {
  if (name === 'leaky_relu') return 'alpha';
  return activationNamed(name)?.kind === 'activation' && (name === 'elu' || name === 'celu') ? 'alpha' : 'none';
}

function splitInto(input: TensorValue, given: BoundArguments, emit: Emitter): Value {
  const axis = numberOf(given.get('axis'));
  const sections = given.get('num_or_size_splits');
  const size = axis === null ? null : (input.shape?.at(axis) ?? null);
  const count = numberOf(sections);
  const lengths =
    count !== null
      ? Array.from({ length: count }, () => (isKnown(size) ? size / count : null))
      : itemsOf(sections)?.map(dimOf);
  if (axis === null || lengths === undefined) return unknown('sections');
  let start = 0;
  return list(
    lengths.map((length) => {
      const op: Op = { kind: 'split', axis, start, length };
      start += isKnown(length) ? length : 0;
      const shape: Shape | null =
        input.shape?.map((dim, index) =>
          index === axis || index === axis + (input.shape?.length ?? 0) ? length : dim,
        ) ?? null;
      return emit.add({ op, inputs: [input], name: 'split', shape });
    }),
  );
}
