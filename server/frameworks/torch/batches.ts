import type { Dim, Shape } from '../../../core/graph/shape.ts';

/*
 * A batch of images that is cut into windows, or whose heads are counted with it, is a batch of another size: so many times
 * as large. Tensors remember how many times, because the code divides by it again (`x.reshape(B, heads, C, -1)`); in the graph
 * and in the user's code such a size is as unknown as the batch.
 */

const pattern = /^(\d+) batches$/;

/** The size of so many batches. */
export function batches(count: number): Dim {
  return count === 1 ? null : `${count} batches`;
}

/** How many batches a size is; `null` for what is a size of its own. */
export function batchCount(dim: Dim): number | null {
  if (dim === null) return 1;
  const count = typeof dim === 'string' ? pattern.exec(dim)?.[1] : undefined;
  return count === undefined ? null : Number(count);
}

/** The shape as anybody may see it. */
export function withoutCounts(shape: Shape): Shape;
export function withoutCounts(shape: Shape | null): Shape | null;
export function withoutCounts(shape: Shape | null): Shape | null {
  return shape?.some((dim) => typeof dim === 'string' && pattern.test(dim))
    ? shape.map((dim) => (batchCount(dim) === null ? dim : null))
    : shape;
}
