import type { NativeContext } from '../../interpreter/native.ts';
import { stringOf } from '../../interpreter/read.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import {
  type CallArguments,
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
import { type Cell, recurrentWeights, runRecurrent } from './layers/recurrent.ts';
import { currentName } from './names.ts';
import { flatTensors } from './symbolic.ts';
import { makeWeight } from './weights.ts';

/** Layers that hold a layer: `Bidirectional`, `TimeDistributed`, `Lambda`, `InputLayer`. */
export function createWrappers({ base }: LayerClasses, dialect: Dialect): Readonly<Record<string, ClassValue>> {
  return {
    Bidirectional: bidirectional(base, dialect),
    TimeDistributed: timeDistributed(base),
    Lambda: lambda(base),
  };
}

const cells: Readonly<Record<string, Cell>> = { SimpleRNN: 'rnn', LSTM: 'lstm', GRU: 'gru' };

/** Both directions are one op; the backward copy starts by the same initializers. */
function bidirectional(base: ClassValue, dialect: Dialect): ClassValue {
  return nativeClass('keras.layers.Bidirectional', {
    bases: [base],
    parameters: "layer, merge_mode='concat', weights=None, backward_layer=None, name=None, **kwargs",
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      const layer = given.get('layer');
      if (isLayer(layer)) state.layers.push(layer);
      instance.attributes.set('merge_mode', given.get('merge_mode'));
    },
    methods: {
      build: method('*args, **kwargs', () => none),
      call: method('*args, **kwargs', (self, given, context) => runBidirectional(self, given.raw, dialect, context)),
    },
  });
}

function runBidirectional(
  self: InstanceValue,
  arguments_: CallArguments,
  dialect: Dialect,
  context: NativeContext,
): Value {
  const [inner] = stateOf(self).layers;
  const [input] = arguments_.positional.flatMap(({ value }) => flatTensors(value));
  if (inner === undefined || input === undefined) return unknown('bidirectional');
  const emit = createEmitter(context);
  const cell = cells[inner.class.name];
  const mode = stringOf(self.attributes.get('merge_mode') ?? none);
  if (cell === undefined || mode !== 'concat') {
    return emit.add({ op: { kind: 'unknown', name: 'bidirectional' }, inputs: [input], owner: self, shape: null });
  }
  const { config } = stateOf(inner);
  const { weights } = stateOf(self);
  const text = dialect.layerText(inner.class.name);
  if (weights.size === 0) {
    const innerName = currentName(inner, dialect).replace(/^.*\//, '');
    for (const direction of ['forward', 'backward'])
      for (const spec of recurrentWeights(cell, config, input.shape?.at(-1) ?? null)) {
        const as = direction === 'forward' ? spec.as : `${spec.as}Reverse`;
        makeWeight(
          self,
          { ...spec, as, name: `${direction}_${innerName}/${spec.name}` },
          config,
          dialect,
          context,
          text,
        );
      }
  }
  const roles: Record<string, TensorValue> = {};
  for (const { as, tensor } of weights.values()) roles[as] = tensor;
  const layer = { instance: self, config, weights: roles, name: currentName(self, dialect), callArgument: () => none };
  return runRecurrent(cell, layer, [input], true, config, emit);
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
