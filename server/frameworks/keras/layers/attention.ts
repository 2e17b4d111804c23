import { type Dim, isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import { booleanOf, isNone, numberOf, shapeOf } from '../../../interpreter/read.ts';
import type { Config, LayerSpec, WeightSpec } from '../layer-spec.ts';
import { lastOf } from './dense.ts';

/* `keras.src.layers.attention`. Projections are [in, heads, width per head], the output's [heads, width per head, out]. */

export const attentionLayers: Readonly<Record<string, LayerSpec>> = {
  MultiHeadAttention: {
    parameters:
      "num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, seed=None",
    // Called with query, value and perhaps key.
    weights: (config, [query, value, key]) => {
      const heads = config.dim('num_heads');
      const width = config.dim('key_dim');
      const valueWidth = isNone(config.value('value_dim')) ? width : config.dim('value_dim');
      const output = isNone(config.value('output_shape'))
        ? lastOf(query)
        : (shapeOf(config.value('output_shape'))?.at(-1) ?? null);
      return [
        ...projection(config, 'query', 'query', [lastOf(query), heads, width], [heads, width]),
        ...projection(config, 'key', 'key', [lastOf(key ?? value), heads, width], [heads, width]),
        ...projection(config, 'value', 'value', [lastOf(value), heads, valueWidth], [heads, valueWidth]),
        ...projection(config, 'attention_output', 'output', [heads, valueWidth, output], [output]),
      ];
    },
    forward: (layer, inputs, emit) => {
      const { config } = layer;
      const heads = config.number('num_heads');
      const [query, value, key] = inputs;
      if (heads === null || query === undefined || value === undefined) {
        return emit.add({
          op: { kind: 'unknown', name: 'attention' },
          inputs,
          owner: layer.instance,
          shape: query?.shape ?? null,
        });
      }
      return emit.add({
        op: {
          kind: 'attention',
          heads,
          width: product(heads, config.dim('key_dim')),
          causal: booleanOf(layer.callArgument('use_causal_mask')) ?? false,
          dropout: numberOf(config.value('dropout')) ?? 0,
          batchFirst: true,
        },
        inputs: [query, key ?? value, value],
        owner: layer.instance,
        parameters: layer.weights,
        shape: query.shape,
      });
    },
  },
  GroupedQueryAttention: {
    parameters:
      "head_dim, num_query_heads, num_key_value_heads, dropout=0.0, use_bias=True, flash_attention=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, seed=None, use_gate=False",
    weights: (config, [query, value, key]) => {
      const width = config.dim('head_dim');
      const heads = config.dim('num_query_heads');
      const groups = config.dim('num_key_value_heads');
      return [
        ...projection(config, 'query', 'query', [lastOf(query), heads, width], [heads, width]),
        ...projection(config, 'key', 'key', [lastOf(key ?? value), groups, width], [groups, width]),
        ...projection(config, 'value', 'value', [lastOf(value), groups, width], [groups, width]),
        ...projection(config, 'attention_output', 'output', [heads, width, lastOf(query)], [lastOf(query)]),
      ];
    },
    op: () => null,
    shape: (_, [query]) => query ?? null,
  },
  Attention: {
    parameters: "use_scale=False, score_mode='dot', dropout=0.0, seed=None",
    weights: (config) => (config.flag('use_scale') ? [scoreScale([], 'ones')] : []),
    op: () => null,
    shape: attended,
  },
  AdditiveAttention: {
    parameters: 'use_scale=True, dropout=0.0',
    weights: (config, [query]) => (config.flag('use_scale') ? [scoreScale([lastOf(query)], 'glorot_uniform')] : []),
    op: () => null,
    shape: attended,
  },
};

// Keras does not divide the scores by the root of their width, so that no op of the graph says what it computes.
function attended(_: Config, [query, value]: readonly (Shape | null)[]): Shape | null {
  return query && value ? [...query.slice(0, -1), lastOf(value)] : null;
}

function scoreScale(shape: Shape, initializer: string): WeightSpec {
  return { name: 'scale', as: 'scale', role: 'scale', shape, initializer };
}

function projection(config: Config, name: string, as: string, kernel: Shape, bias: Shape): WeightSpec[] {
  // Of [in, heads, width] the last two are outputs, of [heads, width, out] the first two are inputs. Before Keras 3.15 the
  // shape was read as a convolution's: fan_in of the projections was `in · heads`.
  const inputs = as === 'output' ? kernel.slice(0, 2) : kernel.slice(0, 1);
  const fans = { fanIn: sizeOf(inputs), fanOut: sizeOf(kernel.slice(inputs.length)) };
  const weights: WeightSpec[] = [
    { name: `${name}/kernel`, as, role: 'weight', shape: kernel, initializer: 'kernel_initializer', fans },
  ];
  if (config.flag('use_bias'))
    weights.push({ name: `${name}/bias`, as: `${as}Bias`, role: 'bias', shape: bias, initializer: 'bias_initializer' });
  return weights;
}

function product(heads: number, width: Dim): Dim {
  return isKnown(width) ? heads * width : null;
}
