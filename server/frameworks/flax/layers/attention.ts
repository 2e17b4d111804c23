import { type Dim, isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import { booleanOf, isNone, numberOf } from '../../../interpreter/read.ts';
import type { TensorValue, Value } from '../../../interpreter/values.ts';
import type { Config } from '../../keras/layer-spec.ts';
import { apply, applyUnknown } from '../../torch/apply.ts';
import { type LayerRow, type LayerRows, lastOf, type WeightSpec } from '../layer-row.ts';
import { isCausal } from '../masks.ts';

/* `flax.linen.attention` and `flax.nnx.nn.attention`: projections [in, heads, width], and [heads, width, out] on the way out. */

const linen =
  "num_heads, dtype=None, param_dtype=None, qkv_features=None, out_features=None, broadcast_dropout=True, dropout_rate=0.0, deterministic=None, precision=None, kernel_init='lecun_normal', out_kernel_init=None, bias_init='zeros', out_bias_init=None, use_bias=True, attention_fn=None, decode=False, normalize_qk=False, force_fp32_for_softmax=False, qkv_dot_general=None, out_dot_general=None, qkv_dot_general_cls=None, out_dot_general_cls=None, qk_attn_weights_einsum_cls=None, attn_weights_value_einsum_cls=None, name=None, parent=None";
const nnx =
  "num_heads, in_features, qkv_features=None, out_features=None, num_kv_heads=None, in_kv_features=None, *, dtype=None, param_dtype=None, broadcast_dropout=True, dropout_rate=0.0, deterministic=None, precision=None, kernel_init='lecun_normal', out_kernel_init=None, bias_init='zeros', out_bias_init=None, use_bias=True, attention_fn=None, decode=None, normalize_qk=False, qkv_promote_dtype=None, out_promote_dtype=None, ln_promote_dtype=None, qkv_dot_general=None, out_dot_general=None, qkv_dot_general_cls=None, out_dot_general_cls=None, rngs=None, keep_rngs=True, **kwargs";

const attention: LayerRow = {
  linen,
  nnx,
  nnxName: 'MultiHeadAttention',
  promised: (config) => [null, null, config.dim('in_features')],
  call: 'inputs_q, inputs_k=None, inputs_v=None, inputs_kv=None, mask=None, deterministic=None, dropout_rng=None, sow_weights=False, decode=None, rngs=None',
  operands: ['inputs_q', 'inputs_k', 'inputs_v'],
  weights: weightsOf,
  forward: ({ instance, config, weights }, [query], given, context) => {
    const [key, value] = sourcesOf((name) => given.get(name), query);
    const heads = config.number('num_heads');
    const out = outputWidth(config, query.shape);
    const shape = query.shape === null ? null : [...query.shape.slice(0, -1), out];
    const inputs = key === query && value === query ? [query] : [query, key, value];
    if (heads === null || weights.queryGain !== undefined)
      return applyUnknown('attention', inputs, shape, context, instance);
    const op = {
      kind: 'attention',
      heads,
      width: widthOf(config, query.shape),
      causal: isCausal(given.get('mask')),
      dropout: isOff(config.value('deterministic'), given.get('deterministic'))
        ? 0
        : (config.number('dropout_rate') ?? 0),
      batchFirst: true,
    } as const;
    return apply({ op, inputs, owner: instance, parameters: weights, shape }, context);
  },
};

export const attentionLayers: LayerRows = {
  MultiHeadDotProductAttention: attention,
  MultiHeadAttention: { ...attention, nnx: null },
  SelfAttention: {
    ...attention,
    nnx: null,
    call: 'inputs_q, mask=None, deterministic=None, dropout_rng=None, sow_weights=False',
  },
};

/** Without values the keys are the values, without keys the queries are both. */
function sourcesOf(argument: (name: string) => Value, query: TensorValue): readonly [TensorValue, TensorValue] {
  const tensor = (name: string) => {
    const value = argument(name);
    return value.type === 'tensor' ? value : null;
  };
  const key = tensor('inputs_k') ?? tensor('inputs_kv') ?? query;
  return [key, tensor('inputs_v') ?? key];
}

export function isOff(...flags: readonly Value[]): boolean {
  return flags.some((flag) => flag.type === 'boolean' && booleanOf(flag) === true);
}

function widthOf(config: Config, input: Shape | null): Dim {
  return isNone(config.value('qkv_features')) ? lastOf(input) : config.dim('qkv_features');
}

function outputWidth(config: Config, input: Shape | null): Dim {
  return isNone(config.value('out_features')) ? lastOf(input) : config.dim('out_features');
}

function weightsOf(config: Config, [input, keys, values]: readonly (Shape | null)[]): WeightSpec[] {
  const heads = config.dim('num_heads');
  const width = widthOf(config, input ?? null);
  const head = isKnown(width) && isKnown(heads) ? Math.floor(width / heads) : null;
  const keyHeads = numberOf(config.value('num_kv_heads')) ?? heads;
  const keyInput = numberOf(config.value('in_kv_features')) ?? lastOf(keys ?? input);
  const own = (name: string) => (isNone(config.value(`out_${name}`)) ? name : `out_${name}`);
  const project = (
    name: string,
    as: string,
    inputs: Shape,
    outputs: Shape,
    [kernelInit, biasInit] = ['kernel_init', 'bias_init'],
  ): WeightSpec[] => [
    {
      name: `${name}/kernel`,
      as,
      role: 'weight',
      shape: [...inputs, ...outputs],
      drawn: [sizeOf(inputs), sizeOf(outputs)],
      init: kernelInit ?? 'kernel_init',
    },
    ...(config.flag('use_bias')
      ? [
          {
            name: `${name}/bias`,
            as: `${as}Bias`,
            role: 'bias',
            shape: outputs,
            init: biasInit ?? 'bias_init',
          } as const,
        ]
      : []),
  ];
  const gain = (name: string, as: string): WeightSpec => ({
    name: `${name}_ln/scale`,
    as,
    role: 'normGain',
    shape: [head],
    init: 'ones',
  });
  return [
    ...project('query', 'query', [lastOf(input)], [heads, head]),
    ...project('key', 'key', [keyInput], [keyHeads, head]),
    ...project(
      'value',
      'value',
      [numberOf(config.value('in_kv_features')) ?? lastOf(values ?? keys ?? input)],
      [keyHeads, head],
    ),
    ...project(
      'out',
      'output',
      [heads, head],
      [outputWidth(config, input ?? null)],
      [own('kernel_init'), own('bias_init')],
    ),
    ...(config.flag('normalize_qk') ? [gain('query', 'queryGain'), gain('key', 'keyGain')] : []),
  ];
}
