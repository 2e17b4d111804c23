import type { Op } from '../../../../core/graph/op.ts';
import { type Dim, isKnown, type Shape } from '../../../../core/graph/shape.ts';
import { list, type TensorValue, tuple, unknown, type Value } from '../../../interpreter/values.ts';
import type { Emitter } from '../emitter.ts';
import type { ActiveLayer, Config, LayerSpec, WeightSpec } from '../layer-spec.ts';
import { lastOf } from './dense.ts';

/* `keras.src.layers.rnn`: kernels hold the gates side by side, [in, gates · units]. */

export type Cell = 'rnn' | 'lstm' | 'gru';

const gates: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 4, gru: 3 };
const cellNames: Readonly<Record<Cell, string>> = { rnn: 'simple_rnn_cell', lstm: 'lstm_cell', gru: 'gru_cell' };

const common =
  "use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros'";
const tail =
  'dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False';

export const recurrentLayers: Readonly<Record<string, LayerSpec>> = {
  SimpleRNN: recurrent('rnn', `units, activation='tanh', ${common}, ${tail}`),
  LSTM: recurrent(
    'lstm',
    `units, activation='tanh', recurrent_activation='sigmoid', ${common}, unit_forget_bias=True, ${tail}`,
  ),
  GRU: recurrent(
    'gru',
    `units, activation='tanh', recurrent_activation='sigmoid', ${common}, ${tail}, reset_after=True`,
  ),
  SimpleRNNCell: single('rnn', `units, activation='tanh', ${common}`),
  LSTMCell: single(
    'lstm',
    `units, activation='tanh', recurrent_activation='sigmoid', ${common}, unit_forget_bias=True`,
  ),
  GRUCell: single('gru', `units, activation='tanh', recurrent_activation='sigmoid', ${common}, reset_after=True`),
};

/** The cell that a layer runs, by its class. */
export const cellOf: Readonly<Record<string, Cell>> = {
  SimpleRNN: 'rnn',
  LSTM: 'lstm',
  GRU: 'gru',
  SimpleRNNCell: 'rnn',
  LSTMCell: 'lstm',
  GRUCell: 'gru',
};

/** A cell computes one step; what runs it over time is `RNN`. */
function single(cell: Cell, parameters: string): LayerSpec {
  return {
    parameters: `${parameters}, dropout=0.0, recurrent_dropout=0.0, seed=None`,
    weights: (config, [input]) => recurrentWeights(cell, config, lastOf(input), ''),
    forward: (layer, [input, ...states], emit) => {
      if (input === undefined) return unknown('step');
      const shape = [input.shape?.[0] ?? null, layer.config.dim('units')];
      const step = emit.add({
        op: { kind: 'unknown', name: cellNames[cell] },
        inputs: [input, ...states],
        owner: layer.instance,
        parameters: layer.weights,
        shape,
      });
      return tuple([step, list(cell === 'lstm' ? [step, step] : [step])]);
    },
  };
}

function recurrent(cell: Cell, parameters: string): LayerSpec {
  return {
    parameters,
    weights: (config, [input]) => recurrentWeights(cell, config, lastOf(input)),
    forward: (layer, inputs, emit) => runRecurrent(cell, layer, inputs.slice(0, 1), false, layer.config, emit),
  };
}

export function recurrentWeights(
  cell: Cell,
  config: Config,
  inputSize: Dim,
  prefix = `${cellNames[cell]}/`,
): WeightSpec[] {
  const units = config.dim('units');
  const width = times(units, gates[cell]);
  const isDouble = cell === 'gru' && config.flag('reset_after');
  const bias: Shape = isDouble ? [2, width] : [width];
  return [
    {
      name: `${prefix}kernel`,
      as: 'weight',
      role: 'weight',
      shape: [inputSize, width],
      initializer: 'kernel_initializer',
    },
    {
      name: `${prefix}recurrent_kernel`,
      as: 'recurrentWeight',
      role: 'recurrentWeight',
      shape: [units, width],
      initializer: 'recurrent_initializer',
    },
    ...(config.flag('use_bias')
      ? [
          {
            name: `${prefix}bias`,
            as: 'bias',
            role: 'bias',
            shape: bias,
            initializer: 'bias_initializer',
            hasForgetOnes: cell === 'lstm' && config.flag('unit_forget_bias'),
          } as const,
        ]
      : []),
  ];
}

/** The layer's op; with `return_state` also its last states. `config` is the inner layer's under `Bidirectional`. */
export function runRecurrent(
  cell: Cell,
  layer: ActiveLayer,
  inputs: readonly TensorValue[],
  isBidirectional: boolean,
  config: Config,
  emit: Emitter,
): Value {
  const op = recurrentOp(cell, config, inputs[0]?.shape ?? null, isBidirectional);
  const result = emit.add({ op, inputs, owner: layer.instance, parameters: layer.weights });
  if (!config.flag('return_state')) return result;
  const batch = result.shape?.[0] ?? null;
  const state = () =>
    emit.add({
      op: { kind: 'unknown', name: 'state' },
      inputs: [result],
      name: `${layer.name}/state`,
      shape: [batch, config.dim('units')],
    });
  const count = (cell === 'lstm' ? 2 : 1) * (isBidirectional ? 2 : 1);
  return tuple([result, ...Array.from({ length: count }, state)]);
}

export function recurrentOp(cell: Cell, config: Config, input: Shape | null, bidirectional: boolean): Op {
  const activation = config.text('activation');
  if (activation !== 'tanh' && activation !== 'relu') return { kind: 'unknown', name: cell };
  return {
    kind: 'recurrent',
    cell,
    activation,
    inputSize: lastOf(input),
    hiddenSize: config.dim('units'),
    layers: 1,
    bidirectional,
    batchFirst: true,
    returnSequences: config.flag('return_sequences'),
    resetAfter: cell !== 'gru' || config.flag('reset_after'),
  };
}

function times(dim: Dim, factor: number): Dim {
  return isKnown(dim) ? dim * factor : null;
}
