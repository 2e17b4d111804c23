import type { Dim, Shape } from '../../../core/graph/shape.ts';
import { batchCount, batches } from '../../interpreter/batches.ts';

/** What `view` and `reshape` ask for: sizes, `-1` for the one that is left over. */
export type TargetShape = readonly Dim[];

export interface ResolvedShape {
  readonly shape: Shape;
  /** `misfit`: the number of elements cannot be right. `doubt`: it can only if the batch changes its size. */
  readonly fit: 'good' | 'doubt' | 'misfit';
}

/**
 * The shape that `x.view(target)` gives. Sizes that are not known (above all the batch) stand for themselves: one in the
 * input and one in the target are taken to be the same.
 */
export function resolveShape(input: Shape | null, target: TargetShape): ResolvedShape {
  const rest = target.indexOf(-1);
  const fixed = target.filter((_, index) => index !== rest);
  if (input === null) return { shape: withRest(target, rest, null), fit: 'good' };

  const { left, right } = cancel(symbolsOf(input), symbolsOf(fixed));
  // A batch that changes its size is odd in front of a dense layer; elsewhere windows or heads are counted with it.
  const uneven = target.length === 2 ? 'doubt' : 'good';
  const have = productOfKnown(input);
  const want = productOfKnown(fixed);
  if (rest < 0) return { shape: filled(target, left, right, have / want), fit: fitOf(left, right, have, want, uneven) };

  const ratio = want === 0 ? 0 : have / want;
  if (left.length === 0 && right.length === 0) {
    return {
      shape: withRest(target, rest, Number.isInteger(ratio) ? ratio : null),
      fit: Number.isInteger(ratio) ? 'good' : 'misfit',
    };
  }
  const isBatch = left.length === 1 && right.length === 0 && left[0] === null;
  const single = left.length === 1 && right.length === 0 && ratio === 1;
  const dim = isBatch && Number.isInteger(ratio) ? batches(ratio) : single ? (left[0] ?? null) : null;
  // Windows that were counted with the batch are taken out of it again: `attention.view(-1, windows, heads, n, n)`.
  const divides = Number.isInteger(ratio) || right.length > 0 || (uneven === 'good' && Number.isInteger(1 / ratio));
  return { shape: withRest(target, rest, dim), fit: ratio === 1 ? 'good' : divides ? uneven : 'misfit' };
}

/** Equal symbols fall away, and unknown sizes one by one. */
function cancel(
  left: readonly Dim[],
  right: readonly Dim[],
): { readonly left: readonly Dim[]; readonly right: readonly Dim[] } {
  const remaining = [...right];
  const kept = left.filter((dim) => {
    const index = remaining.indexOf(dim);
    if (index < 0) return true;
    remaining.splice(index, 1);
    return false;
  });
  return { left: kept, right: remaining };
}

function symbolsOf(shape: Shape): readonly Dim[] {
  return shape.flatMap((dim) => (typeof dim === 'number' ? [] : [batchCount(dim) === null ? dim : null]));
}

/** So many batches are that many times one. */
function productOfKnown(shape: Shape): number {
  return shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : (batchCount(dim) ?? 1)), 1);
}

function withRest(target: TargetShape, index: number, dim: Dim): Shape {
  return target.map((old, i) => (i === index ? dim : old));
}

/** One size that is not known follows from the others, where the input's are all known. */
function filled(target: TargetShape, left: readonly Dim[], right: readonly Dim[], ratio: number): Shape {
  if (left.length > 0 || right.length !== 1 || right[0] !== null || !Number.isInteger(ratio)) return target;
  return withRest(target, target.indexOf(null), ratio);
}

function fitOf(
  left: readonly Dim[],
  right: readonly Dim[],
  have: number,
  want: number,
  uneven: 'good' | 'doubt',
): ResolvedShape['fit'] {
  const divides = have % want === 0 || want % have === 0;
  if (left.length > 0 || right.length > 0) return divides ? 'good' : 'doubt';
  if (have === want) return 'good';
  return divides ? uneven : 'misfit';
}
