import { torchFans } from '../../../core/initializers/fans.ts';
import { xavier } from '../../../core/initializers/make.ts';
import { deepCopy } from '../../interpreter/library/python/copy.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import { method } from '../../interpreter/table.ts';
import {
  type ClassValue,
  type InstanceValue,
  list,
  none,
  type TensorValue,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import { activationClasses, activationOperations } from './activations.ts';
import { onTensor } from './apply.ts';
import { multiheadAttention } from './attention.ts';
import { moduleList } from './containers.ts';
import { layerClass } from './layer.ts';
import { linear } from './linear.ts';
import { layerNorm } from './normalization.ts';
import { functionOf } from './op-row.ts';
import { tensorOperator } from './operators.ts';
import { type Reader, readerOf } from './reader.ts';
import { isModule, namedParameters } from './registry.ts';

/* `torch.nn.modules.transformer`, put together from its parts as PyTorch does (Vaswani et al. 2017). */

/** There is always one: the table has a row for it. */
const dropoutClass = activationClasses.Dropout ?? moduleList;

const layerParameters =
  "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None, dtype=None";

/** Registers attention blocks, the feed-forward block and a norm and dropout for each of them. */
function buildLayer(instance: InstanceValue, attentions: readonly string[], context: NativeContext): void {
  const layer = readerOf(instance);
  const make = (class_: ClassValue, positional: readonly Value[], keyword: Readonly<Record<string, Value>> = {}) =>
    context.instantiate(class_, positional, new Map(Object.entries(keyword)));
  const add = (name: string, value: Value) => context.setAttribute(instance, name, value);
  const [width, inner, rate, bias] = ['d_model', 'dim_feedforward', 'dropout', 'bias'].map((name) => layer.value(name));
  if (width === undefined || inner === undefined || rate === undefined || bias === undefined) return;
  for (const name of attentions) {
    const options = { dropout: rate, bias, batch_first: layer.value('batch_first') };
    add(name, make(multiheadAttention, [width, layer.value('nhead')], options));
  }
  add('linear1', make(linear, [width, inner], { bias }));
  add('dropout', make(dropoutClass, [rate]));
  add('linear2', make(linear, [inner, width], { bias }));
  const blocks = [...attentions, 'feed forward'].map((_, index) => index + 1);
  for (const block of blocks)
    add(`norm${block}`, make(layerNorm, [width], { eps: layer.value('layer_norm_eps'), bias }));
  for (const block of blocks) add(`dropout${block}`, make(dropoutClass, [rate]));
  const activation = stringOf(layer.value('activation'));
  const operation = activation === null ? undefined : activationOperations[activation];
  if (operation !== undefined && activation !== null)
    add('activation', functionOf(`torch.nn.functional.${activation}`, operation));
}

function call(self: InstanceValue, name: string, inputs: readonly Value[], context: NativeContext): Value {
  return context.call(context.getAttribute(self, name), inputs);
}

/** Dropout of attention or of the feed-forward block, added to what came in, before or after a norm. */
function residual(
  self: InstanceValue,
  x: Value,
  block: number,
  run: (input: Value) => Value,
  context: NativeContext,
): Value {
  const isFirst = readerOf(self).flag('norm_first');
  const branch = call(self, `dropout${block}`, [run(isFirst ? call(self, `norm${block}`, [x], context) : x)], context);
  const sum = tensorOperator('+', [x, branch], context) ?? unknown('residual');
  return isFirst ? sum : call(self, `norm${block}`, [sum], context);
}

function attend(
  self: InstanceValue,
  name: string,
  query: Value,
  memory: Value,
  mask: Value,
  context: NativeContext,
): Value {
  const attention = context.getAttribute(self, name);
  const result = context.call(attention, [query, memory, memory], new Map([['attn_mask', mask]]));
  return result.type === 'tuple' ? (result.items[0] ?? unknown('attention')) : result;
}

function feedForward(self: InstanceValue, x: Value, context: NativeContext): Value {
  const hidden = call(self, 'activation', [call(self, 'linear1', [x], context)], context);
  return call(self, 'linear2', [call(self, 'dropout', [hidden], context)], context);
}

const encoderLayer = layerClass('TransformerEncoderLayer', {
  parameters: layerParameters,
  build: (instance, context) => buildLayer(instance, ['self_attn'], context),
  forward: method('src, src_mask=None, src_key_padding_mask=None, is_causal=False', (self, given, context) =>
    onTensor(given.get('src'), context, (src) => {
      const mask = given.get('src_mask');
      const x = residual(self, src, 1, (input) => attend(self, 'self_attn', input, input, mask, context), context);
      return residual(self, x, 2, (input) => feedForward(self, input, context), context);
    }),
  ),
});

const decoderLayer = layerClass('TransformerDecoderLayer', {
  parameters: layerParameters,
  build: (instance, context) => buildLayer(instance, ['self_attn', 'multihead_attn'], context),
  forward: method('tgt, memory, tgt_mask=None, memory_mask=None, *args, **kwargs', (self, given, context) =>
    onTensor(given.get('tgt'), context, (tgt) => {
      const [memory, mask, memoryMask] = [given.get('memory'), given.get('tgt_mask'), given.get('memory_mask')];
      let x = residual(self, tgt, 1, (input) => attend(self, 'self_attn', input, input, mask, context), context);
      x = residual(self, x, 2, (input) => attend(self, 'multihead_attn', input, memory, memoryMask, context), context);
      return residual(self, x, 3, (input) => feedForward(self, input, context), context);
    }),
  ),
});

/** Copies of one layer: they all start with the same values. */
function buildStack(instance: InstanceValue, source: string, context: NativeContext): void {
  const layer = readerOf(instance);
  const count = numberOf(layer.value('num_layers')) ?? 1;
  const original = layer.value(source);
  const copies = Array.from({ length: Math.min(Math.max(count, 0), 256) }, () => deepCopy(original, context));
  const norm = layer.value('norm');
  // The layer that is copied is an argument, not a submodule.
  instance.attributes.delete(source);
  instance.attributes.delete('norm');
  context.setAttribute(instance, 'layers', context.instantiate(moduleList, [list(copies)]));
  context.setAttribute(instance, 'norm', norm);
}

function runStack(self: InstanceValue, x: Value, others: readonly Value[], context: NativeContext): Value {
  const layer = readerOf(self);
  const layers = context.iterate(layer.value('layers')) ?? [];
  const output = layers.reduce((input, module) => context.call(module, [input, ...others]), x);
  return isModule(layer.value('norm')) ? context.call(layer.value('norm'), [output]) : output;
}

const encoder = layerClass('TransformerEncoder', {
  parameters: 'encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True',
  build: (instance, context) => buildStack(instance, 'encoder_layer', context),
  forward: method('src, mask=None, src_key_padding_mask=None, is_causal=None', (self, given, context) =>
    runStack(self, given.get('src'), [given.get('mask')], context),
  ),
});

const decoder = layerClass('TransformerDecoder', {
  parameters: 'decoder_layer, num_layers, norm=None',
  build: (instance, context) => buildStack(instance, 'decoder_layer', context),
  forward: method('tgt, memory, tgt_mask=None, memory_mask=None, *args, **kwargs', (self, given, context) =>
    runStack(self, given.get('tgt'), [given.get('memory'), given.get('tgt_mask'), given.get('memory_mask')], context),
  ),
});

const transformer = layerClass('Transformer', {
  parameters:
    "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None, dtype=None",
  build: (instance, context) => {
    const layer = readerOf(instance);
    const stack = (part: ClassValue, whole: ClassValue, count: string, custom: string) => {
      if (!isNone(layer.value(custom))) return layer.value(custom);
      const norm = context.instantiate(layerNorm, [layer.value('d_model')]);
      return context.instantiate(whole, [context.instantiate(part, partArguments(layer)), layer.value(count), norm]);
    };
    context.setAttribute(instance, 'encoder', stack(encoderLayer, encoder, 'num_encoder_layers', 'custom_encoder'));
    context.setAttribute(instance, 'decoder', stack(decoderLayer, decoder, 'num_decoder_layers', 'custom_decoder'));
  },
  methods: {
    _reset_parameters: method('', (self, _, context) => {
      for (const [, target] of namedParameters(self)) resetMatrix(target, context);
      return none;
    }),
  },
  forward: method(
    'src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, *args, **kwargs',
    (self, given, context) => {
      const memory = call(self, 'encoder', [given.get('src'), given.get('src_mask')], context);
      return call(
        self,
        'decoder',
        [given.get('tgt'), memory, given.get('tgt_mask'), given.get('memory_mask')],
        context,
      );
    },
  ),
});

/** Every matrix is drawn by `xavier_uniform_`. */
function resetMatrix(target: TensorValue, context: NativeContext): void {
  if (target.shape === null || target.shape.length < 2) return;
  const initializer = { ...xavier('uniform', torchFans(target.shape)), scheme: 'default' } as const;
  context.write(target, { initializer, by: 'default of nn.Transformer', origin: 'default' });
}

function partArguments(layer: Reader): readonly Value[] {
  const names = [
    'd_model',
    'nhead',
    'dim_feedforward',
    'dropout',
    'activation',
    'layer_norm_eps',
    'batch_first',
    'norm_first',
  ];
  return tuple(names.map((name) => layer.value(name))).items;
}

export const transformerClasses: Readonly<Record<string, ClassValue>> = {
  TransformerEncoderLayer: encoderLayer,
  TransformerDecoderLayer: decoderLayer,
  TransformerEncoder: encoder,
  TransformerDecoder: decoder,
  Transformer: transformer,
};
