import { dataclassesModule } from '../../interpreter/library/python/dataclasses.ts';
import { nativeFunction, tensor } from '../../interpreter/table.ts';
import { type NativeValue, number, unknown, type Value } from '../../interpreter/values.ts';
import { networkFunctions } from './functions.ts';
import { initializerFunctions } from './initializer-values.ts';
import { containerClasses as linenContainers } from './linen/containers.ts';
import { decorators } from './linen/decorators.ts';
import { layerClasses as linenLayers } from './linen/layer-classes.ts';
import { moduleClass as linenModule, shareScope } from './linen/module.ts';
import { transforms } from './linen/transforms.ts';
import { containerClasses as nnxContainers, layerClasses as nnxLayers } from './nnx/layer-classes.ts';
import { collectionClasses, moduleClass as nnxModule } from './nnx/module.ts';
import { variableMembers } from './nnx/variables.ts';
import { numpyFunctions } from './numpy.ts';
import { randomFunctions } from './numpy-creators.ts';
import { markOurs } from './ours.ts';
import { shapeOf } from './shapes.ts';

type Members = Readonly<Record<string, Value>>;

/** `nn.with_partitioning(init, names)`: how an array is laid out on devices says nothing of its values. */
const first = (name: string, parameter = 'fn'): NativeValue =>
  nativeFunction(name, `${parameter}, *args, **kwargs`, (given) => given.get(parameter));

const partitioning = (system: string): Members =>
  Object.fromEntries(
    ['with_partitioning', 'with_logical_partitioning', 'with_logical_constraint', 'with_sharding_constraint'].map(
      (name) => [name, first(`${system}.${name}`)],
    ),
  );

/** A decorator, with or without arguments, that leaves a function as it is. */
const transparent = (name: string): NativeValue =>
  nativeFunction(name, 'fun=None, *args, **kwargs', (given) => {
    const fun = given.get('fun');
    return fun.type === 'none' || fun.type === 'number' ? first(name) : fun;
  });

const initializers: Members = initializerFunctions;

/** What `linen` and `nnx` both offer of `jax.nn`. */
const shared: Members = { ...networkFunctions };

const linen: Members = {
  ...shared,
  Module: linenModule,
  ...linenLayers,
  ...linenContainers,
  ...decorators,
  ...transforms,
  ...partitioning('flax.linen'),
  share_scope: shareScope,
  zeros_init: initializers.zeros_init ?? unknown(),
  ones_init: initializers.ones_init ?? unknown(),
  merge_param: nativeFunction('flax.linen.merge_param', 'name, a, b', (given) => {
    const b = given.get('b');
    return b.type === 'none' ? given.get('a') : b;
  }),
};

const nnx: Members = {
  ...shared,
  Module: nnxModule,
  Pytree: nnxModule,
  Object: nnxModule,
  ...nnxLayers,
  ...nnxContainers,
  ...collectionClasses,
  ...variableMembers,
  ...partitioning('flax.nnx'),
  data: first('flax.nnx.data', 'value'),
  static: first('flax.nnx.static', 'value'),
  ...Object.fromEntries(
    ['jit', 'remat', 'checkpoint', 'value_and_grad', 'grad'].map((name) => [name, transparent(`flax.nnx.${name}`)]),
  ),
};

const jax: Members = {
  ...Object.fromEntries(
    ['jit', 'checkpoint', 'remat', 'named_call', 'pmap'].map((name) => [name, transparent(`jax.${name}`)]),
  ),
  ShapeDtypeStruct: nativeFunction('jax.ShapeDtypeStruct', 'shape, dtype=None, **kwargs', (given) =>
    markOurs(tensor({ shape: shapeOf(given.get('shape')) })),
  ),
  device_count: nativeFunction('jax.device_count', '', () => number(1)),
  local_device_count: nativeFunction('jax.local_device_count', '', () => number(1)),
};

/** `jax.lax`: what models use of it. */
const lax: Members = {
  ...Object.fromEntries(
    ['rsqrt', 'sqrt', 'exp', 'log', 'tanh', 'abs', 'square', 'erf', 'max', 'min', 'add', 'sub', 'mul', 'div'].flatMap(
      (name) => {
        const numpyName =
          { max: 'maximum', min: 'minimum', sub: 'subtract', mul: 'multiply', div: 'divide' }[name] ?? name;
        const found = numpyFunctions[numpyName];
        return found === undefined ? [] : [[name, found] as const];
      },
    ),
  ),
  stop_gradient: first('jax.lax.stop_gradient', 'x'),
  with_sharding_constraint: first('jax.lax.with_sharding_constraint', 'x'),
  select: numpyFunctions.where ?? unknown(),
  concatenate: nativeFunction('jax.lax.concatenate', 'operands, dimension', (given, context) =>
    context.call(numpyFunctions.concatenate ?? unknown(), [given.get('operands'), given.get('dimension')]),
  ),
};

/** `flax.struct`: dataclasses that JAX may look into. */
const struct: Members = {
  dataclass: dataclassesModule.member('dataclass') ?? unknown(),
  field: nativeFunction('flax.struct.field', 'pytree_node=True, **kwargs', (given, context) =>
    context.callWith(dataclassesModule.member('field') ?? unknown(), {
      positional: [],
      keyword: given.keywordRest,
      open: given.raw.open,
    }),
  ),
};

const modules: Readonly<Record<string, Members>> = {
  'flax.linen': linen,
  'flax.linen.initializers': initializers,
  'flax.linen.spmd': linen,
  'flax.linen.partitioning': linen,
  'flax.nnx': nnx,
  'flax.nnx.initializers': initializers,
  'flax.nnx.nn.initializers': initializers,
  flax: {},
  'flax.struct': struct,
  jax,
  'jax.numpy': numpyFunctions,
  'jax.nn': networkFunctions,
  'jax.nn.initializers': initializers,
  'jax.random': randomFunctions,
  'jax.lax': lax,
};

/** Submodules that are looked into as such. */
const packages = new Set([...Object.keys(modules), 'flax.linen.module', 'flax.core', 'flax.training']);

/** The members of a module of JAX's or Flax's; what no table knows is unknown rather than missing. */
export function flaxModule(name: string): ((member: string) => Value | null) | null {
  if (!/^(?:flax|jax)(?:\.|$)/.test(name)) return null;
  // `flax.linen.linear`, `flax.nnx.nn.normalization`: files of a package.
  const members = modules[name] ?? modules[/^flax\.(?:linen|nnx)/.exec(name)?.[0] ?? ''] ?? {};
  return (member) => {
    if (Object.hasOwn(members, member)) return members[member] ?? null;
    const inner = `${name}.${member}`;
    return packages.has(inner) ? null : unknown(inner);
  };
}
