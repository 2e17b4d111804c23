import type { Dim } from '../../../core/graph/shape.ts';
import { normal, zeros } from '../../../core/initializers/make.ts';
import { method } from '../../interpreter/table.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { defaultBound, defaultWeight } from './defaults.ts';
import { layerClass, newParameter, registerParameter } from './layer.ts';
import { type Reader, readerOf } from './reader.ts';
import { select } from './rearrange.ts';
import { isShapesOnly } from './trial.ts';
import { regionOf } from './views.ts';

/* `torch.nn.modules.linear` and `torch.nn.modules.sparse`. */

function biasOf(layer: Reader, size: Dim) {
  return layer.flag('bias')
    ? ({ name: 'bias', as: 'bias', role: 'bias', shape: [size] } as const)
    : ({ name: 'bias', as: 'bias', shape: null } as const);
}

function resetDense(layer: Reader) {
  const { shape = null } = layer.tensor('weight') ?? {};
  const fanIn = shape?.[1];
  return { weight: defaultWeight(shape), bias: defaultBound(typeof fanIn === 'number' ? fanIn : null) };
}

export const linear = layerClass('Linear', {
  parameters: 'in_features, out_features, bias=True, device=None, dtype=None',
  tensors: (layer) => [
    { name: 'weight', as: 'weight', role: 'weight', shape: [layer.dim('out_features'), layer.dim('in_features')] },
    biasOf(layer, layer.dim('out_features')),
  ],
  reset: resetDense,
  op: (layer) => ({ kind: 'dense', inFeatures: layer.dim('in_features'), outFeatures: layer.dim('out_features') }),
});

/** Its parameters get their shape from the first input. */
const lazyLinear = layerClass('LazyLinear', {
  parameters: 'out_features, bias=True, device=None, dtype=None',
  base: linear,
  forward: method('input', (self, given, context) =>
    onTensor(given.get('input'), context, (input) => {
      const layer = readerOf(self);
      const out = layer.dim('out_features');
      const features = input.shape?.at(-1) ?? null;
      if (layer.tensor('weight') === null && !isShapesOnly()) {
        const withBias = layer.flag('bias');
        registerParameter(self, 'weight', newParameter({ role: 'weight', shape: [out, features] }));
        registerParameter(self, 'bias', withBias ? newParameter({ role: 'bias', shape: [out] }) : null);
        context.call(context.getAttribute(self, 'reset_parameters'), []);
      }
      const parameters = { weight: layer.tensor('weight'), bias: layer.tensor('bias') };
      const op = { kind: 'dense', inFeatures: features, outFeatures: out } as const;
      return apply({ op, inputs: [input], owner: self, parameters }, context);
    }),
  ),
});

const bilinear = layerClass('Bilinear', {
  parameters: 'in1_features, in2_features, out_features, bias=True, device=None, dtype=None',
  tensors: (layer) => {
    const [out, first, second] = [layer.dim('out_features'), layer.dim('in1_features'), layer.dim('in2_features')];
    return [{ name: 'weight', as: 'weight', role: 'weight', shape: [out, first, second] }, biasOf(layer, out)];
  },
  reset: (layer) => {
    const bound = defaultBound(layer.number('in1_features'));
    return { weight: bound, bias: bound };
  },
  forward: method('input1, input2', (self, given, context) =>
    onTensor(given.get('input1'), context, (first) =>
      onTensor(given.get('input2'), context, (second) => {
        const shape = first.shape === null ? null : [...first.shape.slice(0, -1), readerOf(self).dim('out_features')];
        return applyUnknown('Bilinear', [first, second], shape, context, self);
      }),
    ),
  ),
});

const identity = layerClass('Identity', {
  parameters: '*args, **kwargs',
  forward: method('input', (_, given) => given.get('input')),
});

/** Draws N(0, 1); the row of the padding index is zeroed. */
function resetEmbedding() {
  return { weight: { ...normal(0, 1), scheme: 'default' } as const };
}

const embeddingRow = {
  tensors: (layer: Reader) => [
    {
      name: 'weight',
      as: 'weight',
      role: 'embedding',
      shape: [layer.dim('num_embeddings'), layer.dim('embedding_dim')],
    } as const,
  ],
  reset: resetEmbedding,
  resetParts: (layer: Reader, context: Parameters<typeof apply>[1]) => {
    const weight = layer.tensor('weight');
    if (layer.flag('_freeze') && weight?.storage != null) weight.storage.trainable = false;
    const index = layer.number('padding_idx');
    if (weight === null || index === null) return;
    const row = select(weight, 0, index, context);
    context.write(row, {
      initializer: zeros(),
      by: 'padding row of nn.Embedding',
      origin: 'default',
      region: regionOf(row),
    });
  },
};

const embeddingOp = (layer: Reader) =>
  ({
    kind: 'embedding',
    vocabulary: layer.dim('num_embeddings'),
    width: layer.dim('embedding_dim'),
    paddingIndex: layer.number('padding_idx'),
  }) as const;

const embedding = layerClass('Embedding', {
  parameters:
    'num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None',
  ...embeddingRow,
  op: embeddingOp,
});

const embeddingBag = layerClass('EmbeddingBag', {
  parameters:
    "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None",
  ...embeddingRow,
  forward: method('input, offsets=None, per_sample_weights=None', (self, given, context) =>
    onTensor(given.get('input'), context, (input) => {
      const layer = readerOf(self);
      const parameters = { weight: layer.tensor('weight') };
      const looked = apply({ op: embeddingOp(layer), inputs: [input], owner: self, parameters }, context);
      const fn = layer.text('mode') === 'sum' ? 'sum' : layer.text('mode') === 'max' ? 'max' : 'mean';
      return apply({ op: { kind: 'reduce', fn, axes: [1], keepDims: false }, inputs: [looked], name: fn }, context);
    }),
  ),
});

export const linearClasses = {
  Linear: linear,
  LazyLinear: lazyLinear,
  Bilinear: bilinear,
  Identity: identity,
  Embedding: embedding,
  EmbeddingBag: embeddingBag,
};
