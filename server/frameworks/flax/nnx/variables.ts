import { flaxFans } from '../../../../core/initializers/fans.ts';
import { constant } from '../../../../core/initializers/make.ts';
import { numberOf } from '../../../interpreter/read.ts';
import { method, nativeClass, nativeFunction, storage, tensor } from '../../../interpreter/table.ts';
import { unknown, type Value } from '../../../interpreter/values.ts';
import { copyInto } from '../../torch/writes.ts';
import { markOurs } from '../ours.ts';

/** `nnx.Param(value)`: a parameter that starts with the value. State of other kinds is no parameter. */
const param = nativeFunction('flax.nnx.Param', 'value, **metadata', (given, context): Value => {
  const value = given.get('value');
  const number = numberOf(value);
  const shape = value.type === 'tensor' ? value.shape : number === null ? null : [];
  const memory = storage(shape, { role: 'other', ...(shape === null ? {} : flaxFans(shape)) });
  const made = markOurs(tensor({ shape, storage: memory, isParameter: true }));
  if (number !== null) context.write(made, { initializer: constant(number), by: context.calleeText });
  else copyInto(made, value.type === 'tensor' ? value : null, context);
  return made;
});

const state = (name: string): Value =>
  nativeFunction(`flax.nnx.${name}`, 'value, **metadata', (given) => given.get('value'));

/** Streams of keys, each by its name: `rngs.params()`, `rngs()`. */
const rngs = nativeClass('flax.nnx.Rngs', {
  methods: {
    __call__: method('*args, **kwargs', () => unknown('key')),
    fork: method('*args, **kwargs', (self) => self),
  },
  getAttribute: (_, name) =>
    name.startsWith('__') ? null : nativeFunction(`flax.nnx.Rngs.${name}`, '*args, **kwargs', () => unknown('key')),
});

export const variableMembers: Readonly<Record<string, Value>> = {
  Param: param,
  LoRAParam: param,
  ...Object.fromEntries(
    ['BatchStat', 'Cache', 'Intermediate', 'Variable', 'VariableState', 'RngState'].map((name) => [name, state(name)]),
  ),
  Rngs: rngs,
};
