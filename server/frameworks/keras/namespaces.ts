import { isNone, stringOf } from '../../interpreter/read.ts';
import { namespace, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, type NamespaceValue, none, unknown, type Value } from '../../interpreter/values.ts';
import { activationNames, snakeCase } from './activations.ts';
import { backendMembers, configMembers, passing } from './backend.ts';
import { cloned } from './cloning.ts';
import { createV1Members, logitLosses, moments, v1Defaults } from './compat-v1.ts';
import { tensorCreators } from './creators.ts';
import { layerSnakeCase } from './dialect.ts';
import { kerasDialect } from './dialect-keras.ts';
import { tensorFunctions } from './functions.ts';
import { createInitializerClasses } from './initializer-classes.ts';
import { createLayerClasses } from './layer-classes.ts';
import { isLayer } from './layer-state.ts';
import { createInput, layerMembers } from './layers-namespace.ts';
import { lossNames } from './losses.ts';
import { createModelClasses } from './models.ts';
import { nameScope } from './name-scopes.ts';
import { unknownCall } from './unknown-call.ts';
import { createKerasVariable } from './variables.ts';

type Members = Readonly<Record<string, Value>>;

/** All modules of Keras and what models use of TensorFlow, by dotted name; built on first use. */
export function createNamespaces(): ReadonlyMap<string, NamespaceValue> {
  const classes = createLayerClasses(kerasDialect);
  const { model, functional, sequential } = createModelClasses(classes.base, kerasDialect);
  const initializerClasses = createInitializerClasses(kerasDialect);
  const initializers: Members = {
    ...initializerClasses,
    ...snakeCased(initializerClasses),
    Initializer: nativeClass('keras.initializers.Initializer', {}),
    IdentityInitializer: initializerClasses.Identity ?? none,
    OrthogonalInitializer: initializerClasses.Orthogonal ?? none,
    get: nativeFunction('keras.initializers.get', 'identifier', (given) => given.get('identifier')),
  };
  const input = createInput();
  const layers = layerMembers(classes, input);
  const models: Members = {
    Model: model,
    Functional: functional,
    Sequential: sequential,
    clone_model: nativeFunction('keras.models.clone_model', 'model, *args, **kwargs', (given, context) => {
      const original = given.get('model');
      return isLayer(original) ? cloned(original, context) : unknown('clone');
    }),
    load_model: unknownFunction('keras.models.load_model'),
  };
  const activations: Members = {
    ...pick(tensorFunctions, activationNames),
    get: nativeFunction('keras.activations.get', 'identifier', (given) => activationFunction(given.get('identifier'))),
  };
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
    layers: namespace('keras.layers', layers),
    models: open('keras.models', models),
    initializers: open('keras.initializers', initializers),
    activations: open('keras.activations', activations),
    losses: open('keras.losses', losses),
    ops: functions('keras.ops', { ...tensorFunctions, ...pick(tensorCreators, ['zeros', 'ones', 'full']) }),
    backend: functions('keras.backend', { ...backendMembers, name_scope: nameScope }),
    name_scope: nameScope,
    Variable: createKerasVariable(kerasDialect),
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
  const layer = (name: string) => layers(name);
  const parts = { dialect: kerasDialect, functional, layer, initializers };
  const tensorflow: Record<string, Value> = {
    ...tensorFunctions,
    ...pick(tensorCreators, ['zeros', 'ones', 'fill', 'constant', 'zeros_like', 'ones_like']),
    ...createV1Members(parts),
    function: passing('tf.function'),
    keras: open('keras', keras),
    nn: functions('tensorflow.nn', { ...tensorFunctions, ...logitLosses, moments }),
    math: functions('tensorflow.math', tensorFunctions),
    linalg: functions('tensorflow.linalg', tensorFunctions),
    random,
    initializers: open('tensorflow.initializers', initializers),
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
  const v1 = open('tensorflow.compat.v1', { ...tensorflow, ...v1Defaults(initializers) });
  tensorflow.compat = open('tensorflow.compat', { v1, v2: open('tensorflow', tensorflow) });
  return new Map(
    Object.entries({
      tensorflow: open('tensorflow', tensorflow),
      ...prefixed('tensorflow', tensorflow),
      'tensorflow.compat.v1': v1,
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

/** A module of functions on tensors: of those that no table knows, the results depend on what goes in. */
function functions(name: string, members: Members): NamespaceValue {
  return namespace(name, (member) => {
    if (Object.hasOwn(members, member)) return members[member] ?? null;
    // `ops.image`, `tf.nn.rnn_cell`: modules of more such functions, and classes.
    return /^[A-Z_]/.test(member) ? unknown(`${name}.${member}`) : unknownFunction(`${name}.${member}`);
  });
}

/** `activations.get('relu')`; `None` is the identity. */
function activationFunction(identifier: Value): Value {
  const name = isNone(identifier) ? 'linear' : stringOf(identifier);
  return name === null ? identifier : (tensorFunctions[snakeCase(name)] ?? unknown(`activation ${name}`));
}

function unknownFunction(name: string): Value {
  return nativeFunction(
    name,
    '*args, **kwargs',
    ({ raw }, context) => unknownCall(name, raw, context) ?? unknown(name),
  );
}
