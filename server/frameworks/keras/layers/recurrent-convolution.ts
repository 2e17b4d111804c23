import { inferShape } from '../../../../core/graph/infer-shape.ts';
import type { Op } from '../../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../../core/graph/shape.ts';
import type { Config, LayerSpec, WeightSpec } from '../layer-spec.ts';
import { convOp, layoutOf } from './convolution.ts';

/* `keras.layers.ConvLSTM1D` to `3D`: an LSTM whose products are convolutions. */

type Rank = 1 | 2 | 3;

export const recurrentConvolutionLayers: Readonly<Record<string, LayerSpec>> = Object.fromEntries(
  ([1, 2, 3] as const).map((rank) => [`ConvLSTM${rank}D`, convLstm(rank)]),
);

function convLstm(rank: Rank): LayerSpec {
  return {
    parameters:
      "filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, activation='tanh', recurrent_activation='sigmoid', use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False, stateful=False",
    weights: (config, [input]) => weightsOf(config, rank, input ?? null),
    op: () => null,
    // Its activations are inside of the recursion.
    hasOwnActivation: true,
    shape: (config, [input]) => {
      if (!input) return null;
      const frame = [input[0] ?? null, ...input.slice(2)];
      const channels = (layoutOf(config) === 'channelsFirst' ? frame[1] : frame.at(-1)) ?? null;
      const op: Op | null = convOp(config, rank, channels, config.dim('filters'), 1);
      const output = op === null ? null : inferShape(op, [frame]);
      if (output === null || !config.flag('return_sequences')) return output;
      return [output[0] ?? null, input[1] ?? null, ...output.slice(1)];
    },
  };
}

function weightsOf(config: Config, rank: Rank, input: Shape | null): WeightSpec[] {
  const kernel: Shape = config.numbers('kernel_size', rank) ?? Array.from({ length: rank }, () => null);
  const filters = config.dim('filters');
  const gates = isKnown(filters) ? 4 * filters : null;
  const channels = (layoutOf(config) === 'channelsFirst' ? input?.[2] : input?.at(-1)) ?? null;
  const cell = 'conv_lstm_cell';
  return [
    {
      name: `${cell}/kernel`,
      as: 'weight',
      role: 'weight',
      shape: [...kernel, channels, gates],
      initializer: 'kernel_initializer',
    },
    {
      name: `${cell}/recurrent_kernel`,
      as: 'recurrentWeight',
      role: 'recurrentWeight',
      shape: [...kernel, filters, gates],
      initializer: 'recurrent_initializer',
    },
    ...(config.flag('use_bias')
      ? [
          {
            name: `${cell}/bias`,
            as: 'bias',
            role: 'bias',
            shape: [gates],
            initializer: 'bias_initializer',
            hasForgetOnes: config.flag('unit_forget_bias'),
          } as const,
        ]
      : []),
  ];
}
