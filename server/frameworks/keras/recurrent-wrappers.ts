import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { itemsOf, stringOf } from '../../interpreter/read.ts';
import { method, nativeClass, tensor } from '../../interpreter/table.ts';
import {
  type CallArguments,
  type ClassValue,
  type InstanceValue,
  list,
  none,
  type TensorValue,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import { configOf } from './config.ts';
import type { Dialect } from './dialect.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { callLayer, type LayerClasses } from './layer-classes.ts';
import { isLayer, stateOf } from './layer-state.ts';
import { cellOf, recurrentOp, recurrentWeights, runRecurrent } from './layers/recurrent.ts';
import { currentName } from './names.ts';
import { markOurs } from './ours.ts';
import { flatTensors } from './symbolic.ts';
import { makeWeight } from './weights.ts';

/* Layers that run others over time: `Bidirectional`, `RNN`, `StackedRNNCells`. */

export function createRecurrentWrappers(
  { base }: LayerClasses,
  dialect: Dialect,
): Readonly<Record<string, ClassValue>> {
  const stacked = stackedCells(base);
  return { Bidirectional: bidirectional(base, dialect), RNN: rnn(base, stacked), StackedRNNCells: stacked };
}

/** Both directions are one op; the backward copy starts by the same initializers where no other layer is given for it. */
function bidirectional(base: ClassValue, dialect: Dialect): ClassValue {
  return nativeClass('keras.layers.Bidirectional', {
    bases: [base],
    parameters: "layer, merge_mode='concat', weights=None, backward_layer=None, name=None, **kwargs",
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      for (const layer of [given.get('layer'), given.get('backward_layer')])
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
  const [forward, backward = forward] = stateOf(self).layers;
  const [input] = arguments_.positional.flatMap(({ value }) => flatTensors(value));
  if (forward === undefined || backward === undefined || input === undefined) return unknown('bidirectional');
  const emit = createEmitter(context);
  const cell = cellOf[forward.class.name];
  if (cell === undefined || cellOf[backward.class.name] !== cell)
    return emit.add({ op: { kind: 'unknown', name: 'bidirectional' }, inputs: [input], owner: self, shape: null });
  const { weights } = stateOf(self);
  if (weights.size === 0) {
    for (const [direction, layer] of [
      ['forward', forward],
      ['backward', backward],
    ] as const) {
      const name = currentName(layer, dialect).replace(/^.*\//, '');
      const { config } = stateOf(layer);
      for (const spec of recurrentWeights(cell, config, input.shape?.at(-1) ?? null)) {
        const as = direction === 'forward' ? spec.as : `${spec.as}Reverse`;
        const isCopy = direction === 'forward' || backward === forward;
        const own = { ...spec, as, name: `${isCopy ? `${direction}_` : ''}${name}/${spec.name}` };
        makeWeight(self, own, config, dialect, context, dialect.layerText(layer.class.name));
      }
    }
  }
  const { config } = stateOf(forward);
  const layer = {
    instance: self,
    config,
    weights: rolesOf(self),
    name: currentName(self, dialect),
    callArgument: () => none,
  };
  const mode = stringOf(self.attributes.get('merge_mode') ?? none);
  if (mode === 'concat') return runRecurrent(cell, layer, [input], true, config, emit);
  // Sums, products and means of both directions have the shape of one.
  const one = createEmitter(context).add({
    op: { kind: 'unknown', name: `bidirectional ${mode ?? 'pair'}` },
    inputs: [input],
    owner: self,
    parameters: layer.weights,
    shape: sequenceShape(input.shape, config.dim('units'), config.flag('return_sequences')),
  });
  return mode === null ? list([one, one]) : one;
}

function rolesOf(layer: InstanceValue): Record<string, TensorValue> {
  return Object.fromEntries([...stateOf(layer).weights.values()].map(({ as, tensor: weight }) => [as, weight]));
}

function sequenceShape(input: Shape | null, units: Shape[number], isSequence: boolean): Shape | null {
  if (input === null) return null;
  return isSequence ? [...input.slice(0, 2), units] : [input[0] ?? null, units];
}

/** Cells one above the other; `RNN([cell, cell])` makes one. */
function stackedCells(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.StackedRNNCells', {
    bases: [base],
    parameters: 'cells, name=None, **kwargs',
    construct: (instance, given) => {
      stateOf(instance).name = stringOf(given.get('name'));
      for (const cell of itemsOf(given.get('cells')) ?? []) if (isLayer(cell)) stateOf(instance).layers.push(cell);
    },
    methods: { build: method('*args, **kwargs', () => none) },
  });
}

/** `RNN(cell)`: known cells are known layers; of the user's own the weights and the size of the output are known. */
function rnn(base: ClassValue, stacked: ClassValue): ClassValue {
  return nativeClass('keras.layers.RNN', {
    bases: [base],
    parameters:
      'cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, name=None, **kwargs',
    construct: (instance, given, context) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      state.config = configOf(given);
      const cell =
        itemsOf(given.get('cell')) === null ? given.get('cell') : context.instantiate(stacked, [given.get('cell')]);
      if (isLayer(cell)) state.layers.push(cell);
      instance.attributes.set('cell', cell);
    },
    methods: {
      build: method('*args, **kwargs', () => none),
      call: method('*args, **kwargs', (self, given, context) => {
        const [input] = given.raw.positional.flatMap(({ value }) => flatTensors(value));
        const [cell] = stateOf(self).layers;
        return input === undefined || cell === undefined ? unknown('rnn') : runCells(self, cell, input, context);
      }),
    },
  });
}

function runCells(self: InstanceValue, cell: InstanceValue, input: TensorValue, context: NativeContext): Value {
  const { config } = stateOf(self);
  const emit = createEmitter(context);
  const cells = cell.class.name === 'StackedRNNCells' ? stateOf(cell).layers : [cell];
  const isSequence = config.flag('return_sequences');
  const result = cells.reduce<TensorValue>((sequence, one, index) => {
    const isLast = index === cells.length - 1;
    return runCell(one, sequence, isSequence || !isLast, isLast ? self : null, context, emit);
  }, input);
  if (!config.flag('return_state')) return result;
  const state = emit.add({ op: { kind: 'unknown', name: 'state' }, inputs: [result], name: 'state', shape: null });
  return tuple([result, state, state]);
}

function runCell(
  cell: InstanceValue,
  input: TensorValue,
  isSequence: boolean,
  owner: InstanceValue | null,
  context: NativeContext,
  emit: Emitter,
): TensorValue {
  const { shape } = input;
  const step = markOurs(tensor({ shape: shape === null ? null : [shape[0] ?? null, ...shape.slice(2)] }));
  const units = stepSize(cell, step, context);
  const kind = cellOf[cell.class.name];
  const { config } = stateOf(cell);
  const known: Op | null = kind === undefined ? null : recurrentOp(kind, config, shape, false);
  const op: Op =
    known?.kind === 'recurrent'
      ? { ...known, returnSequences: isSequence }
      : { kind: 'unknown', name: cell.class.name };
  return emit.add({
    op,
    inputs: [input],
    owner,
    ...(owner === null ? { name: 'cell' } : {}),
    parameters: rolesOf(cell),
    ...(op.kind === 'unknown' ? { shape: sequenceShape(shape, units, isSequence) } : {}),
  });
}

/** Builds the cell by one step, and says how wide what it gives is. */
function stepSize(cell: InstanceValue, step: TensorValue, context: NativeContext): Shape[number] {
  const size = context.findAttribute(cell, 'state_size');
  const sizes = size === null ? [] : (itemsOf(size) ?? [size]);
  const units = sizes.map((one) => (one.type === 'number' ? one.value : null));
  const count = Math.max(units.length, 2);
  const states = Array.from({ length: count }, (_, index) =>
    markOurs(tensor({ shape: [step.shape?.[0] ?? null, units[index] ?? stateOf(cell).config.dim('units')] })),
  );
  const result = callLayer(
    cell,
    { positional: [step, list(states)].map((value) => ({ value, at: null })), keyword: new Map(), open: false },
    context,
  );
  const [output] = flatTensors(result);
  return output?.shape?.at(-1) ?? null;
}
