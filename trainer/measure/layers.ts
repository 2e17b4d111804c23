import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import { indexOf } from '../../core/graph/graph-index.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import { isKnown } from '../../core/graph/shape.ts';
import { activationOf, isRectifier, isSaturating } from '../../core/maths/activation.ts';
import { neededLayers } from '../model.ts';

/** A layer that is measured, and what can be said of it. */
export interface MeasuredLayer {
  readonly layer: Layer;
  /** Ids of the parameters that carry the layer's signal: matrices, kernels, tables, gains; not the biases. */
  readonly weights: readonly number[];
  /** The matrix whose rows, columns or kernels are the layer's units. */
  readonly units: UnitMatrix | null;
  /** Rectifiers have units that are zero for all inputs. */
  readonly canDie: boolean;
  /** |φ'| < 0.05 for pre-activations beyond this; `null` where the function does not saturate. */
  readonly saturatesAt: number | null;
}

/** A weight read as [before, units, after]. */
export interface UnitMatrix {
  readonly parameter: number;
  readonly before: number;
  readonly count: number;
  readonly after: number;
}

/** Layers with parameters, and activations: what signal and gradient flow through. */
export function measuredLayers(graph: ModelGraph): readonly MeasuredLayer[] {
  const { parameters } = indexOf(graph);
  return neededLayers(graph).flatMap((layer): MeasuredLayer[] => {
    const own = Object.values(layer.parameters)
      .map((id) => parameters.get(id))
      .filter((p) => p !== undefined);
    const { op } = layer;
    if (own.length === 0 && op.kind !== 'activation') return [];
    const fn = op.kind === 'activation' ? op.fn : null;
    return [
      {
        layer,
        weights: own.filter(({ role }) => role !== 'bias' && role !== 'normBias').map(({ id }) => id),
        units: unitMatrix(graph, layer, own),
        canDie: fn !== null && isRectifier(fn),
        saturatesAt: fn !== null && isSaturating(fn) ? saturationPoint((x) => activationOf(fn).slope(x)) : null,
      },
    ];
  });
}

/** Below this slope a unit passes next to nothing on. */
const flat = 0.05;

/** All saturating functions are symmetric and flatten outwards. */
function saturationPoint(slope: (x: number) => number): number {
  let [low, high] = [0, 64];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) < flat) high = middle;
    else low = middle;
  }
  return high;
}

/** PyTorch counts units on the first axis (transposed convolution: the second), the others on the last (the one before). */
function unitMatrix(graph: ModelGraph, { op }: Layer, own: readonly Parameter[]): UnitMatrix | null {
  const weight = own.find(({ role, shape }) => role === 'weight' && shape.length >= 2);
  if (weight === undefined) return null;
  const shape = weight.shape.filter(isKnown);
  const isTransposed = op.kind === 'conv' && op.transposed;
  const isTorch = graph.framework === 'torch';
  const axis = isTorch ? (isTransposed ? 1 : 0) : shape.length - (isTransposed ? 2 : 1);
  const count = shape[axis] ?? 1;
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  if (count < 2) return null;
  return { parameter: weight.id, before: product(shape.slice(0, axis)), count, after: product(shape.slice(axis + 1)) };
}
