import type { Op } from '../../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../../core/graph/shape.ts';
import { isNone, itemsOf, numberOf } from '../../../interpreter/read.ts';
import type { Config } from '../../keras/layer-spec.ts';
import { apply, applyUnknown } from '../../torch/apply.ts';
import type { LayerRow, LayerRows, WeightSpec } from '../layer-row.ts';

/* `flax.linen.normalization` and `flax.nnx.nn.normalization`; the running statistics are no parameters. */

const types = 'dtype=None, param_dtype=None';
const affine = "use_bias=True, use_scale=True, bias_init='zeros', scale_init='ones'";
const linenTail =
  'axis_name=None, axis_index_groups=None, use_fast_variance=True, force_float32_reductions=True, name=None, parent=None';
const nnxTail =
  'axis_name=None, axis_index_groups=None, use_fast_variance=True, promote_dtype=None, rngs=None, bias_metadata=None, scale_metadata=None';

export const normalizationLayers: LayerRows = {
  BatchNorm: norm({
    head: `axis=-1, momentum=0.99, epsilon=1e-05, ${types}, ${affine}`,
    linen: 'use_running_average=None, ',
    nnx: '*, use_running_average=False, ',
    axes: 'axis',
    op: (config, epsilon) => {
      const axis = numberOf(config.value('axis'));
      return axis === null ? null : { kind: 'batchNorm', epsilon, axis };
    },
  }),
  LayerNorm: norm({
    head: `epsilon=1e-06, ${types}, ${affine}, reduction_axes=-1, feature_axes=-1`,
    axes: 'feature_axes',
    op: (config, epsilon, input) => {
      const axes = lastAxes(config, 'reduction_axes', input);
      return axes === null ? null : { kind: 'layerNorm', epsilon, axes };
    },
  }),
  RMSNorm: norm({
    head: `epsilon=1e-06, ${types}, use_scale=True, scale_init='ones', reduction_axes=-1, feature_axes=-1`,
    axes: 'feature_axes',
    op: (config, epsilon, input) =>
      lastAxes(config, 'reduction_axes', input) === 1 ? { kind: 'rmsNorm', epsilon } : null,
  }),
  GroupNorm: norm({
    head: `epsilon=1e-06, ${types}, ${affine}, reduction_axes=None`,
    linen: 'num_groups=32, group_size=None, ',
    nnx: 'num_groups=32, group_size=None, *, ',
    axes: null,
    op: (config, epsilon, input) => {
      const groups = groupsOf(config, input);
      return groups === null ? null : { kind: 'groupNorm', groups, epsilon, axis: -1 };
    },
  }),
  InstanceNorm: norm({
    head: `epsilon=1e-06, ${types}, ${affine}, feature_axes=-1`,
    axes: 'feature_axes',
    op: (_, epsilon) => ({ kind: 'instanceNorm', epsilon, axis: -1 }),
  }),
};

interface NormRow {
  readonly head: string;
  /** What stands before it in linen, and in nnx behind `num_features`. */
  readonly linen?: string;
  readonly nnx?: string;
  /** The argument that names the axes with a gain of their own; `null`: the last. */
  readonly axes: string | null;
  readonly op: (config: Config, epsilon: number, input: Shape | null) => Op | null;
}

function norm({ head, linen = '', nnx = '*, ', axes, op }: NormRow): LayerRow {
  return {
    linen: `${linen}${head}, ${linenTail}`,
    nnx: `num_features, ${nnx}${head}, ${nnxTail}`,
    promised: (config) => [null, config.dim('num_features')],
    call: 'x, use_running_average=None, mask=None',
    weights: (config, [input]) => {
      const shape = featuresOf(config, axes, input ?? null);
      const gain: WeightSpec = { name: 'scale', as: 'gain', role: 'normGain', shape, init: 'scale_init' };
      const bias: WeightSpec = { name: 'bias', as: 'bias', role: 'normBias', shape, init: 'bias_init' };
      return [...(config.flag('use_scale') ? [gain] : []), ...(config.flag('use_bias') ? [bias] : [])];
    },
    forward: ({ instance, config, weights }, [input], _, context) => {
      const epsilon = config.number('epsilon');
      const made = epsilon === null ? null : op(config, epsilon, input.shape);
      return made === null
        ? applyUnknown(instance.class.name, [input], input.shape, context, instance)
        : apply({ op: made, inputs: [input], owner: instance, parameters: weights }, context);
    },
  };
}

function axesOf(config: Config, name: string): readonly number[] | null {
  const items = (itemsOf(config.value(name)) ?? [config.value(name)]).map(numberOf);
  return items.every((item) => item !== null) ? items : null;
}

function featuresOf(config: Config, name: string | null, input: Shape | null): Shape {
  const axes = name === null ? [-1] : (axesOf(config, name) ?? [-1]);
  return axes.map((axis) => input?.at(axis) ?? null);
}

/** How many axes at the end are normalized together; `null` where it is not those at the end. */
function lastAxes(config: Config, name: string, input: Shape | null): number | null {
  const axes = axesOf(config, name);
  if (axes === null) return null;
  const sorted = axes.map((axis) => (axis < 0 || input === null ? axis : axis - input.length)).sort((a, b) => a - b);
  return sorted.every((axis, index) => axis === index - sorted.length) ? sorted.length : null;
}

function groupsOf(config: Config, input: Shape | null): number | null {
  if (isNone(config.value('group_size'))) return config.number('num_groups');
  const [size, channels] = [config.number('group_size'), input?.at(-1)];
  return size !== null && isKnown(channels) ? channels / size : null;
}
