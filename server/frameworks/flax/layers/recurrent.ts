import type { Op } from '../../../../core/graph/op.ts';
import { type Dim, isKnown } from '../../../../core/graph/shape.ts';
import { zeros } from '../../../../core/initializers/make.ts';
import type { NativeContext } from '../../../interpreter/native.ts';
import { type TensorValue, tuple, type Value } from '../../../interpreter/values.ts';
import type { Config } from '../../keras/layer-spec.ts';
import { apply, applyUnknown } from '../../torch/apply.ts';
import { reshape } from '../../torch/rearrange.ts';
import { allocate } from '../../torch/writes.ts';
import { type ActiveLayer, type LayerRow, type LayerRows, lastOf, outputWidth, type WeightSpec } from '../layer-row.ts';
import { shapeOf } from '../shapes.ts';

/*
 * Cells of `flax.linen.recurrent` and `flax.nnx.nn.recurrent`. linen keeps a kernel per gate, nnx (but for LSTMCell) one for
 * all of them. A cell is one recurrent layer of the graph: over all steps under `RNN`, over a single one when it is called.
 */

type Cell = Extract<Op, { kind: 'recurrent' }>['cell'];

const inits = "kernel_init='lecun_normal', recurrent_kernel_init='orthogonal', bias_init='zeros'";
const functions = 'gate_fn=None, activation_fn=None';
const types = 'dtype=None, param_dtype=None, carry_init=None';
const linenEnd = 'name=None, parent=None';
const nnxEnd =
  'promote_dtype=None, keep_rngs=False, rngs=None, kernel_metadata=None, recurrent_kernel_metadata=None, bias_metadata=None';
const nnxCell = `in_features, hidden_features, *, ${functions}, ${inits}, ${types}, ${nnxEnd}`;
const linenCell = `features, ${functions}, ${inits}, ${types}, ${linenEnd}`;

export const recurrentLayers: LayerRows = {
  LSTMCell: cell('lstm', {
    linen: linenCell,
    nnx: nnxCell,
    weights: (config, inputs) => gateWeights(config, inputs, lstmGates(config)),
  }),
  OptimizedLSTMCell: cell('lstm', {
    linen: linenCell,
    nnx: nnxCell,
    weights: (config, inputs) =>
      isLinen(config) ? gateWeights(config, inputs, lstmGates(config)) : jointWeights(config, inputs, 4, 'dense_h'),
  }),
  GRUCell: cell('gru', {
    linen: linenCell,
    nnx: nnxCell,
    weights: (config, inputs) =>
      isLinen(config) ? gateWeights(config, inputs, gruGates) : jointWeights(config, inputs, 3, 'dense_i'),
  }),
  SimpleCell: cell('rnn', {
    linen: `features, activation_fn=None, ${inits}, ${types}, residual=False, ${linenEnd}`,
    nnx: `in_features, hidden_features, *, dtype=None, param_dtype=None, carry_init=None, residual=False, activation_fn=None, ${inits}, ${nnxEnd}`,
    weights: (config, inputs) =>
      isLinen(config) ? gateWeights(config, inputs, simpleGates) : jointWeights(config, inputs, 1, 'dense_i'),
  }),
  MGUCell: cell(null, {
    linen: `features, ${functions}, kernel_init='lecun_normal', recurrent_kernel_init='orthogonal', forget_bias_init='ones', activation_bias_init='zeros', ${types}, reset_gate=True, ${linenEnd}`,
    nnx: null,
    weights: (config, inputs) => gateWeights(config, inputs, mguGates(config)),
  }),
};

function cell(kind: Cell | null, row: Pick<LayerRow, 'linen' | 'nnx' | 'weights'>): LayerRow {
  return {
    ...row,
    promised: (config) => [null, config.dim('in_features')],
    call: 'carry, inputs',
    operands: ['inputs'],
    forward: (layer, [input], _, context) => {
      const { shape } = input;
      const sequence = shape === null ? input : reshape(input, [...shape.slice(0, -1), 1, lastOf(shape)], context);
      const output = runCell(kind, layer, sequence, false, context);
      return tuple([carryOf(kind, output, context), output]);
    },
    methods: {
      initialize_carry: {
        parameters: 'rng, input_shape=None, rngs=None, carry_init=None',
        run: ({ config }, given, context) => {
          // linen: (rng, input_shape); nnx: (input_shape, rngs).
          const sizes = shapeOf(given.get('rng')) ?? shapeOf(given.get('input_shape'));
          const state = allocate(
            sizes === null ? null : [...sizes.slice(0, -1), outputWidth(config)],
            zeros(),
            context,
          );
          return kind === 'lstm' ? tuple([state, state]) : state;
        },
      },
    },
  };
}

