import type { LossKind } from '../../../core/graph/graph.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, isNone, shapeOf, stringOf } from '../../interpreter/read.ts';
import { method, namespace, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, none, number, string, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { applyLayer, argument, type V1Parts, without } from './apply-layer.ts';
import { contribMembers } from './contrib.ts';
import { tensorCreators } from './creators.ts';
import { addVariable, defaultGraph, placeholder, scopedName, setOutputs } from './default-graph.ts';
import type { Dialect } from './dialect.ts';
import { lossKind } from './losses.ts';
import { getVariableScope, nameScope, scopeInitializer, variableScope } from './name-scopes.ts';
import { createVariable } from './variables.ts';
import { newWeight, writeInitial } from './weights.ts';

type Members = Readonly<Record<string, Value>>;

/** What TensorFlow 1 has beside what TensorFlow 2 has too: placeholders, variables by name, layers as functions. */
export function createV1Members(parts: V1Parts): Members {
  const { dialect, functional, initializers } = parts;
  const layers = layerFunctions(parts);
  const initializer = (name: string, renamed: Readonly<Record<string, Value>> = {}): Value =>
    initializerWith(initializers[name] ?? none, renamed);
  return {
    placeholder: nativeFunction('tf.placeholder', 'dtype=None, shape=None, name=None', (given, context) =>
      placeholder(shapeOf(given.get('shape')), stringOf(given.get('name')), functional, context),
    ),
    placeholder_with_default: nativeFunction('tf.placeholder_with_default', 'input, shape, name=None', (given) =>
      given.get('input'),
    ),
    get_variable: getVariable(dialect),
    variable_scope: variableScope,
    get_variable_scope: getVariableScope,
    name_scope: nameScope,
    AUTO_REUSE: string('auto_reuse'),
    layers: openNamespace('tensorflow.layers', layers),
    contrib: openNamespace('tensorflow.contrib', contribMembers(parts)),
    Variable: registeredVariable(dialect),
    random_normal: tensorCreators.random_normal ?? none,
    truncated_normal: tensorCreators.truncated_normal ?? none,
    random_uniform: tensorCreators.random_uniform ?? none,
    Session: sessionClass,
    InteractiveSession: sessionClass,
    train: openNamespace('tensorflow.train', optimizers),
    summary: namespace('tensorflow.summary', (name) =>
      nativeFunction(`tf.summary.${name}`, '*args, **kwargs', () => none),
    ),
    losses: namespace('tensorflow.losses', (name) => lossFunction(name)),
    // TensorFlow 2 has none of these names; their std is 1 where nothing is said.
    truncated_normal_initializer: initializer('TruncatedNormal', { stddev: number(1) }),
    glorot_uniform_initializer: initializer('GlorotUniform'),
    glorot_normal_initializer: initializer('GlorotNormal'),
    orthogonal_initializer: initializer('Orthogonal'),
    variance_scaling_initializer: initializer('VarianceScaling'),
  };
}

/** Where `tensorflow.compat.v1` differs from the names that TensorFlow 2 kept. */
export function v1Defaults(initializers: Members): Members {
  const initializer = (name: string, defaults: Readonly<Record<string, Value>>) =>
    initializerWith(initializers[name] ?? none, defaults);
  return {
    random_normal_initializer: initializer('RandomNormal', { stddev: number(1) }),
    random_uniform_initializer: initializer('RandomUniform', { minval: number(0), maxval: number(1) }),
  };
}

/** Losses on logits: what comes in is what the model puts out. */
export const logitLosses: Members = Object.fromEntries(
  [
    'softmax_cross_entropy_with_logits',
    'softmax_cross_entropy_with_logits_v2',
    'sparse_softmax_cross_entropy_with_logits',
    'sigmoid_cross_entropy_with_logits',
    'weighted_cross_entropy_with_logits',
  ].map((name) => [name, lossFunction(name)]),
);

function lossFunction(name: string): Value {
  const plain = name
    .replace(/^(?:sparse_)?softmax.*|weighted_cross.*/, 'crossentropy')
    .replace(/^sigmoid.*/, 'binarycrossentropy');
  const kind: LossKind | null = lossKind(plain);
  return nativeFunction(`tf.${name}`, '*args, **kwargs', ({ raw }, context) => {
    const named = raw.keyword.get('logits') ?? raw.keyword.get('predictions') ?? raw.positional[1] ?? raw.positional[0];
    if (named !== undefined) setOutputs(named.value, kind, context);
    return unknown(`loss ${name}`);
  });
}

function getVariable(dialect: Dialect): Value {
  return nativeFunction(
    'tf.get_variable',
    'name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, collections=None, **kwargs',
    (given, context) => {
      const name = stringOf(given.get('name')) ?? 'variable';
      const known = defaultGraph(context).variables.get(scopedName(name));
      if (known !== undefined) return known;
      const made = newVariable(given, dialect, context);
      if (made.type === 'tensor') addVariable(name, made, context);
      return made;
    },
  );
}

function newVariable(given: BoundArguments, dialect: Dialect, context: NativeContext): Value {
  const trainable = booleanOf(given.get('trainable')) ?? true;
  const own = given.given('initializer');
  // A tensor brings its shape.
  if (own?.value.type === 'tensor') return context.call(createVariable(dialect), [own.value, given.get('trainable')]);
  const shape = shapeOf(given.get('shape'));
  const role = shape !== null && shape.length >= 2 ? 'weight' : 'other';
  const weight = newWeight({ shape, role }, dialect, trainable);
  const isOwn = own !== null && !isNone(own.value);
  const source = isOwn ? own : (scopeInitializer() ?? string('glorot_uniform'));
  writeInitial(weight, source, dialect, context, 'default of tf.get_variable', context.at);
  return weight;
}

function registeredVariable(dialect: Dialect): Value {
  const make = createVariable(dialect);
  return nativeFunction('tf.Variable', '*args, name=None, **kwargs', ({ raw }, context) => {
    const made = context.callWith(make, raw);
    const name = stringOf(raw.keyword.get('name')?.value ?? none) ?? 'Variable';
    if (made.type === 'tensor') addVariable(name, made, context);
    return made;
  });
}

/** `tf.layers.dense(x, 10)` is `Dense(10)(x)`. */
function layerFunctions({ layer }: V1Parts): Members {
  const classes: Readonly<Record<string, string>> = {
    dense: 'Dense',
    conv1d: 'Conv1D',
    conv2d: 'Conv2D',
    conv3d: 'Conv3D',
    conv2d_transpose: 'Conv2DTranspose',
    conv3d_transpose: 'Conv3DTranspose',
    separable_conv1d: 'SeparableConv1D',
    separable_conv2d: 'SeparableConv2D',
    batch_normalization: 'BatchNormalization',
    max_pooling1d: 'MaxPooling1D',
    max_pooling2d: 'MaxPooling2D',
    max_pooling3d: 'MaxPooling3D',
    average_pooling1d: 'AveragePooling1D',
    average_pooling2d: 'AveragePooling2D',
    average_pooling3d: 'AveragePooling3D',
    flatten: 'Flatten',
    dropout: 'Dropout',
  };
  const functions = Object.entries(classes).map(([name, class_]): [string, Value] => [
    name,
    nativeFunction(`tf.layers.${name}`, 'inputs, *args, **kwargs', ({ raw }, context) => {
      const isNamed = raw.keyword.has('inputs');
      const input = raw.keyword.get('inputs') ?? raw.positional[0];
      const keyword = without(raw.keyword, ['inputs', 'training', 'reuse', 'trainable']);
      if (name === 'dropout' && raw.positional.length < 2 && !keyword.has('rate'))
        keyword.set('rate', argument(number(0.5)));
      const given = { positional: raw.positional.slice(isNamed ? 0 : 1), keyword, open: raw.open };
      return input === undefined ? unknown(name) : applyLayer(layer(class_), given, input.value, context);
    }),
  ]);
  const aliases = Object.keys(classes).map((name): [string, Value] => [
    classes[name] ?? name,
    layer(classes[name] ?? name),
  ]);
  return Object.fromEntries([...functions, ...aliases]);
}

/** An initializer class with other defaults. */
function initializerWith(class_: Value, defaults: Readonly<Record<string, Value>>): Value {
  if (class_.type !== 'class' || Object.keys(defaults).length === 0) return class_;
  const own = class_.native;
  const order = own === null ? [] : own.signature.parameters.map(({ name }) => name);
  return nativeFunction(class_.native?.name ?? class_.name, '*args, **kwargs', ({ raw }, context) => {
    const keyword = new Map(raw.keyword);
    for (const [name, value] of Object.entries(defaults))
      if (!keyword.has(name) && order.indexOf(name) >= raw.positional.length) keyword.set(name, argument(value));
    return context.callWith(class_, { ...raw, keyword });
  });
}

/** What a session computes is not known. */
const sessionClass: ClassValue = nativeClass('tensorflow.Session', {
  methods: {
    run: method('*args, **kwargs', () => unknown('result of a session')),
    close: method('', () => none),
    as_default: method('', (self) => self),
    __enter__: method('', (self) => self),
    __exit__: method('*args', () => none),
  },
});

const optimizerClass: ClassValue = nativeClass('tensorflow.train.Optimizer', {
  methods: {
    minimize: method('loss, *args, **kwargs', (_, given, context) => {
      setOutputs(given.get('loss'), null, context);
      return unknown('training step');
    }),
    compute_gradients: method('loss, *args, **kwargs', (_, given, context) => {
      setOutputs(given.get('loss'), null, context);
      return unknown('gradients');
    }),
    apply_gradients: method('*args, **kwargs', () => unknown('training step')),
  },
});

const optimizers: Members = Object.fromEntries(
  ['GradientDescent', 'Adam', 'Adagrad', 'Adadelta', 'RMSProp', 'Momentum', 'Ftrl'].map((name) => [
    `${name}Optimizer`,
    optimizerClass,
  ]),
);

function openNamespace(name: string, members: Members): Value {
  return namespace(name, (member) =>
    Object.hasOwn(members, member) ? (members[member] ?? null) : unknown(`${name}.${member}`),
  );
}

export const moments: Value = nativeFunction('tf.nn.moments', 'x, *args, **kwargs', () =>
  tuple([unknown('mean'), unknown('variance')]),
);
