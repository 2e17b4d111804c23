/**
 * One dimension of a shape: a number, the name of a symbolic size (`"hidden"`), or `null` where nothing is known
 * (the batch dimension above all).
 */
export type Dim = number | string | null;

/** Dimensions in the framework's own order, batch first: `[null, 3, 224, 224]` in PyTorch, `[null, 224, 224, 3]` in Keras. */
export type Shape = readonly Dim[];

export function isKnown(dim: Dim | undefined): dim is number {
  return typeof dim === 'number';
}

/** The product of all dimensions, or `null` where one of them is not a number. */
export function sizeOf(shape: Shape): number | null {
  let product = 1;
  for (const dim of shape) {
    if (!isKnown(dim)) return null;
    product *= dim;
  }
  return product;
}

/** `3×224×224`, with `?` for what is not known. */
export function formatShape(shape: Shape): string {
  return shape.map((dim) => dim ?? '?').join('×');
}
