import { isNone, shapeOf, stringOf } from '../../interpreter/read.ts';
import { namespace, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, type NamespaceValue, none, unknown, type Value } from '../../interpreter/values.ts';
import { activationNames } from './activations.ts';
import { backendMembers, configMembers, passing } from './backend.ts';
import { tensorCreators } from './creators.ts';
import { layerSnakeCase } from './dialect.ts';
import { kerasDialect } from './dialect-keras.ts';
import { tensorFunctions } from './functions.ts';
import { createInitializerClasses } from './initializer-classes.ts';
import { createLayerClasses } from './layer-classes.ts';
import { stateOf } from './layer-state.ts';
import { layerAliases, layerSpecs } from './layers.ts';
import { lossNames } from './losses.ts';
import { createModelClasses } from './models.ts';
import { nameScope } from './name-scopes.ts';
import { symbolicInput } from './symbolic.ts';
import { createVariable } from './variables.ts';
import { createWrappers } from './wrappers.ts';

type Members = Readonly<Record<string, Value>>;

/** All modules of Keras and what models use of TensorFlow, by dotted name; built on first use. */
export function createNamespaces(): ReadonlyMap<string, NamespaceValue> {
  const classes = createLayerClasses(kerasDialect);
  const { model, functional, sequential } = createModelClasses(classes.base, kerasDialect);
  const layerClasses: Record<string, Value> = Object.fromEntries(
    Object.entries(layerSpecs).map(([name, spec]) => [name, classes.make(name, spec)]),
  );
  for (const [alias, name] of Object.entries(layerAliases)) {
    const original = layerClasses[name];
    if (original !== undefined) layerClasses[alias] = original;
  }
  const initializerClasses = createInitializerClasses(kerasDialect);
  const initializers: Members = {
    ...initializerClasses,
    ...snakeCased(initializerClasses),
    Initializer: nativeClass('keras.initializers.Initializer', {}),
    IdentityInitializer: initializerClasses.Identity ?? none,
    OrthogonalInitializer: initializerClasses.Orthogonal ?? none,
    get: nativeFunction('keras.initializers.get', 'identifier', (given) => given.get('identifier')),
  };
  const input = nativeFunction(
    'keras.Input',
    'shape=None, batch_size=None, dtype=None, sparse=None, batch_shape=None, name=None, tensor=None, **kwargs',
    (given, context) => {
      const batchShape = given.get('batch_shape');
      const shape = isNone(batchShape) ? withBatch(given.get('shape')) : shapeOf(batchShape);
      return symbolicInput(shape, stringOf(given.get('name')), context.at, null);
    },
  );
  const layers: Members = {
    ...layerClasses,
    ...createWrappers(classes.base, kerasDialect),
    InputLayer: inputLayer(classes.base),
    Input: input,
    Layer: classes.base,
    ...mergeFunctions(layerClasses),
  };
  const models: Members = {
    Model: model,
    Functional: functional,
    Sequential: sequential,
    load_model: unknownFunction('keras.models.load_model'),
  };
  const activations = pick(tensorFunctions, activationNames);
  const losses: Members = Object.fromEntries(
    lossNames.flatMap((name) => {
      const class_ = nativeClass(`keras.losses.${name}`, {});
      const functionName = layerSnakeCase(name);
      return [
        [name, class_],
        [functionName, unknownFunction(`keras.losses.${functionName}`)],
      ];
    }),
  );
  const keras: Record<string, Value> = {
    layers: open('keras.layers', layers),
    models: open('keras.models', models),
    initializers: open('keras.initializers', initializers),
    activations: open('keras.activations', activations),
    losses: open('keras.losses', losses),
    ops: open('keras.ops', { ...tensorFunctions, ...pick(tensorCreators, ['zeros', 'ones', 'full']) }),
    backend: open('keras.backend', { ...backendMembers, name_scope: nameScope }),
    name_scope: nameScope,
    config: open('keras.config', configMembers),
    saving: open('keras.saving', decorators),
    utils: open('keras.utils', decorators),
    api_export: open('keras.api_export', decorators),
    random: open('keras.random', pick(tensorCreators, ['normal', 'uniform', 'truncated_normal'])),
    Model: model,
    Sequential: sequential,
    Input: input,
    Layer: classes.base,
    Initializer: initializers.Initializer ?? none,
  };
  const random = open('tensorflow.random', pick(tensorCreators, ['normal', 'uniform', 'truncated_normal']));
  const tensorflow: Record<string, Value> = {
    ...tensorFunctions,
    ...pick(tensorCreators, ['zeros', 'ones', 'fill']),
    keras: open('keras', keras),
    nn: open('tensorflow.nn', tensorFunctions),
    math: open('tensorflow.math', tensorFunctions),
    linalg: open('tensorflow.linalg', tensorFunctions),
    random,
    initializers: open('tensorflow.initializers', initializers),
    Variable: createVariable(kerasDialect),
    Module: nativeClass('tensorflow.Module', {}),
    float32: none,
    ...Object.fromEntries(
      [
        ['random_normal_initializer', 'RandomNormal'],
        ['random_uniform_initializer', 'RandomUniform'],
        ['truncated_normal_initializer', 'TruncatedNormal'],
        ['constant_initializer', 'Constant'],
        ['zeros_initializer', 'Zeros'],
        ['ones_initializer', 'Ones'],
      ].map(([name = '', class_ = '']) => [name, initializers[class_] ?? none]),
    ),
  };
  return new Map(
    Object.entries({
      tensorflow: open('tensorflow', tensorflow),
      ...prefixed('tensorflow', tensorflow),
      keras: open('keras', keras),
      ...prefixed('keras', keras),
      ...prefixed('tensorflow.keras', keras),
    }),
  );
}