/** The cell over the steps of a sequence [batch, time, features]; returns all hidden states or the last. */
export function runCell(
  kind: Cell | null,
  { instance, config, weights }: ActiveLayer,
  sequence: TensorValue,
  returnSequences: boolean,
  context: NativeContext,
  isTimeMajor = false,
): TensorValue {
  const hiddenSize = outputWidth(config);
  const { shape } = sequence;
  const result = shape === null ? null : [...shape.slice(0, returnSequences ? -1 : -2), hiddenSize];
  const isTanh =
    config.value('activation_fn').type === 'none' || nameOf(config.value('activation_fn')).endsWith('tanh');
  const isSigmoid = config.value('gate_fn').type !== 'native' || nameOf(config.value('gate_fn')).endsWith('sigmoid');
  const isRelu = kind === 'rnn' && nameOf(config.value('activation_fn')).endsWith('relu');
  const isOdd = config.value('residual').type === 'boolean' && config.flag('residual');
  if (kind === null || !isSigmoid || !(isTanh || isRelu) || isOdd)
    return applyUnknown(instance.class.name, [sequence], result, context, instance);
  const op: Op = {
    kind: 'recurrent',
    cell: kind,
    activation: isRelu ? 'relu' : 'tanh',
    inputSize: lastOf(shape),
    hiddenSize,
    layers: 1,
    bidirectional: false,
    batchFirst: !isTimeMajor,
    returnSequences,
    resetAfter: true,
  };
  return apply({ op, inputs: [sequence], owner: instance, parameters: weights, shape: result }, context);
}

export function cellKind(name: string): Cell | null | undefined {
  return cells[name];
}

const cells: Readonly<Record<string, Cell | null>> = {
  LSTMCell: 'lstm',
  OptimizedLSTMCell: 'lstm',
  GRUCell: 'gru',
  SimpleCell: 'rnn',
  MGUCell: null,
};

/** The state after the last step. An LSTM's cell is another array, of which nothing is said. */
export function carryOf(kind: Cell | null, last: TensorValue, context: NativeContext): Value {
  if (kind !== 'lstm') return last;
  return tuple([applyUnknown('cell state', [last], last.shape, context), last]);
}

function nameOf(value: Value): string {
  return value.type === 'native' ? value.function.name : '';
}

function isLinen(config: Config): boolean {
  return config.value('hidden_features').type === 'unknown';
}

/** A gate: the kernel from the input, the one from the hidden state, and which of them has a bias. */
interface Gate {
  readonly input: string;
  readonly hidden: string;
  readonly inputBias?: string;
  readonly hiddenBias?: string;
}

/** In the order in which the op keeps them: input, forget, candidate, output. */
function lstmGates(config: Config): readonly Gate[] {
  return ['i', 'f', 'g', 'o'].map((gate) => ({
    // `if` is a word of Python's.
    input: gate === 'f' && !isLinen(config) ? 'if_' : `i${gate}`,
    hidden: `h${gate}`,
    hiddenBias: 'bias_init',
  }));
}

/** Update, reset, new. */
const gruGates: readonly Gate[] = [
  { input: 'iz', hidden: 'hz', inputBias: 'bias_init' },
  { input: 'ir', hidden: 'hr', inputBias: 'bias_init' },
  { input: 'in', hidden: 'hn', inputBias: 'bias_init', hiddenBias: 'bias_init' },
];

const simpleGates: readonly Gate[] = [{ input: 'i', hidden: 'h', inputBias: 'bias_init' }];

function mguGates(config: Config): readonly Gate[] {
  return [
    { input: 'if', hidden: 'hf', inputBias: 'forget_bias_init' },
    {
      input: 'in',
      hidden: 'hn',
      inputBias: 'activation_bias_init',
      ...(config.flag('reset_gate') ? { hiddenBias: 'activation_bias_init' } : {}),
    },
  ];
}

function gateWeights(config: Config, inputs: readonly unknown[], gates: readonly Gate[]): WeightSpec[] {
  const width = outputWidth(config);
  const features = featuresOf(inputs);
  const single = gates.length === 1;
  return gates.flatMap((gate, index): WeightSpec[] => {
    const at = single ? '' : `Gate${index}`;
    const bias = (name: string, as: string, init: string): WeightSpec => ({
      name: `${name}/bias`,
      as: `${as}${at}`,
      role: 'bias',
      shape: [width],
      init,
    });
    return [
      {
        name: `${gate.input}/kernel`,
        as: `weight${at}`,
        role: 'weight',
        shape: [features, width],
        init: 'kernel_init',
      },
      {
        name: `${gate.hidden}/kernel`,
        as: `recurrentWeight${at}`,
        role: 'recurrentWeight',
        shape: [width, width],
        init: 'recurrent_kernel_init',
      },
      ...(gate.inputBias === undefined ? [] : [bias(gate.input, 'bias', gate.inputBias)]),
      ...(gate.hiddenBias === undefined
        ? []
        : [bias(gate.hidden, gate.inputBias === undefined ? 'bias' : 'recurrentBias', gate.hiddenBias)]),
    ];
  });
}

/** nnx: the gates side by side in `dense_i` and `dense_h`, of which one has a bias. */
function jointWeights(config: Config, inputs: readonly unknown[], gates: number, biasIn: string): WeightSpec[] {
  const width = outputWidth(config);
  const all: Dim = isKnown(width) ? width * gates : null;
  const features = featuresOf(inputs);
  return [
    { name: 'dense_i/kernel', as: 'weight', role: 'weight', shape: [features, all], init: 'kernel_init' },
    {
      name: 'dense_h/kernel',
      as: 'recurrentWeight',
      role: 'recurrentWeight',
      shape: [width, all],
      init: 'recurrent_kernel_init',
    },
    { name: `${biasIn}/bias`, as: 'bias', role: 'bias', shape: [all], init: 'bias_init' },
  ];
}

function featuresOf([first]: readonly unknown[]): Dim {
  return Array.isArray(first) ? (first.at(-1) ?? null) : null;
}
