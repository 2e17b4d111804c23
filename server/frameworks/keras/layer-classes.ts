import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import type { BoundArguments, NativeContext, NativeMethod } from '../../interpreter/native.ts';
import { booleanOf, isNone, itemsOf, shapeOf, stringOf, valueOfShape } from '../../interpreter/read.ts';
import { bind, signature } from '../../interpreter/signature.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import {
  boolean,
  type CallArguments,
  type ClassValue,
  type InstanceValue,
  list,
  none,
  string,
  type Value,
} from '../../interpreter/values.ts';
import { configurationOf, fromConfiguration } from './cloning.ts';
import { configOf } from './config.ts';
import type { Dialect } from './dialect.ts';
import { createEmitter, withCallSite } from './emitter.ts';
import type { LayerSpec } from './layer-spec.ts';
import { isPlainModule, layerClassName, stateOf } from './layer-state.ts';
import { openScopes, withoutScopes } from './name-scopes.ts';
import { childrenOf, currentName, describeModel } from './names.ts';
import { runSpec } from './run-layer.ts';
import { callSymbolically, flatTensors, inLanguage, isSymbolic, tensorsOf } from './symbolic.ts';
import { assignTo } from './variables.ts';
import { isOpen, makeWeight, newWeight, writeInitial } from './weights.ts';

/** Arguments that every layer takes. */
const common =
  'name=None, trainable=True, dtype=None, input_shape=None, batch_input_shape=None, input_dim=None, **kwargs';

export interface LayerClasses {
  /** `Layer`: base of all, and of the user's own. */
  readonly base: ClassValue;
  make(className: string, spec: LayerSpec): ClassValue;
}

/** The class `Layer`, and how a class is made from its description. */
export function createLayerClasses(dialect: Dialect): LayerClasses {
  const base = nativeClass(layerClassName(dialect), {
    parameters: common,
    construct: (instance, given) => keepCommon(instance, given),
    methods: layerMethods(dialect),
    classMethods: {
      from_config: (class_) =>
        nativeFunction('from_config', 'config, **kwargs', (given, context) =>
          fromConfiguration(class_, given.get('config'), context),
        ),
    },
    getAttribute: (instance, name) => layerAttribute(instance, name, dialect),
    setAttribute: (instance, name, value) => {
      if (name === 'trainable') setTrainable(instance, booleanOf(value), dialect);
    },
  });
  return { base, make: (className, spec) => layerClass(className, spec, base, dialect) };
}

function layerClass(className: string, spec: LayerSpec, base: ClassValue, dialect: Dialect): ClassValue {
  const text = dialect.layerText(className);
  return nativeClass(`keras.layers.${className}`, {
    bases: [base],
    parameters: spec.parameters === '' ? common : `${spec.parameters}, ${common}`,
    construct: (instance, given) => {
      keepCommon(instance, given, /\binput_dim\b/.test(spec.parameters));
      stateOf(instance).config = configOf(given, spec.renamed);
    },
    methods: {
      build: method('*args, **kwargs', (self, given, context) => {
        const shapes = shapesOf(given.raw);
        const { config } = stateOf(self);
        for (const weight of spec.weights?.(config, shapes) ?? [])
          makeWeight(self, weight, config, dialect, context, text);
        return none;
      }),
      call: method('*args, **kwargs', (self, given, context) => runSpec(spec, self, given.raw, dialect, context)),
    },
    getAttribute: (instance, name) => {
      const state = stateOf(instance);
      for (const [path, weight] of state.weights) if (path === name || path.endsWith(`/${name}`)) return weight.tensor;
      const argument = state.config.value(name);
      return argument.type === 'unknown' ? layerAttribute(instance, name, dialect) : argument;
    },
  });
}

function layerMethods(dialect: Dialect): Readonly<Record<string, NativeMethod>> {
  const run = method('*args, **kwargs', (self, given, context) =>
    callLayerSymbolically(self, given.raw, context, null),
  );
  return {
    __call__: run,
    apply: run,
    build: method('*args, **kwargs', () => none),
    call: method('inputs, *args, **kwargs', (_, given) => given.get('inputs')),
    add_weight: addWeight(
      dialect,
      'shape=None, initializer=None, dtype=None, trainable=True, autocast=True, regularizer=None, constraint=None, aggregation=None, overwrite_with_gradient=False, name=None, **kwargs',
      // Keras 2 began with the name.
      'name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None, **kwargs',
    ),
    add_variable: addWeight(
      dialect,
      'shape, initializer=None, dtype=None, trainable=True, autocast=True, regularizer=None, constraint=None, name=None',
      'name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None, **kwargs',
    ),
    // TensorFlow.js: addWeight(name, shape, dtype, initializer, regularizer, trainable, constraint).
    addWeight: addWeight(
      dialect,
      'name, shape, dtype=None, initializer=None, regularizer=None, trainable=True, constraint=None',
    ),
    get_config: method('', (self) => configurationOf(self)),
    get_weights: method('', (self) => list(describeModel(self, dialect).parameters.map(({ tensor }) => tensor))),
    set_weights: method('weights', setWeights(dialect)),
    load_weights: method('*args, **kwargs', forgetWeights(dialect)),
    setWeights: method('weights', setWeights(dialect)),
    loadWeights: method('*args, **kwargs', forgetWeights(dialect)),
    add_loss: method('*args, **kwargs', () => none),
    add_metric: method('*args, **kwargs', () => none),
  };
}

