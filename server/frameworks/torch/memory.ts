import type { Initializer } from '../../../core/graph/initializer.ts';
import { constant, normal, scaled, uniform, unknownInitializer, zeros } from '../../../core/initializers/make.ts';
import { afterErfInverse, mapped, productOf, sumOf } from '../../../core/initializers/transform.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { numberOf } from '../../interpreter/read.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { isTracing } from './apply.ts';
import { mapNumbers, numbersIn, withNumbers } from './known-numbers.ts';
import type { Operation, Operations } from './op-row.ts';
import { isView } from './views.ts';
import { contentsOf, copyInto, derived, fill, rewrite } from './writes.ts';

/* Arithmetic on what tensors start with, and the methods that write into them: `w.data.normal_(0, 0.01)`. */

/**
 * Is this tensor memory whose values are being made, rather than part of a forward pass? Then arithmetic changes its
 * distribution instead of adding nodes.
 */
export function isMemory(tensor: TensorValue, context: NativeContext): boolean {
  if (tensor.storage === null || tensor.layer !== null) return false;
  return !isTracing(context) || (!tensor.isParameter && !isView(tensor));
}

const numeric = (given: BoundArguments, name: string) => numberOf(given.get(name));

/** Methods that draw anew. */
const draws: Readonly<Record<string, readonly [parameters: string, make: (given: BoundArguments) => Initializer]>> = {
  normal_: ['mean=0.0, std=1.0, generator=None', (given) => normal(numeric(given, 'mean'), numeric(given, 'std'))],
  uniform_: ['from=0.0, to=1.0, generator=None', (given) => uniform(lower(given), upper(given))],
  zero_: ['', () => zeros()],
  fill_: ['value', (given) => fillValue(given.get('value'))],
  bernoulli_: ['p=0.5, generator=None', (given) => bernoulli(numeric(given, 'p'))],
  exponential_: ['lambd=1, generator=None', (given) => exponential(numeric(given, 'lambd'))],
  random_: ['from=None, to=None, generator=None', () => unknownInitializer()],
  log_normal_: ['mean=1, std=2, generator=None', () => unknownInitializer()],
  cauchy_: ['median=0, sigma=1, generator=None', () => unknownInitializer()],
  geometric_: ['p, generator=None', () => unknownInitializer()],
};

/** `uniform_(a=…)` is not PyTorch's spelling, `from` and `to` are. */
const lower = (given: BoundArguments) => numeric(given, 'from');
const upper = (given: BoundArguments) => numeric(given, 'to');

function fillValue(value: Value): Initializer {
  if (value.type === 'tensor') return value.storage === null ? unknownInitializer() : contentsOf(value.storage);
  return constant(numberOf(value));
}

function bernoulli(p: number | null): Initializer {
  if (p === null) return unknownInitializer();
  return { ...unknownInitializer(), mean: p, std: Math.sqrt(p * (1 - p)), low: 0, high: 1 };
}

function exponential(rate: number | null): Initializer {
  return rate === null ? unknownInitializer() : { ...unknownInitializer(), mean: 1 / rate, std: 1 / rate, low: 0 };
}

/** In-place arithmetic with a number or another tensor. */
export const inPlace: Readonly<Record<string, (held: Initializer, other: Initializer) => Initializer>> = {
  mul_: productOf,
  multiply_: productOf,
  add_: sumOf,
  sub_: (held, other) => sumOf(held, scaled(other, -1)),
  div_: (held, other) => divided(held, other),
};

export function divided(held: Initializer, other: Initializer): Initializer {
  return other.std === 0 && other.mean !== null && other.mean !== 0
    ? scaled(held, 1 / other.mean)
    : unknownInitializer();
}

/** What an operand of arithmetic holds: a number is a constant. */
export function heldBy(value: Value): Initializer {
  if (value.type === 'tensor') return value.storage === null ? unknownInitializer() : contentsOf(value.storage);
  const known = numberOf(value);
  return known === null ? unknownInitializer() : constant(known);
}

/** Writes only into some elements: which ones is not followed. */
const partialWriters: readonly string[] = [
  'masked_fill_',
  'index_fill_',
  'index_copy_',
  'scatter_',
  'fill_diagonal_',
  'masked_scatter_',
];

function writer(
  parameters: string,
  write: (target: TensorValue, given: BoundArguments, context: NativeContext) => void,
): Operation {
  return {
    parameters,
    run: (target, given, context) => {
      write(target, given, context);
      return target;
    },
  };
}

export const memoryOperations: Operations = {
  ...Object.fromEntries(
    Object.entries(draws).map(([name, [parameters, make]]) => [
      name,
      writer(parameters, (target, given, context) => fill(target, make(given), `.${name}`, context)),
    ]),
  ),
  ...Object.fromEntries(
    partialWriters.map((name) => [
      name,
      writer('*args, **kwargs', (target, _, context) =>
        fill({ ...target, isPart: true }, unknownInitializer(), `.${name}`, context),
      ),
    ]),
  ),
  erfinv_: writer('', (target, _, context) => rewrite(target, afterErfInverse, '.erfinv_', context)),
  copy_: writer('src, non_blocking=False', (target, given, context) => {
    const source = given.get('src');
    copyInto(target, source.type === 'tensor' ? source : null, context);
  }),
};

/** Functions of one number, for tensors that hold a single one. */
const scalarFunctions: Readonly<Record<string, (x: number) => number>> = {
  abs: Math.abs,
  bool: (x) => (x === 0 ? 0 : 1),
  logical_not: (x) => (x === 0 ? 1 : 0),
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  reciprocal: (x) => 1 / x,
  round: roundHalfToEven,
  rsqrt: (x) => 1 / Math.sqrt(x),
  sign: Math.sign,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  sin: Math.sin,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  tanh: Math.tanh,
};

/** As IEEE 754 rounds, and so do PyTorch and Python. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** An element-wise function of memory. */
export function mapMemory(name: string, input: TensorValue, context: NativeContext): TensorValue {
  const f = scalarFunctions[name];
  const made = derived(input, context, (held) => (f === undefined ? unknownInitializer() : mapped(held, f)));
  if (f !== undefined) return mapNumbers(made, [input], (x = 0) => f(x));
  const numbers = numbersIn(input);
  const rearranged = numbers === null ? undefined : vectorFunctions[name]?.(numbers);
  return rearranged === undefined ? made : withNumbers(made, rearranged);
}

/** Functions of a whole vector of known numbers. */
const vectorFunctions: Readonly<Record<string, (numbers: readonly number[]) => readonly number[]>> = {
  flip: (numbers) => [...numbers].reverse(),
  cumsum: (numbers) => running(numbers, (sum, item) => sum + item),
  cumprod: (numbers) => running(numbers, (product, item) => product * item),
};

function running(numbers: readonly number[], combine: (result: number, item: number) => number): readonly number[] {
  let result: number | null = null;
  return numbers.map((item) => {
    result = result === null ? item : combine(result, item);
    return result;
  });
}
