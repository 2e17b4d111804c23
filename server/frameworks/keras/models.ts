import type { LossKind } from '../../../core/graph/graph.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { NativeContext, NativeMethod } from '../../interpreter/native.ts';
import { isNone, itemsOf, shapeOf, stringOf } from '../../interpreter/read.ts';
import { method, nativeClass, tensor } from '../../interpreter/table.ts';
import {
  type CallArguments,
  type ClassValue,
  type InstanceValue,
  list,
  none,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { withCallSite } from './emitter.ts';
import { callLayer, callLayerSymbolically } from './layer-classes.ts';
import { isLayer, isSequential, modelClassName, sequentialClassName, stateOf } from './layer-state.ts';
import { lossKind } from './losses.ts';
import { childrenOf, currentName } from './names.ts';
import { markOurs } from './ours.ts';
import { flatTensors, inputOrigin, replay, symbolicInput } from './symbolic.ts';

export interface ModelClasses {
  readonly model: ClassValue;
  readonly functional: ClassValue;
  readonly sequential: ClassValue;
}

/** `Model` (subclassed, or functional with inputs and outputs) and `Sequential`. */
export function createModelClasses(base: ClassValue, dialect: Dialect): ModelClasses {
  const model = nativeClass(modelClassName(dialect), {
    bases: [base],
    parameters: 'inputs=None, outputs=None, name=None, trainable=True, **kwargs',
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      if (given.given('outputs') === null) return;
      state.functional = { inputs: given.get('inputs'), outputs: given.get('outputs') };
      state.inputShapes = flatTensors(given.get('inputs')).map((input) => input.shape);
    },
    methods: {
      ...modelMethods(dialect),
      call: method('*args, **kwargs', (self, given) =>
        runFunctional(
          self,
          given.raw.positional.map(({ value }) => value),
        ),
      ),
    },
    getAttribute: (instance, name) => functionalAttribute(instance, name),
  });
  const functional = nativeClass(`${dialect.id}.Functional`, {
    bases: [model],
    parameters: 'inputs, outputs, name=None, **kwargs',
  });
  const sequential = nativeClass(sequentialClassName(dialect), {
    bases: [model],
    parameters: 'layers=None, trainable=True, name=None',
    construct: (instance, given, context) => {
      stateOf(instance).name = stringOf(given.get('name'));
      const layers = given.get('layers');
      for (const layer of isNone(layers) ? [] : (context.iterate(layers) ?? [])) addTo(instance, layer, context);
      if (!isNone(layers) && context.iterate(layers) === null) context.note('the layers of a Sequential are not known');
    },
    methods: {
      add: method('layer, **kwargs', (self, given, context) => {
        context.touch(self);
        addTo(self, given.get('layer'), context);
        return none;
      }),
      pop: method('', (self, _, context) => {
        context.touch(self);
        const state = stateOf(self);
        const last = state.layers.pop() ?? none;
        if (state.functional !== null) {
          state.functional = { inputs: state.functional.inputs, outputs: state.functional.inputs };
          for (const layer of state.layers) grow(self, layer, context);
        }
        return last;
      }),
      call: method('inputs, **kwargs', (self, given, context) => runSequential(self, given.get('inputs'), context)),
    },
    items: (instance) => [...stateOf(instance).layers],
  });
  return { model, functional, sequential };
}

function modelMethods(dialect: Dialect): Readonly<Record<string, NativeMethod>> {
  const nothing = method('*args, **kwargs', () => none);
  const something = method('*args, **kwargs', () => unknown('result of training'));
  const compile = method("optimizer='rmsprop', loss=None, **kwargs", (self, given, context) => {
    context.touch(self);
    const options = given.get('optimizer');
    // TensorFlow.js: compile({optimizer, loss}).
    const loss = options.type === 'dict' ? (options.entries.get('sloss')?.value ?? none) : given.get('loss');
    stateOf(self).loss = lossOf(loss);
    return none;
  });
  const getLayer = method('name=None, index=None', (self, given) => {
    const children = childrenOf(self);
    const first = given.get('name');
    const index = given.get('index').type === 'number' ? given.get('index') : first;
    if (index.type === 'number') return children[index.value] ?? unknown('layer');
    const name = stringOf(first);
    return children.find((child) => currentName(child, dialect) === name) ?? unknown('layer');
  });
  return {
    compile,
    build: method('input_shape=None', (self, given, context) => {
      const shape = given.get('input_shape');
      const items = itemsOf(shape);
      if (items === null) return none;
      context.touch(self);
      const shapes = items.some((item) => itemsOf(item) !== null) ? items.map(shapeOf) : [shapeOf(shape)];
      buildFor(self, shapes, context);
      return none;
    }),
    summary: nothing,
    save: nothing,
    save_weights: nothing,
    fit: something,
    evaluate: something,
    predict: something,
    train_on_batch: something,
    fitDataset: something,
    trainOnBatch: something,
    dispose: nothing,
    get_layer: getLayer,
    getLayer,
  };
}