/** A layer's call in user code, which may be part of a functional model. `at` is where a layer of a Sequential is made. */
export function callLayerSymbolically(
  layer: InstanceValue,
  arguments_: CallArguments,
  context: NativeContext,
  at: Span | null,
): Value {
  const run = (given: CallArguments): Value => {
    const call = () => callLayer(layer, given, context);
    const result = at === null ? call() : withCallSite(at, call);
    const inputs = result.type === 'unknown' ? tensorsOf(given) : [];
    // What could not be followed still depends on what went in.
    if (inputs.length === 0) return result;
    const op = { kind: 'unknown', name: layer.class.name } as const;
    return createEmitter(context).add({ op, inputs, owner: layer, shape: null });
  };
  const result = callSymbolically(arguments_, layer, context, run);
  if (isSymbolic(result)) {
    const [inputs] = arguments_.positional;
    stateOf(layer).lastCall = { inputs: inputs?.value ?? none, outputs: result };
  }
  return result;
}

/** Builds a layer for what it is called with, where that is not done yet, and runs it. */
export function callLayer(layer: InstanceValue, arguments_: CallArguments, context: NativeContext): Value {
  const shapes = inputShapesOf(arguments_);
  const state = stateOf(layer);
  if (isPlainModule(layer)) return runOwn(layer, arguments_, () => context.callWith(layer, arguments_), context);
  const isVague = [...state.weights.values()].some(({ tensor }) => isOpen(tensor.shape));
  if (state.builtFor === null || (isVague && knows(shapes) > knows(state.builtFor))) {
    context.touch(layer);
    state.builtFor = shapes;
    state.scope = openScopes();
    withoutScopes(context, () =>
      context.call(
        context.getAttribute(layer, 'build'),
        buildArguments(layer, arguments_).map((shape) => inLanguage(shape, context)),
      ),
    );
  }
  const run = () => withoutScopes(context, () => context.callWith(context.getAttribute(layer, 'call'), arguments_));
  // What the user's own `call` calls is called there.
  return layer.class.native === null ? runOwn(layer, arguments_, run, context) : run();
}

/** A layer of the user's; one that gives back what it is given (stochastic depth at inference) is in the graph too. */
function runOwn(layer: InstanceValue, arguments_: CallArguments, run: () => Value, context: NativeContext): Value {
  const result = withCallSite(null, () => context.graph.owned(layer, run));
  if (!context.graph.isTracing || result.type !== 'tensor' || result.layer === null) return result;
  const isInput = tensorsOf(arguments_).some((input) => input.layer === result.layer);
  const op = { kind: 'activation', fn: 'identity' } as const;
  return isInput ? createEmitter(context).add({ op, inputs: [result], owner: layer }) : result;
}

/**
 * `build(input_shape)` gets the shape of the first argument, a list where that is one; with more parameters it gets the
 * shapes of more arguments. Layers of the tables take them all.
 */
function buildArguments(layer: InstanceValue, arguments_: CallArguments): Value[] {
  const shapes = inputShapesOf(arguments_).map(valueOfShape);
  const build = layer.class.order.map(({ members }) => members.get('build')).find((member) => member !== undefined);
  if (build?.type !== 'function') return [shapes.length === 1 ? (shapes[0] ?? none) : list(shapes)];
  const [first] = arguments_.positional;
  const count = build.node.parameters.filter(({ kind }) => kind === 'normal' || kind === 'positionalOnly').length - 1;
  if (count > 1) return shapes.slice(0, count);
  if (first === undefined) return shapes.slice(0, 1);
  const own = flatTensors(first.value).map((value) => valueOfShape(value.shape));
  return [first.value.type === 'tensor' ? (own[0] ?? none) : list(own)];
}

/** How many sizes of the shapes are numbers. */
function knows(shapes: readonly (Shape | null)[]): number {
  return shapes.flatMap((shape) => shape ?? []).filter((dim) => typeof dim === 'number').length;
}

/** Shapes of the tensors in a call: of the first argument, or of all where it is a list. */
function inputShapesOf(arguments_: CallArguments): (Shape | null)[] {
  return tensorsOf(arguments_).map((value) => value.shape);
}

