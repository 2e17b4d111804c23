import type { Op } from '../../../core/graph/op.ts';
import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import {
  type ClassValue,
  type InstanceValue,
  list,
  string,
  type TensorValue,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { defaultBound } from './defaults.ts';
import { type LayerRow, layerClass } from './layer.ts';
import { moduleClass } from './module.ts';
import { type Reader, readerOf } from './reader.ts';
import { section, select } from './rearrange.ts';

/* `torch.nn.modules.rnn`: all weights and biases U(±1/√hidden_size). */

type Cell = 'rnn' | 'lstm' | 'gru';

/** Rows of a weight per hidden unit. */
const gates: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 4, gru: 3 };

function times(dim: Dim, factor: number): Dim {
  return typeof dim === 'number' ? dim * factor : factor === 1 ? dim : null;
}

/** What a recurrent layer is made of, after its arguments were read. */
function dimensions(layer: Reader, cell: Cell) {
  const hidden = layer.dim('hidden_size');
  const projection = layer.number('proj_size') ?? 0;
  const output = projection > 0 ? projection : hidden;
  return {
    hidden,
    output,
    projection,
    rows: times(hidden, gates[cell]),
    directions: layer.flag('bidirectional') ? 2 : 1,
    count: layer.number('num_layers') ?? 1,
  };
}

type Rows = NonNullable<ReturnType<NonNullable<LayerRow['tensors']>>>;

/** `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `…_reverse`, then layer 1. */
function tensorsOf(layer: Reader, cell: Cell): Rows {
  const { output, projection, hidden, rows, directions, count } = dimensions(layer, cell);
  const found: Rows[number][] = [];
  for (let index = 0; index < Math.min(count, 64); index++) {
    for (const suffix of directions === 2 ? ['', '_reverse'] : ['']) {
      const input = index === 0 ? layer.dim('input_size') : times(output, directions);
      const place = `_l${index}${suffix}`;
      const roleSuffix = `${index === 0 ? '' : index}${suffix === '' ? '' : 'Reverse'}`;
      const add = (name: string, as: string, role: ParameterRole, shape: Shape) =>
        found.push({ name: `${name}${place}`, as: `${as}${roleSuffix}`, role, shape });
      add('weight_ih', 'weight', 'weight', [rows, input]);
      add('weight_hh', 'recurrentWeight', 'recurrentWeight', [rows, output]);
      if (layer.flag('bias')) {
        add('bias_ih', 'bias', 'bias', [rows]);
        add('bias_hh', 'recurrentBias', 'bias', [rows]);
      }
      if (projection > 0) add('weight_hr', 'projection', 'recurrentWeight', [projection, hidden]);
    }
  }
  return found;
}

function resetAll(layer: Reader, names: readonly string[]) {
  const drawn = defaultBound(layer.number('hidden_size'));
  return Object.fromEntries(names.map((name) => [name, drawn]));
}

const suffixes = /^(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?$/;

/** Names of the weights, layer by layer and direction by direction. */
function weightNames(instance: InstanceValue): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const name of instance.attributes.keys()) {
    if (!suffixes.test(name)) continue;
    const place = name.slice(name.indexOf('_l'));
    groups.set(place, [...(groups.get(place) ?? []), name]);
  }
  return [...groups.values()];
}

/** What code goes through to set gates: `all_weights` and its relatives. */
function weightLists(instance: InstanceValue, name: string): Value | null {
  const names = weightNames(instance);
  const tensorOf = (key: string) => instance.attributes.get(key) ?? unknown(key);
  switch (name) {
    case 'all_weights':
      return list(names.map((group) => list(group.map(tensorOf))));
    case '_all_weights':
      return list(names.map((group) => list(group.map(string))));
    case '_flat_weights':
      return list(names.flat().map(tensorOf));
    case '_flat_weights_names':
      return list(names.flat().map(string));
    default:
      return null;
  }
}

const base = nativeClass('torch.nn.RNNBase', {
  bases: [moduleClass],
  getAttribute: weightLists,
  methods: { flatten_parameters: method('', () => unknown('nothing')) },
});

function recurrentClass(name: string, cell: Cell): ClassValue {
  const nonlinearity = cell === 'rnn' ? "nonlinearity='tanh', " : '';
  return layerClass(name, {
    parameters: `input_size, hidden_size, num_layers=1, ${nonlinearity}bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0, device=None, dtype=None`,
    base,
    tensors: (layer) => tensorsOf(layer, cell),
    reset: (layer) =>
      resetAll(
        layer,
        tensorsOf(layer, cell).map((row) => row.name),
      ),
    forward: method('input, hx=None', (self, given, context) =>
      onTensor(given.get('input'), context, (input) => runRecurrent(self, input, cell, context)),
    ),
  });
}

