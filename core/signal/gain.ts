import type { Layer, ModelGraph } from '../graph/graph.ts';
import { isKnown } from '../graph/shape.ts';
import { negativeSlope } from '../maths/activation.ts';
import { slopeSecondMoment } from './dual.ts';
import { merge } from './field.ts';
import { atZero } from './kernel.ts';
import type { Pass } from './pass.ts';
import { followingActivation, weightOf } from './weights.ts';

/**
 * Factor by which a weight layer, with the activation that follows, changes small differences between inputs: the root of
 * E w^2 · fan · E f'^2. Before ReLU He gives 1, Xavier 0.71, PyTorch's default 0.41. Up to a normalization only, where one
 * comes first. Does not need the width where the initializer divides by it.
 */
export function gainOf(graph: ModelGraph, layer: Layer, pass: Pass): number | null {
  const energy = energyOf(graph, layer, pass);
  if (energy === null) return null;
  const following = followingActivation(graph, layer);
  if (following === null) return Math.sqrt(energy);
  const slope = slopeAfter(following.fn, following.parameter, pass.fields.get(layer.id) ?? null);
  return slope === null ? null : Math.sqrt(energy * slope);
}

function energyOf(graph: ModelGraph, layer: Layer, pass: Pass): number | null {
  const { op } = layer;
  if (op.kind !== 'dense' && op.kind !== 'conv') return null;
  const weight = weightOf(graph, layer, 'weight', { fanIn: fanInOf(op), fanOut: null });
  if (weight === null) return null;
  if (weight.mean === 0) return weight.forward;
  // Weights with a common mean also pass what their inputs have in common: only the fields know how much that is.
  const before = pass.fields.get(layer.inputs[0] ?? -1) ?? null;
  const after = pass.fields.get(layer.id) ?? null;
  if (before === null || after === null) return null;
  const [input, output] = [atZero(merge(before).varying), atZero(merge(after).varying)];
  return input === 0 ? null : output / input;
}

function fanInOf(op: Extract<Layer['op'], { kind: 'dense' | 'conv' }>): number | null {
  if (op.kind === 'dense') return isKnown(op.inFeatures) ? op.inFeatures : null;
  const taps = op.kernel.reduce((product, size) => product * size, 1);
  // The strides of a transposed convolution leave that share of the taps on any output.
  const used = op.transposed ? taps / op.stride.reduce((product, size) => product * size, 1) : taps;
  return isKnown(op.inChannels) ? (op.inChannels / op.groups) * used : null;
}

function slopeAfter(
  fn: Parameters<typeof slopeSecondMoment>[0],
  parameter: number | undefined,
  field: ReturnType<Pass['fields']['get']> | null,
): number | null {
  if (field === null || field === undefined) {
    const negative = negativeSlope(fn, parameter);
    return negative === null ? null : (1 + negative * negative) / 2;
  }
  const { mean, total } = merge(field);
  return slopeSecondMoment(fn, parameter, mean, Math.max(atZero(total) - mean * mean, 0));
}
