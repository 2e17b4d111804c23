import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { ones, zeros } from '../../../core/initializers/make.ts';
import { numberOf, shapeOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, tuple } from '../../interpreter/values.ts';
import { type LayerRow, layerClass } from './layer.ts';
import { moduleClass } from './module.ts';
import type { Reader } from './reader.ts';

/* `torch.nn.modules.batchnorm`, `instancenorm` and `normalization`: gains of one, biases of zero. */

const asDefault = <T extends object>(initializer: T) => ({ ...initializer, scheme: 'default' as const });

/** A gain and a bias of this shape, or none. */
function affine(shape: Shape | null, withBias = true): ReturnType<NonNullable<LayerRow['tensors']>> {
  if (shape === null) {
    return [
      { name: 'weight', as: 'gain', shape: null },
      { name: 'bias', as: 'bias', shape: null },
    ];
  }
  return [
    { name: 'weight', as: 'gain', role: 'normGain', shape },
    withBias ? { name: 'bias', as: 'bias', role: 'normBias', shape } : { name: 'bias', as: 'bias', shape: null },
  ];
}

const reset = () => ({ weight: asDefault(ones()), bias: asDefault(zeros()) });

const epsilonOf = (layer: Reader) => layer.number('eps') ?? 1e-5;

const normBase = nativeClass('torch.nn._NormBase', { bases: [moduleClass] });
const batchBase = nativeClass('torch.nn._BatchNorm', { bases: [normBase] });
const instanceBase = nativeClass('torch.nn._InstanceNorm', { bases: [normBase] });

const perChannel = (layer: Reader) => affine(layer.flag('affine') ? [layer.dim('num_features')] : null);

function batchNorm(name: string, extra = ''): ClassValue {
  return layerClass(name, {
    parameters: `num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, ${extra}device=None, dtype=None`,
    base: batchBase,
    tensors: perChannel,
    reset,
    op: (layer) => ({ kind: 'batchNorm', epsilon: epsilonOf(layer), axis: 1 }),
  });
}

function instanceNorm(name: string): ClassValue {
  return layerClass(name, {
    parameters:
      'num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None',
    base: instanceBase,
    tensors: perChannel,
    reset,
    op: (layer) => ({ kind: 'instanceNorm', epsilon: epsilonOf(layer), axis: 1 }),
  });
}

/** The normalized axes are kept as a tuple. */
function keepShape(layer: Reader): void {
  const value = layer.value('normalized_shape');
  if (numberOf(value) !== null || value.type === 'dimension')
    layer.instance.attributes.set('normalized_shape', tuple([value]));
}

const normalizedShape = (layer: Reader) => shapeOf(layer.value('normalized_shape')) ?? [null];

export const layerNorm = layerClass('LayerNorm', {
  parameters: 'normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None',
  prepare: keepShape,
  tensors: (layer) => affine(layer.flag('elementwise_affine') ? normalizedShape(layer) : null, layer.flag('bias')),
  reset,
  op: (layer) => ({ kind: 'layerNorm', epsilon: epsilonOf(layer), axes: normalizedShape(layer).length }),
});

const rmsNorm = layerClass('RMSNorm', {
  parameters: 'normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None',
  prepare: keepShape,
  tensors: (layer) => [
    layer.flag('elementwise_affine')
      ? { name: 'weight', as: 'gain', role: 'normGain', shape: normalizedShape(layer) }
      : { name: 'weight', as: 'gain', shape: null },
  ],
  reset: () => ({ weight: asDefault(ones()) }),
  // Without `eps`: the machine epsilon of float32.
  op: (layer) => ({ kind: 'rmsNorm', epsilon: layer.number('eps') ?? 2 ** -23 }),
});

const groupNorm = layerClass('GroupNorm', {
  parameters: 'num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None',
  tensors: (layer) => affine(layer.flag('affine') ? [layer.dim('num_channels')] : null),
  reset,
  op: (layer): Op | null => {
    const groups = layer.number('num_groups');
    return groups === null ? null : { kind: 'groupNorm', groups, epsilon: epsilonOf(layer), axis: 1 };
  },
});

/** Divides by what neighbouring channels hold: nothing the propagation has a rule for. Shape stays. */
const localResponseNorm = layerClass('LocalResponseNorm', {
  parameters: 'size, alpha=0.0001, beta=0.75, k=1.0',
  keepsShape: true,
});

const syncBatchNorm: ClassValue = batchNorm('SyncBatchNorm', 'process_group=None, ');
// The converter puts SyncBatchNorm in the place of every batch norm, which changes neither values nor names.
syncBatchNorm.members.set(
  'convert_sync_batchnorm',
  nativeFunction('torch.nn.SyncBatchNorm.convert_sync_batchnorm', 'module, process_group=None', (given) =>
    given.get('module'),
  ),
);

export const normalizationClasses: Readonly<Record<string, ClassValue>> = {
  _NormBase: normBase,
  _BatchNorm: batchBase,
  _InstanceNorm: instanceBase,
  BatchNorm1d: batchNorm('BatchNorm1d'),
  BatchNorm2d: batchNorm('BatchNorm2d'),
  BatchNorm3d: batchNorm('BatchNorm3d'),
  SyncBatchNorm: syncBatchNorm,
  InstanceNorm1d: instanceNorm('InstanceNorm1d'),
  InstanceNorm2d: instanceNorm('InstanceNorm2d'),
  InstanceNorm3d: instanceNorm('InstanceNorm3d'),
  LayerNorm: layerNorm,
  RMSNorm: rmsNorm,
  GroupNorm: groupNorm,
  LocalResponseNorm: localResponseNorm,
};