/** `build(input_shape)`: one shape, or a list of them. */
function shapesOf(arguments_: CallArguments): (Shape | null)[] {
  const first = arguments_.positional[0]?.value ?? arguments_.keyword.get('input_shape')?.value ?? none;
  const items = itemsOf(first);
  if (items?.some((item) => itemsOf(item) !== null)) return items.map(shapeOf);
  return [shapeOf(first)];
}

/** `ownsDim`: the layer has an argument `input_dim` of its own (`Embedding`'s vocabulary). */
function keepCommon(instance: InstanceValue, given: BoundArguments, ownsDim = false): void {
  const state = stateOf(instance);
  state.name = stringOf(given.get('name'));
  state.isTrainable = booleanOf(given.get('trainable')) ?? true;
  const shape = given.get('input_shape');
  const batchShape = given.get('batch_input_shape');
  const size = given.get('input_dim');
  if (itemsOf(batchShape) !== null) state.inputShapes = [shapeOf(batchShape)];
  else if (itemsOf(shape) !== null) state.inputShapes = [[null, ...(shapeOf(shape) ?? [])]];
  else if (!ownsDim && size.type === 'number') state.inputShapes = [[null, size.value]];
}

function layerAttribute(instance: InstanceValue, name: string, dialect: Dialect): Value | null {
  const state = stateOf(instance);
  switch (name) {
    case 'name':
      return string(currentName(instance, dialect));
    case 'trainable':
      return boolean(state.isTrainable);
    case 'built':
      return boolean(state.builtFor !== null);
    case 'weights':
    case 'variables':
    case 'trainable_weights':
    case 'trainable_variables':
    case 'trainableWeights':
      return list(describeModel(instance, dialect).parameters.map(({ tensor }) => tensor));
    case 'layers':
      return list(childrenOf(instance));
    case 'input':
      return state.lastCall?.inputs ?? null;
    case 'output':
      return state.lastCall?.outputs ?? null;
    case 'losses':
    case 'metrics':
      return list([]);
    case 'dtype':
      return string('float32');
    default:
      return [...state.weights].find(([key]) => key === name)?.[1].tensor ?? null;
  }
}

function setTrainable(instance: InstanceValue, trainable: boolean | null, dialect: Dialect): void {
  if (trainable === null) return;
  stateOf(instance).isTrainable = trainable;
  for (const child of childrenOf(instance)) setTrainable(child, trainable, dialect);
  for (const { tensor } of stateOf(instance).weights.values())
    if (tensor.storage !== null) tensor.storage.trainable = trainable;
}

/** `self.add_weight(shape=…, initializer=…)` of the user's own layers. */
function addWeight(dialect: Dialect, parameters: string, withNameFirst = parameters): NativeMethod {
  return method(parameters, (self, bound, context) => {
    const state = stateOf(self);
    const hasName = bound.raw.positional[0]?.value.type === 'string';
    const given = hasName ? bind(signature(withNameFirst), bound.raw) : bound;
    const shape = isNone(given.get('shape')) ? [] : shapeOf(given.get('shape'));
    const name = stringOf(given.get('name'));
    const trainable = booleanOf(given.get('trainable')) ?? true;
    const weight = newWeight({ shape, role: roleOf(name ?? '', shape) }, dialect, trainable && state.isTrainable);
    const source = given.given('initializer') ?? string('glorot_uniform');
    writeInitial(weight, source, dialect, context, 'default of add_weight', context.at);
    const isUnnamed = name === null;
    const key = name ?? `variable ${state.weights.size}`;
    state.weights.set(key, { as: 'weight', tensor: weight, isState: !trainable, isUnnamed });
    return weight;
  });
}

/** What a weight of the user's own layer probably is. */
function roleOf(name: string, shape: Shape | null): ParameterRole {
  if (/bias|beta/i.test(name)) return 'bias';
  if (shape !== null && shape.length >= 2) return 'weight';
  return /gamma|scale|gain/i.test(name) ? 'scale' : 'other';
}

/** `layer.set_weights([kernel, bias])`: what the tensors hold, where every one of them is known. */
function setWeights(dialect: Dialect) {
  const forget = forgetWeights(dialect);
  return (self: InstanceValue, given: BoundArguments, context: NativeContext): Value => {
    const own = describeModel(self, dialect).parameters;
    const values = itemsOf(given.get('weights')) ?? [];
    if (own.length === 0 || own.length !== values.length) return forget(self, given, context);
    for (const [index, { tensor }] of own.entries()) {
      if (tensor.storage !== null) context.touch(tensor.storage);
      assignTo(tensor, values[index] ?? none);
    }
    return none;
  };
}

/** Weights from a file or a list: what they start with is not known. */
function forgetWeights(dialect: Dialect) {
  return (self: InstanceValue, _: BoundArguments, context: NativeContext): Value => {
    for (const { tensor } of describeModel(self, dialect).parameters) {
      if (tensor.storage === null) continue;
      context.touch(tensor.storage);
      tensor.storage.overwrittenByUnknown = true;
    }
    return none;
  };
}
