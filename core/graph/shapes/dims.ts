import { type Dim, isKnown, type Shape } from '../shape.ts';

/** The index from the front of an axis that may be counted from the back; `null` where the shape has no such axis. */
export function axisIndex(axis: number, rank: number): number | null {
  const index = axis < 0 ? axis + rank : axis;
  return index >= 0 && index < rank ? index : null;
}

export function withDim(shape: Shape, index: number, dim: Dim): Shape {
  return shape.map((old, i) => (i === index ? dim : old));
}

/** What two names for one size tell together; `undefined` where they contradict each other. */
export function unifyDims(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === null) return a;
  if (a === null) return b;
  if (isKnown(a) && isKnown(b)) return undefined;
  // A symbolic size beside a number: the number is what it stands for here.
  return isKnown(a) ? a : isKnown(b) ? b : null;
}

export function sumDims(dims: readonly Dim[]): Dim {
  if (dims.length === 1) return dims[0] ?? null;
  let sum = 0;
  for (const dim of dims) {
    if (!isKnown(dim)) return null;
    sum += dim;
  }
  return sum;
}

/** A single symbolic factor beside ones stays symbolic; other symbolic products are not followed. */
export function productDims(dims: readonly Dim[]): Dim {
  let known = 1;
  const symbols: Dim[] = [];
  for (const dim of dims) {
    if (isKnown(dim)) known *= dim;
    else symbols.push(dim);
  }
  if (symbols.length === 0) return known;
  return symbols.length === 1 && known === 1 ? (symbols[0] ?? null) : null;
}