function runRecurrent(self: InstanceValue, input: TensorValue, cell: Cell, context: NativeContext): Value {
  const layer = readerOf(self);
  const { output, projection, directions, count } = dimensions(layer, cell);
  const parameters = Object.fromEntries(tensorsOf(layer, cell).map(({ name, as }) => [as, layer.tensor(name)]));
  const batchFirst = layer.flag('batch_first');
  const op: Op = {
    kind: 'recurrent',
    cell,
    activation: layer.text('nonlinearity') === 'relu' ? 'relu' : 'tanh',
    inputSize: layer.dim('input_size'),
    hiddenSize: output,
    layers: count,
    bidirectional: directions === 2,
    batchFirst,
    returnSequences: true,
    resetAfter: true,
  };
  const sequence =
    projection > 0
      ? applyUnknown(`${self.class.name} with a projection`, [input], null, context, self)
      : apply({ op, inputs: [input], owner: self, parameters }, context);
  const last = finalState(sequence, directions * count, output, batchFirst, context);
  if (cell !== 'lstm') return tuple([sequence, last]);
  const memory = applyUnknown('cell state', [sequence], last.shape, context);
  return tuple([sequence, tuple([last, memory])]);
}

/**
 * The state after the last step, [layers · directions, batch, width]: what the last layer holds is the sequence's last
 * position; it stands for every layer.
 */
function finalState(
  sequence: TensorValue,
  states: number,
  width: Dim,
  batchFirst: boolean,
  context: NativeContext,
): TensorValue {
  if (sequence.shape?.length !== 3) return applyUnknown('final state', [sequence], null, context);
  const time = batchFirst ? 1 : 0;
  const last = select(sequence, time, -1, context);
  const one = states === 1 ? last : section(last, -1, 0, width, context);
  const shape: Shape = [states, one.shape?.[0] ?? null, width];
  return apply({ op: { kind: 'reshape' }, inputs: [one], shape, name: 'final_state' }, context);
}

const cellBase = nativeClass('torch.nn.RNNCellBase', { bases: [moduleClass] });

/** One step. Its state depends on a loop in `forward`, which is unrolled; the step itself has no op. */
function cellClass(name: string, cell: Cell): ClassValue {
  const nonlinearity = cell === 'rnn' ? ", nonlinearity='tanh'" : '';
  const tensors = (layer: Reader): Rows => {
    const { hidden, rows } = dimensions(layer, cell);
    const weights: Rows = [
      { name: 'weight_ih', as: 'weight_ih', role: 'weight', shape: [rows, layer.dim('input_size')] },
      { name: 'weight_hh', as: 'weight_hh', role: 'recurrentWeight', shape: [rows, hidden] },
    ];
    if (!layer.flag('bias')) return weights;
    return [
      ...weights,
      { name: 'bias_ih', as: 'bias_ih', role: 'bias', shape: [rows] },
      { name: 'bias_hh', as: 'bias_hh', role: 'bias', shape: [rows] },
    ];
  };
  return layerClass(name, {
    parameters: `input_size, hidden_size, bias=True${nonlinearity}, device=None, dtype=None`,
    base: cellBase,
    tensors,
    reset: (layer) =>
      resetAll(
        layer,
        tensors(layer).map((row) => row.name),
      ),
    forward: method('input, hx=None', (self, given, context) =>
      onTensor(given.get('input'), context, (input) => {
        const layer = readerOf(self);
        const shape = input.shape === null ? null : [...input.shape.slice(0, -1), layer.dim('hidden_size')];
        const parameters = Object.fromEntries(tensors(layer).map((row) => [row.name, layer.tensor(row.name)]));
        const state = apply(
          { op: { kind: 'unknown', name }, inputs: [input], owner: self, parameters, shape },
          context,
        );
        return cell === 'lstm' ? tuple([state, applyUnknown('cell state', [state], shape, context)]) : state;
      }),
    ),
  });
}

export const recurrentClasses: Readonly<Record<string, ClassValue>> = {
  RNNBase: base,
  RNNCellBase: cellBase,
  RNN: recurrentClass('RNN', 'rnn'),
  LSTM: recurrentClass('LSTM', 'lstm'),
  GRU: recurrentClass('GRU', 'gru'),
  RNNCell: cellClass('RNNCell', 'rnn'),
  LSTMCell: cellClass('LSTMCell', 'lstm'),
  GRUCell: cellClass('GRUCell', 'gru'),
};
