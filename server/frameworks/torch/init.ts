import type { Initializer } from '../../../core/graph/initializer.ts';
import { isKnown, sizeOf } from '../../../core/graph/shape.ts';
import { torchFans } from '../../../core/initializers/fans.ts';
import { calculateGain, isTorchNonlinearity } from '../../../core/initializers/gains.ts';
import {
  constant,
  dirac,
  he,
  identity,
  normal,
  ones,
  orthogonal,
  sparse,
  truncatedNormal,
  uniform,
  unknownInitializer,
  xavier,
  zeros,
} from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { number, type TensorValue, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { fill } from './writes.ts';

/* `torch.nn.init`. */

interface InitRow {
  /** After `tensor`. */
  readonly parameters: string;
  /** Fewest dimensions of a tensor on which it does not raise. */
  readonly needs?: number;
  /** `null` where it raises. */
  readonly make: (given: BoundArguments, tensor: TensorValue, context: NativeContext) => Initializer | null;
}

const numeric = (given: BoundArguments, name: string) => numberOf(given.get(name));

const rows: Readonly<Record<string, InitRow>> = {
  uniform_: {
    parameters: 'a=0.0, b=1.0, generator=None',
    make: (given) => uniform(numeric(given, 'a'), numeric(given, 'b')),
  },
  normal_: {
    parameters: 'mean=0.0, std=1.0, generator=None',
    make: (given) => normal(numeric(given, 'mean'), numeric(given, 'std')),
  },
  // The bounds are absolute: with std 0.02 the default ones cut nothing.
  trunc_normal_: {
    parameters: 'mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None',
    make: (given) =>
      truncatedNormal(numeric(given, 'mean'), numeric(given, 'std'), numeric(given, 'a'), numeric(given, 'b')),
  },
  constant_: { parameters: 'val', make: (given) => constant(numeric(given, 'val')) },
  ones_: { parameters: '', make: () => ones() },
  zeros_: { parameters: '', make: () => zeros() },
  eye_: { parameters: '', needs: 2, make: (_, { shape }) => identity(1, known(shape?.[0]), known(shape?.[1])) },
  dirac_: {
    parameters: 'groups=1',
    needs: 3,
    make: (given, { shape }) =>
      dirac(numeric(given, 'groups') ?? 1, shape?.every(isKnown) ? shape.filter(isKnown) : null),
  },
  xavier_uniform_: { parameters: 'gain=1.0, generator=None', needs: 2, make: makeXavier('uniform') },
  xavier_normal_: { parameters: 'gain=1.0, generator=None', needs: 2, make: makeXavier('normal') },
  kaiming_uniform_: {
    parameters: "a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None",
    needs: 2,
    make: makeHe('uniform'),
  },
  kaiming_normal_: {
    parameters: "a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None",
    needs: 2,
    make: makeHe('normal'),
  },
  orthogonal_: {
    parameters: 'gain=1, generator=None',
    needs: 2,
    make: (given, { shape }) =>
      orthogonal(numeric(given, 'gain'), known(shape?.[0]), shape === null ? null : sizeOf(shape.slice(1))),
  },
  sparse_: {
    parameters: 'sparsity, std=0.01, generator=None',
    needs: 2,
    make: (given, { shape }) => sparse(numeric(given, 'sparsity'), numeric(given, 'std'), known(shape?.[0])),
  },
};

/** Those with a deprecated twin without an underscore. */
const deprecated = [
  'uniform',
  'normal',
  'constant',
  'eye',
  'dirac',
  'xavier_uniform',
  'xavier_normal',
  'kaiming_uniform',
  'kaiming_normal',
  'orthogonal',
  'sparse',
];

function makeXavier(distribution: 'uniform' | 'normal'): InitRow['make'] {
  return (given, { shape }) => {
    const gain = numeric(given, 'gain');
    const made = xavier(distribution, torchFans(shape ?? []), gain ?? 1);
    return gain === null ? withoutScale(made) : made;
  };
}

function makeHe(distribution: 'uniform' | 'normal'): InitRow['make'] {
  return (given, { shape }, context) => {
    const mode = stringOf(given.get('mode'))?.toLowerCase() === 'fan_out' ? 'fanOut' : 'fanIn';
    const name = stringOf(given.get('nonlinearity'));
    const named = given.given('nonlinearity') === null || name === null ? {} : { nonlinearity: name };
    const gain = gainOf(given.get('nonlinearity'), given.get('a'), given.given('nonlinearity'), context);
    if (gain === 'raises') return null;
    const made = he(distribution, torchFans(shape ?? []), { gain: gain ?? 1, mode, ...named });
    return gain === null ? withoutScale(made) : made;
  };
}

/** The family is known, how wide it is drawn is not. */
function withoutScale(initializer: Initializer): Initializer {
  return { ...initializer, std: null, low: null, high: null, scaling: null };
}

/** `calculate_gain`; a name that it refuses is reported. `null` where name or parameter are not known. */
function gainOf(
  nonlinearity: Value,
  parameter: Value,
  given: ReturnType<BoundArguments['given']>,
  context: NativeContext,
): number | null | 'raises' {
  const name = stringOf(nonlinearity);
  if (name === null) return null;
  if (!isTorchNonlinearity(name)) {
    const at = given?.at ?? null;
    // The fix replaces the literal; a name that comes from elsewhere has none here.
    if (at !== null && /^["']/.test(context.textOf(at))) {
      context.fact({ kind: 'unsupportedNonlinearity', at, callee: context.calleeText, name });
    } else context.note(`${context.calleeText} raises: it knows no gain for '${name}'`);
    return 'raises';
  }
  if (name !== 'leaky_relu' || isNone(parameter)) return calculateGain(name);
  const slope = numberOf(parameter);
  return slope === null ? null : calculateGain(name, slope);
}

function initFunction(name: string, row: InitRow): Value {
  return nativeFunction(`torch.nn.init.${name}`, `tensor, ${row.parameters}`, (given, context) => {
    const target = given.get('tensor');
    if (target.type !== 'tensor') return target;
    const { shape } = target;
    if (shape !== null && shape.length < (row.needs ?? 0)) {
      const at = given.given('tensor')?.at ?? null;
      const argument = at === null ? '' : context.textOf(at);
      const parameterName = argument.replace(/^self\./, '');
      context.fact({ kind: 'fanOfVector', at: context.at, callee: context.calleeText, parameterName, shape, argument });
      return target;
    }
    const initializer = row.make(given, target, context);
    if (initializer !== null) fill(target, initializer, `nn.init.${name}`, context);
    return target;
  });
}

const fansFunction = nativeFunction('torch.nn.init._calculate_fan_in_and_fan_out', 'tensor', (given) => {
  const { fanIn, fanOut } = torchFans(shapeOfArgument(given) ?? []);
  return fanIn === null || fanOut === null ? unknown('fans') : tuple([number(fanIn), number(fanOut)]);
});

const correctFan = nativeFunction('torch.nn.init._calculate_correct_fan', 'tensor, mode', (given) => {
  const { fanIn, fanOut } = torchFans(shapeOfArgument(given) ?? []);
  const fan = stringOf(given.get('mode'))?.toLowerCase() === 'fan_out' ? fanOut : fanIn;
  return fan === null ? unknown('fan') : number(fan);
});

const gainFunction = nativeFunction('torch.nn.init.calculate_gain', 'nonlinearity, param=None', (given, context) => {
  const gain = gainOf(given.get('nonlinearity'), given.get('param'), given.given('nonlinearity'), context);
  return typeof gain === 'number' ? number(gain, true) : unknown('gain');
});

export const initFunctions: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, initFunction(name, row)])),
  ...Object.fromEntries(
    deprecated.map((name) => [
      name,
      initFunction(name, rows[`${name}_`] ?? { parameters: '', make: unknownInitializer }),
    ]),
  ),
  calculate_gain: gainFunction,
  _calculate_fan_in_and_fan_out: fansFunction,
  _calculate_correct_fan: correctFan,
  _no_grad_uniform_: initFunction('_no_grad_uniform_', {
    parameters: 'a, b',
    make: (given) => uniform(numeric(given, 'a'), numeric(given, 'b')),
  }),
  _no_grad_normal_: initFunction('_no_grad_normal_', {
    parameters: 'mean, std',
    make: (given) => normal(numeric(given, 'mean'), numeric(given, 'std')),
  }),
};

function shapeOfArgument(given: BoundArguments) {
  const value = given.get('tensor');
  return value.type === 'tensor' ? value.shape : null;
}

function known(dim: number | string | null | undefined): number | null {
  return isKnown(dim) ? dim : null;
}
