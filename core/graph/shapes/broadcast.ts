import { type Dim, formatShape, isKnown, type Shape } from '../shape.ts';
import { isMismatch, type Mismatch, mismatch, type Verdict } from './verdict.ts';

/** NumPy's broadcasting over all inputs. */
export function broadcast(inputs: readonly (Shape | null)[]): Verdict {
  let result: Shape | null = inputs[0] ?? null;
  for (const next of inputs.slice(1)) {
    if (result === null || next === null) return null;
    const pair: Shape | Mismatch = broadcastPair(result, next);
    if (isMismatch(pair)) return pair;
    result = pair;
  }
  return result;
}

export function broadcastPair(a: Shape, b: Shape): Shape | Mismatch {
  const rank = Math.max(a.length, b.length);
  const dims: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const dim = broadcastDim(fromBack(a, rank - i), fromBack(b, rank - i));
    if (dim === undefined) return mismatch(`cannot combine ${formatShape(a)} with ${formatShape(b)}`);
    dims.push(dim);
  }
  return dims;
}

function fromBack(shape: Shape, distance: number): Dim {
  return distance > shape.length ? 1 : (shape[shape.length - distance] ?? null);
}

function broadcastDim(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (isKnown(a) && isKnown(b)) return undefined;
  if (isKnown(a)) return a;
  if (isKnown(b)) return b;
  // What has a name says more than what is not known.
  return a === null ? b : b === null ? a : null;
}
