import { constant, normal, truncatedNormal, uniform, unknownInitializer } from '../../../core/initializers/make.ts';
import { numberOf } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { list, unknown, type Value } from '../../interpreter/values.ts';
import { creationFunctions, fromData } from '../torch/create.ts';
import { allocate } from '../torch/writes.ts';
import type { Row } from './numpy-row.ts';
import { markOurs } from './ours.ts';
import { shapeOf } from './shapes.ts';
import { tensorIn } from './torch-steps.ts';

/** Functions that make arrays. */
export const creatorRows: readonly Row[] = [
  ...(
    [
      ['zeros', 0],
      ['ones', 1],
      ['empty', 0],
    ] as const
  ).flatMap(([name, value]): Row[] => [
    {
      names: name,
      parameters: 'shape, dtype=None, **kwargs',
      run: (given, context) => markOurs(allocate(shapeOf(given.get('shape')), constant(value), context)),
    },
    {
      names: `${name}_like`,
      parameters: 'a, dtype=None, **kwargs',
      run: (given, context) => markOurs(allocate(tensorIn(given.get('a'))?.shape ?? null, constant(value), context)),
    },
  ]),
  {
    names: 'full',
    parameters: 'shape, fill_value, dtype=None, **kwargs',
    run: (given, context) =>
      markOurs(allocate(shapeOf(given.get('shape')), constant(numberOf(given.get('fill_value'))), context)),
  },
  {
    names: 'full_like',
    parameters: 'a, fill_value, dtype=None, **kwargs',
    run: (given, context) => {
      const shape = tensorIn(given.get('a'))?.shape ?? null;
      return markOurs(allocate(shape, constant(numberOf(given.get('fill_value'))), context));
    },
  },
  ...['arange', 'linspace', 'eye'].map(
    (name): Row => ({
      names: name === 'eye' ? 'eye identity' : name,
      parameters: '*args, **kwargs',
      run: ({ raw }, context) => {
        const make = creationFunctions[name];
        const keyword = new Map([...raw.keyword].map(([key, value]) => [renamed[key] ?? key, value] as const));
        return make === undefined ? unknown(name) : markOurs(context.callWith(make, { ...raw, keyword }));
      },
    }),
  ),
  {
    names: 'array asarray',
    parameters: 'object, dtype=None, **kwargs',
    run: (given, context) => {
      const object = given.get('object');
      // Numbers that are written out, and values of which only the place is known.
      return object.type === 'unknown' || object.type === 'tensor' ? object : markOurs(fromData(object, context));
    },
  },
];

const renamed: Readonly<Record<string, string>> = { num: 'steps', stop: 'end', N: 'n', M: 'm' };

/** `jax.random`: draws with a key. */
export const randomFunctions: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(
    ['PRNGKey', 'key', 'fold_in', 'wrap_key_data'].map((name) => [
      name,
      nativeFunction(`jax.random.${name}`, '*args, **kwargs', () => unknown('key')),
    ]),
  ),
  split: nativeFunction('jax.random.split', 'key, num=2', (given) => {
    const count = numberOf(given.get('num'));
    return count === null || count > 1024 ? unknown('keys') : list(Array.from({ length: count }, () => unknown('key')));
  }),
  normal: nativeFunction('jax.random.normal', 'key, shape=(), dtype=None, **kwargs', (given, context) =>
    markOurs(allocate(shapeOf(given.get('shape')), normal(0, 1), context)),
  ),
  uniform: nativeFunction(
    'jax.random.uniform',
    'key, shape=(), dtype=None, minval=0.0, maxval=1.0, **kwargs',
    (given, context) => {
      const drawn = uniform(numberOf(given.get('minval')), numberOf(given.get('maxval')));
      return markOurs(allocate(shapeOf(given.get('shape')), drawn, context));
    },
  ),
  truncated_normal: nativeFunction(
    'jax.random.truncated_normal',
    'key, lower, upper, shape=None, dtype=None, **kwargs',
    (given, context) => {
      const [lower, upper] = [numberOf(given.get('lower')), numberOf(given.get('upper'))];
      return markOurs(allocate(shapeOf(given.get('shape')), truncatedNormal(0, 1, lower, upper), context));
    },
  ),
  ...Object.fromEntries(
    [
      'bernoulli',
      'randint',
      'permutation',
      'categorical',
      'choice',
      'gumbel',
      'exponential',
      'laplace',
      'orthogonal',
    ].map((name) => [
      name,
      nativeFunction(`jax.random.${name}`, 'key, *args, shape=None, **kwargs', (given, context) =>
        markOurs(allocate(shapeOf(given.get('shape')), unknownInitializer(), context)),
      ),
    ]),
  ),
};
