import type { Dim, Shape } from '../../core/graph/shape.ts';
import type { DimensionValue } from './values.ts';

/*
 * The batch is not known, but code reckons with it: heads and windows are counted with it (`x.reshape(B * heads, n, C)`), and
 * taken out of it again. So `x.shape[0]` is a symbol of its own, and a tensor's shape remembers how many batches a size is. In
 * the graph such a size is as unknown as the batch.
 */

const symbol = '?';
const inFormula = /^\? \* (\d+)$|^(\d+) \* \?$/;
const inShape = /^(\d+) batches$/;

/** The size of so many batches. */
export function batches(count: number): Dim {
  return count === 1 ? null : `${count} batches`;
}

/** How many batches a size is; `null` for what is a size of its own. */
export function batchCount(dim: Dim): number | null {
  if (dim === null) return 1;
  const count = typeof dim === 'string' ? inShape.exec(dim)?.[1] : undefined;
  return count === undefined ? null : Number(count);
}

/** A size that is so many batches, for the code to reckon with. */
export function batchSymbol(count: number): DimensionValue {
  return { type: 'dimension', name: count === 1 ? symbol : `${symbol} * ${count}` };
}

/** The size that a formula stands for: of what else is done with the batch, nothing is known. */
export function dimOfFormula(name: string): Dim {
  if (!name.includes(symbol)) return name;
  const [, after, before] = inFormula.exec(name) ?? [];
  const count = after ?? before;
  return count === undefined ? null : batches(Number(count));
}

/** The shape as it stands in the graph. */
export function withoutCounts(shape: Shape | null): Shape | null {
  return shape?.some((dim) => typeof dim === 'string' && inShape.test(dim))
    ? shape.map((dim) => (batchCount(dim) === null ? dim : null))
    : shape;
}
