import { nativeFunction } from '../../interpreter/table.ts';
import { type NativeValue, none, number, unknown, type Value } from '../../interpreter/values.ts';
import { arithmeticRows } from './numpy-arithmetic.ts';
import { creatorRows } from './numpy-creators.ts';
import { functionsOf } from './numpy-row.ts';
import { shapingRows } from './numpy-shaping.ts';
import { valueOfShape } from './shapes.ts';
import { tensorIn } from './torch-steps.ts';

const rows = [...arithmeticRows, ...shapingRows];

/** `jax.numpy`. */
export const numpyFunctions: Readonly<Record<string, Value>> = {
  ...Object.fromEntries([...rows, ...creatorRows].flatMap(functionsOf)),
  ...Object.fromEntries(
    ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64', 'int8', 'uint8', 'uint32', 'bool_'].map((name) => [
      name,
      nativeFunction(`jax.numpy.${name}`, 'x=0', (given) => given.get('x')),
    ]),
  ),
  shape: nativeFunction('jax.numpy.shape', 'a', (given) => valueOfShape(tensorIn(given.get('a'))?.shape ?? null)),
  ndim: nativeFunction('jax.numpy.ndim', 'a', (given) => {
    const rank = tensorIn(given.get('a'))?.shape?.length;
    return rank === undefined ? unknown('rank') : number(rank);
  }),
  pi: number(Math.PI, true),
  e: number(Math.E, true),
  inf: number(Number.POSITIVE_INFINITY, true),
  newaxis: none,
};

/** Methods of arrays, by name. */
export const arrayMethods: ReadonlyMap<string, NativeValue> = new Map(
  rows.filter(({ isMethod }) => isMethod).flatMap(functionsOf),
);