const decorators: Members = {
  register_keras_serializable: passing('keras.saving.register_keras_serializable'),
  keras_export: passing('keras.api_export.keras_export'),
};

/** A module whose other members exist, but are not known. */
function open(name: string, members: Members): NamespaceValue {
  return namespace(name, (member) =>
    Object.hasOwn(members, member) ? (members[member] ?? null) : unknown(`${name}.${member}`),
  );
}

function prefixed(prefix: string, members: Members): Record<string, NamespaceValue> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value.type === 'namespace' ? [[`${prefix}.${name}`, value]] : [],
    ),
  );
}

function pick(members: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.flatMap((name) => (members[name] === undefined ? [] : [[name, members[name]]])));
}

function snakeCased(classes: Readonly<Record<string, ClassValue>>): Members {
  return Object.fromEntries(Object.entries(classes).map(([name, value]) => [layerSnakeCase(name), value]));
}

/** `layers.add([a, b], name='sum')` is `layers.Add(name='sum')([a, b])`. */
function mergeFunctions(classes: Members): Members {
  return Object.fromEntries(
    ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'].map((name) => [
      name.toLowerCase(),
      nativeFunction(`keras.layers.${name.toLowerCase()}`, 'inputs, *args, **kwargs', (given, context) => {
        const positional = given.raw.positional.slice(given.raw.keyword.has('inputs') ? 0 : 1);
        const keyword = new Map([...given.raw.keyword].filter(([key]) => key !== 'inputs'));
        const layer = context.callWith(classes[name] ?? none, { positional, keyword, open: given.raw.open });
        return context.call(layer, [given.get('inputs')]);
      }),
    ]),
  );
}

/** In a `Sequential` it says the shape of the input. */
function inputLayer(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.InputLayer', {
    bases: [base],
    parameters:
      'shape=None, batch_size=None, dtype=None, sparse=None, batch_shape=None, input_tensor=None, input_shape=None, batch_input_shape=None, name=None, **kwargs',
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      const whole = isNone(given.get('batch_shape')) ? given.get('batch_input_shape') : given.get('batch_shape');
      const shape = isNone(given.get('shape')) ? given.get('input_shape') : given.get('shape');
      state.inputShapes = [isNone(whole) ? withBatch(shape) : shapeOf(whole)];
    },
  });
}

function withBatch(shape: Value) {
  const sizes = shapeOf(shape);
  return sizes === null ? null : [null, ...sizes];
}

function unknownFunction(name: string): Value {
  return nativeFunction(name, '*args, **kwargs', () => unknown(name));
}
