import { inferShape } from '../../../core/graph/infer-shape.ts';
import type { Op } from '../../../core/graph/op.ts';
import { torchFans } from '../../../core/initializers/fans.ts';
import { xavier, zeros } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { booleanOf, isNone } from '../../interpreter/read.ts';
import { method, tensor } from '../../interpreter/table.ts';
import {
  boolean,
  type ClassValue,
  type InstanceValue,
  none,
  type TensorValue,
  tuple,
} from '../../interpreter/values.ts';
import { apply, onTensor } from './apply.ts';
import { layerClass, newParameter, registerParameter } from './layer.ts';
import { linear } from './linear.ts';
import { type Reader, readerOf } from './reader.ts';
import { isModule } from './registry.ts';

/* `nn.MultiheadAttention`: one matrix for query, key and value where they have one width, three where they have not. */

const projections = ['q_proj_weight', 'k_proj_weight', 'v_proj_weight'] as const;

function widths(layer: Reader) {
  const width = layer.dim('embed_dim');
  const key = isNone(layer.value('kdim')) ? width : layer.dim('kdim');
  const value = isNone(layer.value('vdim')) ? width : layer.dim('vdim');
  return { width, key, value, packed: key === width && value === width };
}

/** Registers what PyTorch registers, in its order: the projections, the biases, the output layer. */
function build(instance: InstanceValue, context: NativeContext): void {
  const layer = readerOf(instance);
  const { width, key, value, packed } = widths(layer);
  const three = typeof width === 'number' ? 3 * width : null;
  const withBias = layer.flag('bias');
  registerParameter(
    instance,
    'in_proj_weight',
    packed ? newParameter({ role: 'weight', shape: [three, width] }) : null,
  );
  for (const [index, name] of projections.entries()) {
    const input = [width, key, value][index] ?? null;
    registerParameter(instance, name, packed ? null : newParameter({ role: 'weight', shape: [width, input] }));
  }
  registerParameter(instance, 'in_proj_bias', withBias ? newParameter({ role: 'bias', shape: [three] }) : null);
  const kv = layer.flag('add_bias_kv') ? (['bias_k', 'bias_v'] as const) : [];
  for (const name of kv) registerParameter(instance, name, newParameter({ role: 'other', shape: [1, 1, width] }));
  const widthValue = layer.value('embed_dim');
  const output = context.instantiate(linear, [widthValue, widthValue], new Map([['bias', boolean(withBias)]]));
  context.setAttribute(instance, 'out_proj', output);
}

function reset(instance: InstanceValue, context: NativeContext): void {
  const layer = readerOf(instance);
  const by = 'default of nn.MultiheadAttention';
  for (const name of ['in_proj_weight', ...projections, 'bias_k', 'bias_v']) {
    const target = layer.tensor(name);
    if (target === null) continue;
    const distribution = name.startsWith('bias') ? 'normal' : 'uniform';
    const initializer = { ...xavier(distribution, torchFans(target.shape ?? [])), scheme: 'default' } as const;
    context.write(target, { initializer, by, origin: 'default' });
  }
  const output = layer.value('out_proj');
  const biases = [layer.tensor('in_proj_bias'), isModule(output) ? readerOf(output).tensor('bias') : null];
  for (const bias of biases) {
    if (bias !== null) context.write(bias, { initializer: { ...zeros(), scheme: 'default' }, by, origin: 'default' });
  }
}

export const multiheadAttention: ClassValue = layerClass('MultiheadAttention', {
  parameters:
    'embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False, device=None, dtype=None',
  build,
  methods: {
    _reset_parameters: method('', (self, _, context) => {
      reset(self, context);
      return none;
    }),
  },
  forward: method(
    'query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False',
    (self, given, context) =>
      onTensor(given.get('query'), context, (query) => {
        const [key, value] = [given.get('key'), given.get('value')];
        const inputs = [query, key, value].filter((input) => input.type === 'tensor');
        const causal = (booleanOf(given.get('is_causal')) ?? false) || !isNone(given.get('attn_mask'));
        return tuple([
          attend(self, inputs, causal, context),
          weights(self, query, key.type === 'tensor' ? key : query),
        ]);
      }),
  ),
});

/** Attention of a query over keys and values; one input stands for all three where they are the same. */
function attend(
  self: InstanceValue,
  inputs: readonly TensorValue[],
  causal: boolean,
  context: NativeContext,
): TensorValue {
  const layer = readerOf(self);
  const op: Op = {
    kind: 'attention',
    heads: layer.number('num_heads') ?? 1,
    width: layer.dim('embed_dim'),
    causal,
    dropout: layer.number('dropout') ?? 0,
    batchFirst: layer.flag('batch_first'),
  };
  const output = layer.value('out_proj');
  const outer = isModule(output) ? readerOf(output) : null;
  const parameters = {
    inProjection: layer.tensor('in_proj_weight'),
    inProjectionBias: layer.tensor('in_proj_bias'),
    query: layer.tensor('q_proj_weight'),
    key: layer.tensor('k_proj_weight'),
    value: layer.tensor('v_proj_weight'),
    output: outer?.tensor('weight') ?? null,
    outputBias: outer?.tensor('bias') ?? null,
  };
  const [query] = inputs;
  const isSelf = inputs.every((input) => input === query);
  return apply({ op, inputs: isSelf ? inputs.slice(0, 1) : inputs, owner: self, parameters }, context);
}

/** The attention weights that come with the output: [batch, queries, keys]. */
function weights(self: InstanceValue, query: TensorValue, key: TensorValue): TensorValue {
  const scores = inferShape({ kind: 'matmul', transposeA: false, transposeB: true }, [query.shape, key.shape]);
  return tensor({ shape: readerOf(self).flag('batch_first') ? scores : null });
}
