import { apply, applyUnknown } from '../../torch/apply.ts';
import { type LayerRows, lastOf } from '../layer-row.ts';
import { isOff } from './attention.ts';

/* Layers with one parameter or none. */

export const otherLayers: LayerRows = {
  PReLU: {
    linen: 'param_dtype=None, negative_slope_init=0.01, name=None, parent=None',
    nnx: 'negative_slope_init=0.01, *, dtype=None, param_dtype=None, promote_dtype=None, negative_slope_metadata=None',
    promised: () => [null],
    weights: () => [{ name: 'negative_slope', as: 'weight', role: 'scale', shape: [], init: 'negative_slope_init' }],
    forward: ({ instance, config, weights }, [input], _, context) => {
      const op = { kind: 'activation', fn: 'prelu', parameter: config.number('negative_slope_init') ?? 0.01 } as const;
      return apply({ op, inputs: [input], owner: instance, parameters: weights }, context);
    },
  },
  Dropout: {
    linen: "rate, broadcast_dims=(), deterministic=None, rng_collection='dropout', name=None, parent=None",
    nnx: "rate, *, broadcast_dims=(), deterministic=False, rng_collection='dropout', rngs=None",
    call: 'inputs, deterministic=None, rng=None, rngs=None',
    forward: ({ instance, config }, [input], given, context) => {
      const rate = config.number('rate');
      // The call's argument goes before the layer's.
      const called = given.given('deterministic');
      if (rate === 0 || isOff(called === null ? config.value('deterministic') : called.value)) return input;
      return rate === null
        ? applyUnknown('Dropout', [input], input.shape, context, instance)
        : apply({ op: { kind: 'dropout', rate, mode: 'element' }, inputs: [input], owner: instance }, context);
    },
  },
  LoRA: {
    linen: null,
    nnx: "in_features, lora_rank, out_features, *, base_module=None, dtype=None, param_dtype=None, a_initializer='he_uniform', b_initializer='zeros', lora_param_type=None, promote_dtype=None, rngs=None, a_metadata=None, b_metadata=None",
    promised: (config) => [null, config.dim('in_features')],
    call: 'x, **kwargs',
    weights: (config, [input]) => {
      const rank = config.dim('lora_rank');
      return [
        { name: 'lora_a', as: 'a', role: 'weight', shape: [lastOf(input), rank], init: 'a_initializer' },
        { name: 'lora_b', as: 'b', role: 'weight', shape: [rank, config.dim('out_features')], init: 'b_initializer' },
      ];
    },
    forward: ({ instance, config, weights }, [input], _, context) => {
      const dense = (x: typeof input, role: string, owner: typeof instance | null) => {
        const [inFeatures = null, outFeatures = null] = weights[role]?.shape ?? [];
        const op = { kind: 'dense', inFeatures, outFeatures } as const;
        return apply({ op, inputs: [x], owner, parameters: { weight: weights[role] ?? null }, name: role }, context);
      };
      const update = dense(dense(input, 'a', null), 'b', instance);
      const base = config.value('base_module');
      return base.type === 'instance' ? context.operate('+', context.call(base, [input]), update) : update;
    },
  },
};
