import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import { number, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { applyUnknown, onTensor } from '../torch/apply.ts';
import { isMemory } from '../torch/memory.ts';
import { allocate } from '../torch/writes.ts';
import { einsum } from './einsum.ts';
import { type Row, row } from './numpy-row.ts';
import { matmul } from './operators.ts';
import { step, tensorIn } from './torch-steps.ts';

/* Arithmetic of `jax.numpy`, by its own names and arguments, on the steps that PyTorch's tensors have too. */

/** Functions of one number or array; PyTorch's name, where it is another. */
const elementwise: readonly (readonly [names: string, name: string, f: ((x: number) => number) | null])[] = [
  ['exp', 'exp', Math.exp],
  ['log', 'log', Math.log],
  ['log1p', 'log1p', Math.log1p],
  ['log2', 'log2', Math.log2],
  ['sqrt', 'sqrt', Math.sqrt],
  ['rsqrt', 'rsqrt', (x) => 1 / Math.sqrt(x)],
  ['square', 'square', (x) => x * x],
  ['abs absolute fabs', 'abs', Math.abs],
  ['sin', 'sin', Math.sin],
  ['cos', 'cos', Math.cos],
  ['tanh', 'tanh', Math.tanh],
  ['sign', 'sign', Math.sign],
  ['floor', 'floor', Math.floor],
  ['ceil', 'ceil', Math.ceil],
  ['round', 'round', null],
  ['reciprocal', 'reciprocal', (x) => 1 / x],
  ['negative', 'neg', (x) => -x],
  ['cumsum', 'cumsum', null],
  ['cumprod', 'cumprod', null],
  ['flip', 'flip', null],
  ['roll', 'roll', null],
  ['tril', 'tril', null],
  ['triu', 'triu', null],
  ['sort', 'cumsum', null],
  ['isnan isinf isfinite', 'logical_not', null],
  ['logical_not', 'logical_not', null],
  ['nan_to_num', 'nan_to_num', null],
  ['erf', 'erf', null],
];

const operators: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  true_divide: '/',
  floor_divide: '//',
  mod: '%',
  remainder: '%',
  power: '**',
  greater: '>',
  less: '<',
  greater_equal: '>=',
  less_equal: '<=',
  equal: '==',
  not_equal: '!=',
  logical_and: '&',
  logical_or: '|',
};

const reductions: Readonly<Record<string, string>> = {
  mean: 'mean',
  sum: 'sum',
  max: 'amax',
  amax: 'amax',
  min: 'amin',
  amin: 'amin',
  var: 'var',
  std: 'std',
  prod: 'prod',
  argmax: 'argmax',
  argmin: 'argmin',
  all: 'all',
  any: 'any',
  median: 'median',
};

export const arithmeticRows: readonly Row[] = [
  ...elementwise.map(
    ([names, name, f]): Row => ({
      names,
      parameters: 'x, *args, **kwargs',
      isMethod: true,
      run: (given, context) => {
        const x = given.get('x');
        const value = numberOf(x);
        if (value !== null) return f === null ? unknown(name) : number(f(value), true);
        return onTensor(x, context, (input) => step(name, [input], context));
      },
    }),
  ),
  ...Object.entries(operators).map(
    ([names, operator]): Row => ({
      names,
      parameters: 'x, y',
      run: (given, context) => context.operate(operator, given.get('x'), given.get('y')),
    }),
  ),
  ...(['maximum', 'minimum'] as const).map(
    (name): Row => ({
      names: name,
      parameters: 'x, y',
      run: (given, context) => extreme(name, given.get('x'), given.get('y'), context),
    }),
  ),
  ...Object.entries(reductions).map(([names, name]) =>
    row(names, 'a, axis=None, dtype=None, out=None, keepdims=False, **kwargs', (input, given, context) => {
      const axis = given.get('axis');
      return step(name, [input], context, { dim: axis, keepdim: given.get('keepdims') });
    }),
  ),
  {
    names: 'where',
    parameters: 'condition, x=None, y=None',
    run: (given, context) => chosen(given.get('condition'), given.get('x'), given.get('y'), context),
  },
  {
    names: 'einsum',
    parameters: 'subscripts, *operands, **kwargs',
    run: (given, context) => {
      const operands = given.rest.map(({ value }) => value);
      const tensors = operands.flatMap((operand) => tensorIn(operand) ?? []);
      const equation = stringOf(given.get('subscripts'));
      if (equation === null || tensors.length !== operands.length) return unknown('einsum');
      return einsum(equation, tensors, context);
    },
  },
  {
    names: 'matmul dot',
    parameters: 'a, b, **kwargs',
    isMethod: true,
    run: (given, context) => {
      const [left, right] = [given.get('a'), given.get('b')];
      if (left.type !== 'tensor' || right.type !== 'tensor') return context.operate('@', left, right);
      return matmul(left, right, context);
    },
  },
  row('clip', 'x, min=None, max=None, a_min=None, a_max=None', (input, given, context) => {
    const bound = (name: string) => (isNone(given.get(name)) ? given.get(`a_${name}`) : given.get(name));
    return step('clamp', [input], context, { min: bound('min'), max: bound('max') });
  }),
];

function extreme(name: 'maximum' | 'minimum', x: Value, y: Value, context: NativeContext): Value {
  const [a, b] = [numberOf(x), numberOf(y)];
  if (a !== null && b !== null) return number(name === 'maximum' ? Math.max(a, b) : Math.min(a, b));
  const [input, bound] = x.type === 'tensor' ? [x, y] : [y, x];
  if (input.type === 'tensor' && numberOf(bound) !== null)
    return step('clamp', [input], context, { [name === 'maximum' ? 'min' : 'max']: bound });
  return input.type === 'tensor' ? step(name, [input, bound], context) : unknown(name);
}

/** `jnp.where(mask, x, -inf)` hides what the mask leaves out; of two arrays only the shape is known. */
function chosen(condition: Value, x: Value, y: Value, context: NativeContext): Value {
  const arrays = [x, y].flatMap((value) => tensorIn(value) ?? []);
  const traced = arrays.filter((one) => !isMemory(one, context));
  const [only] = traced;
  const shapes = [tensorIn(condition), ...arrays].flatMap((one) => (one === null ? [] : [one.shape]));
  if (shapes.length === 0) return unknown('where');
  const shape = shapes.reduce((left, right) => inferShape({ kind: 'add' }, [left ?? null, right ?? null]));
  if (only !== undefined && traced.length === 1 && sameRank(only.shape, shape))
    return step('masked_fill', [only, condition], context);
  if (traced.length === 0 && tensorIn(condition)?.layer == null)
    return allocate(shape ?? null, unknownInitializer(), context);
  return applyUnknown(
    'where',
    [...(tensorIn(condition) === null ? [] : [condition as TensorValue]), ...arrays],
    shape ?? null,
    context,
  );
}

function sameRank(left: Shape | null, right: Shape | null | undefined): boolean {
  return left !== null && right != null && left.length === right.length;
}
