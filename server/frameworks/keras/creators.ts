import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { constant, normal, truncatedAtTwoStd, uniform } from '../../../core/initializers/make.ts';
import type { BoundArguments } from '../../interpreter/native.ts';
import { isNone, numberOf, shapeOf } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import type { NativeValue } from '../../interpreter/values.ts';
import { allocate } from './memory.ts';

/** Tensors made from nothing: `[name, parameters, what they hold]`. */
const creators: readonly (readonly [
  names: string,
  parameters: string,
  make: (given: BoundArguments) => Initializer | null,
])[] = [
  ['zeros', 'shape, dtype=None', () => constant(0)],
  ['ones', 'shape, dtype=None', () => constant(1)],
  ['constant', 'value, dtype=None, shape=None', (given) => constant(numberOf(given.get('value')))],
  ['fill full', 'dims, value', (given) => constant(numberOf(given.get('value')))],
  [
    'normal randomNormal random_normal',
    'shape, mean=0.0, stddev=1.0, dtype=None, seed=None',
    (given) => normal(numberOf(given.get('mean')), numberOf(given.get('stddev'))),
  ],
  [
    'truncated_normal truncatedNormal',
    'shape, mean=0.0, stddev=1.0, dtype=None, seed=None',
    (given) => truncatedAtTwoStd(numberOf(given.get('mean')), numberOf(given.get('stddev'))),
  ],
  [
    'uniform randomUniform random_uniform',
    'shape, minval=0, maxval=1, dtype=None, seed=None',
    (given) => uniform(numberOf(given.get('minval')), numberOf(given.get('maxval'))),
  ],
];

export const tensorCreators: Readonly<Record<string, NativeValue>> = Object.fromEntries(
  creators.flatMap(([names, parameters, make]) =>
    names.split(' ').map((name): [string, NativeValue] => [
      name,
      nativeFunction(`tf.${name}`, parameters, (given, context) => {
        const shape =
          name === 'constant' ? constantShape(given) : shapeOf(given.raw.positional[0]?.value ?? given.get('shape'));
        return allocate(shape, make(given), context);
      }),
    ]),
  ),
);

/** `tf.constant(0.1, shape=[32])`; a list of values has a length of its own. */
function constantShape(given: BoundArguments): Shape | null {
  if (!isNone(given.get('shape'))) return shapeOf(given.get('shape'));
  return numberOf(given.get('value')) === null ? null : [];
}
