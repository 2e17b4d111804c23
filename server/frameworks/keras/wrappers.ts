import type { NativeContext } from '../../interpreter/native.ts';
import { stringOf } from '../../interpreter/read.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import {
  type ClassValue,
  type InstanceValue,
  none,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { createEmitter } from './emitter.ts';
import { callLayer, type LayerClasses } from './layer-classes.ts';
import { isLayer, stateOf } from './layer-state.ts';
import { createRecurrentWrappers } from './recurrent-wrappers.ts';
import { flatTensors } from './symbolic.ts';

/** Layers that hold a layer or a function. */
export function createWrappers(classes: LayerClasses, dialect: Dialect): Readonly<Record<string, ClassValue>> {
  const { base } = classes;
  return {
    ...createRecurrentWrappers(classes, dialect),
    TimeDistributed: timeDistributed(base),
    Lambda: lambda(base),
    SpectralNormalization: spectralNormalization(base),
  };
}

/** Runs its layer on every step of the second axis: dense and element-wise layers do so anyway. */
function timeDistributed(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.TimeDistributed', {
    bases: [base],
    parameters: 'layer, name=None, **kwargs',
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      const layer = given.get('layer');
      if (isLayer(layer)) state.layers.push(layer);
    },
    methods: {
      call: method('*args, **kwargs', (self, given, context) => {
        const [inner] = stateOf(self).layers;
        const [input] = given.raw.positional.flatMap(({ value }) => flatTensors(value));
        if (inner === undefined || input === undefined) return unknown('time distributed');
        if (perStep.has(inner.class.name)) return callLayer(inner, given.raw, context);
        return mergedSteps(inner, input, context);
      }),
    },
  });
}

const perStep = new Set(['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'Dropout', 'LayerNormalization']);

/** Steps become part of the batch and come back afterwards. */
function mergedSteps(inner: InstanceValue, input: TensorValue, context: NativeContext): Value {
  const emit = createEmitter(context);
  const { shape } = input;
  const merged = emit.add({
    op: { kind: 'reshape' },
    inputs: [input],
    name: 'merge_steps',
    shape: shape === null ? null : [null, ...shape.slice(2)],
  });
  const result = callLayer(
    inner,
    { positional: [{ value: merged, at: null }], keyword: new Map(), open: false },
    context,
  );
  if (result.type !== 'tensor') return result;
  const back =
    result.shape === null || shape === null ? null : [shape[0] ?? null, shape[1] ?? null, ...result.shape.slice(1)];
  return emit.add({ op: { kind: 'reshape' }, inputs: [result], name: 'split_steps', shape: back });
}

/** `Lambda(function)`: the function is followed. */
function lambda(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.Lambda', {
    bases: [base],
    parameters: 'function, output_shape=None, mask=None, arguments=None, name=None, **kwargs',
    construct: (instance, given) => {
      stateOf(instance).name = stringOf(given.get('name'));
      instance.attributes.set('function', given.get('function'));
    },
    methods: {
      call: method('inputs, **kwargs', (self, given, context) => {
        const result = context.call(self.attributes.get('function') ?? none, [given.get('inputs')]);
        if (flatTensors(result).length > 0) return result;
        const inputs = flatTensors(given.get('inputs'));
        return createEmitter(context).add({
          op: { kind: 'unknown', name: 'Lambda' },
          inputs,
          owner: self,
          shape: null,
        });
      }),
    },
  });
}

/** The wrapped layer with its kernel divided by its largest singular value while the model trains. */
function spectralNormalization(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.SpectralNormalization', {
    bases: [base],
    parameters: 'layer, power_iterations=1, name=None, **kwargs',
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      const layer = given.get('layer');
      if (isLayer(layer)) state.layers.push(layer);
    },
    methods: {
      call: method('*args, **kwargs', (self, given, context) => {
        const [inner] = stateOf(self).layers;
        return inner === undefined ? unknown('wrapped layer') : callLayer(inner, given.raw, context);
      }),
    },
  });
}