/** `model.build((None, 32))`: the weights are made as by a first call. */
function buildFor(model: InstanceValue, shapes: readonly (Shape | null)[], context: NativeContext): void {
  const state = stateOf(model);
  if (state.inputShapes !== null) return;
  state.inputShapes = shapes;
  const [first] = shapes;
  if (isSequential(model)) {
    if (first != null) start(model, symbolicInput(first, null, context.at, null));
    for (const layer of state.layers) grow(model, layer, context);
  } else {
    const inputs = shapes.map((shape) => markOurs(tensor({ shape })));
    const [only] = inputs;
    callLayer(model, argumentsOf(inputs.length === 1 && only !== undefined ? only : list(inputs)), context);
  }
}

/** With a known input shape a Sequential is built as it grows, like a functional model. */
function addTo(model: InstanceValue, layer: Value, context: NativeContext): void {
  const state = stateOf(model);
  if (isLayer(layer)) {
    if (state.layers.length === 0) state.inputShapes ??= stateOf(layer).inputShapes;
    if (isInputLayer(layer)) return;
    state.layers.push(layer);
    const [shape] = state.inputShapes ?? [];
    if (state.layers.length === 1 && shape != null) start(model, symbolicInput(shape, null, context.at, null));
    if (state.functional !== null) grow(model, layer, context);
    return;
  }
  const input = layer.type === 'tensor' ? inputOrigin(layer) : null;
  if (layer.type === 'tensor' && input !== null) {
    state.inputShapes = [layer.shape];
    start(model, layer);
    return;
  }
  state.functional = null;
  context.note('a layer of a Sequential is not known');
}

function isInputLayer(layer: InstanceValue): boolean {
  return layer.class.native !== null && layer.class.name === 'InputLayer';
}

function start(model: InstanceValue, input: TensorValue): void {
  if (input.shape !== null) stateOf(model).functional = { inputs: input, outputs: input };
}

function grow(model: InstanceValue, layer: InstanceValue, context: NativeContext): void {
  const state = stateOf(model);
  if (state.functional === null) return;
  const { inputs, outputs } = state.functional;
  state.functional = { inputs, outputs: callLayerSymbolically(layer, argumentsOf(outputs), context, layer.at) };
}

function argumentsOf(value: Value): CallArguments {
  return { positional: [{ value, at: null }], keyword: new Map(), open: false };
}

function runSequential(model: InstanceValue, input: Value, context: NativeContext): Value {
  if (stateOf(model).functional !== null) return runFunctional(model, [input]);
  return stateOf(model).layers.reduce<Value>(
    (value, layer) =>
      // Its layers are called nowhere in the code: where they are made says most.
      withCallSite(layer.at, () => callLayer(layer, argumentsOf(value), context)),
    input,
  );
}

/** The model's calls made again on other inputs; a dictionary of inputs goes by the names of its entries. */
function runFunctional(model: InstanceValue, arguments_: readonly Value[]): Value {
  const { functional } = stateOf(model);
  if (functional === null) return unknown('a model without a call method');
  const own = flatTensors(functional.inputs);
  const given = arguments_.flatMap(flatTensors);
  const bound = new Map(own.map((input, index) => [input, given[index] ?? tensor({ shape: input.shape })]));
  return replay([functional.outputs], bound)[0] ?? none;
}

function functionalAttribute(instance: InstanceValue, name: string): Value | null {
  const { functional, inputShapes } = stateOf(instance);
  switch (name) {
    case 'input':
    case 'inputs':
      if (functional === null) return null;
      return name === 'inputs' ? list(flatTensors(functional.inputs)) : functional.inputs;
    case 'output':
    case 'outputs':
      if (functional === null) return null;
      return name === 'outputs' ? list(flatTensors(functional.outputs)) : functional.outputs;
    case 'input_shape':
      return inputShapes?.[0] == null ? null : list([]);
    default:
      return null;
  }
}

/** A name, an instance of a loss class, a function of the framework; of several (a list) the first. */
function lossOf(value: Value): LossKind | null {
  const text = stringOf(value);
  if (text !== null) return lossKind(text);
  if (value.type === 'instance') return lossKind(value.class.name);
  if (value.type === 'class') return lossKind(value.name);
  if (value.type === 'native') return lossKind(value.function.name.slice(value.function.name.lastIndexOf('.') + 1));
  const first = itemsOf(value)?.[0];
  return first === undefined ? null : lossOf(first);
}
