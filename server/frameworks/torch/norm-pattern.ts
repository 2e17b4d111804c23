import type { Op } from '../../../core/graph/op.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';

/*
 * RMS normalization that is written out, `x * rsqrt(mean(x²) + eps)` or `x / sqrt(mean(x²) + eps)`, is recognized step by step, so
 * that the graph has one node for it; with `x - mean(x)` for x it is layer normalization. Steps that are not part of one leave no
 * trace here.
 */
interface MeanSquare {
  readonly of: TensorValue;
  readonly epsilon: number;
}

const means = new WeakMap<TensorValue, TensorValue>();
/** x - mean(x), by what is left of it. */
const centred = new WeakMap<TensorValue, TensorValue>();
const squares = new WeakMap<TensorValue, TensorValue>();
const meanSquares = new WeakMap<TensorValue, MeanSquare>();
const roots = new WeakMap<TensorValue, MeanSquare>();
const inverseRoots = new WeakMap<TensorValue, MeanSquare>();

/** Looks at a step that was made. */
export function watchNorm({ op, inputs }: Pick<Step, 'op' | 'inputs'>, result: TensorValue): void {
  const [first, second] = inputs;
  if (first === undefined) return;
  switch (op.kind) {
    case 'activation':
      if (op.fn === 'square') squares.set(result, first);
      return;
    case 'multiply':
      if (second !== undefined && isSame(first, second)) squares.set(result, first);
      return;
    case 'subtract': {
      const of = second === undefined ? undefined : means.get(second);
      if (of !== undefined && isSame(of, first)) centred.set(result, first);
      return;
    }
    case 'reduce': {
      if (op.fn !== 'mean' || !op.keepDims || !isLastAxis(op.axes, first)) return;
      means.set(result, first);
      const of = squares.get(first);
      if (of !== undefined) meanSquares.set(result, { of, epsilon: 0 });
      return;
    }
    case 'affine': {
      const mean = meanSquares.get(first);
      if (mean !== undefined && op.factor === 1) meanSquares.set(result, { ...mean, epsilon: op.offset });
      return;
    }
    case 'unknown': {
      const mean = meanSquares.get(first);
      if (mean !== undefined && op.name === 'rsqrt') inverseRoots.set(result, mean);
      if (mean !== undefined && op.name === 'sqrt') roots.set(result, mean);
      const root = roots.get(first);
      if (root !== undefined && op.name === 'reciprocal') inverseRoots.set(result, root);
    }
  }
}

/** The normalization that `input * factor` is, or `input / factor`, and of what; `null` where it is none. */
export function normOf(
  operator: '*' | '/',
  input: TensorValue,
  factor: TensorValue,
): { readonly op: Op; readonly of: TensorValue } | null {
  const mean = (operator === '*' ? inverseRoots : roots).get(factor);
  if (mean === undefined) return null;
  const { epsilon } = mean;
  const [whole, other] = [centred.get(input), centred.get(mean.of)];
  if (whole !== undefined && other !== undefined && isSame(whole, other))
    return { op: { kind: 'layerNorm', epsilon, axes: 1 }, of: whole };
  return isSame(mean.of, input) ? { op: { kind: 'rmsNorm', epsilon }, of: input } : null;
}

function isSame(a: TensorValue, b: TensorValue): boolean {
  return a === b || (a.layer !== null && a.layer === b.layer);
}

function isLastAxis(axes: readonly number[], { shape }: TensorValue): boolean {
  return axes.length === 1 && (axes[0] === -1 || (shape !== null && axes[0] === shape.length - 1));
}
