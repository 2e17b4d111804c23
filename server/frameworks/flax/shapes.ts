import type { Dim, Shape } from '../../../core/graph/shape.ts';
import * as read from '../../interpreter/read.ts';
import { tuple, type Value } from '../../interpreter/values.ts';

/*
 * `if residual.shape != y.shape` decides what a model is, so that two arrays of one batch must have equal shapes. The size of
 * the batch is a symbol for the code, and not known for the graph.
 */
const batch = 'the batch';

export function valueOfShape(shape: Shape | null): Value {
  if (shape?.[0] !== null) return read.valueOfShape(shape);
  const symbol: Value = { type: 'dimension', name: batch };
  return tuple([symbol, ...shape.slice(1).map(read.valueOfDim)]);
}

/** A shape from a tuple or list of sizes, or from one size. */
export function shapeOf(value: Value): Shape | null {
  return read.shapeOf(value)?.map(known) ?? null;
}

function known(dim: Dim): Dim {
  return typeof dim === 'string' && dim.includes(batch) ? null : dim;
}
