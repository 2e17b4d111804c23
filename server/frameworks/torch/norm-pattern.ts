import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';

/*
 * RMS normalization that is written out, `x * rsqrt(mean(x²) + eps)` or `x / sqrt(mean(x²) + eps)`, is recognized step by step, so
 * that the graph has one node for it. Steps that are not part of one leave no trace here.
 */
interface MeanSquare {
  readonly of: TensorValue;
  readonly epsilon: number;
}

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
    case 'reduce': {
      const of = squares.get(first);
      if (of !== undefined && op.fn === 'mean' && op.keepDims && isLastAxis(op.axes, first))
        meanSquares.set(result, { of, epsilon: 0 });
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

/** The epsilon of the RMS normalization that `input * factor` is, or `input / factor`; `null` where it is none. */
export function rmsEpsilon(operator: '*' | '/', input: TensorValue, factor: TensorValue): number | null {
  const mean = (operator === '*' ? inverseRoots : roots).get(factor);
  return mean !== undefined && isSame(mean.of, input) ? mean.epsilon : null;
}

function isSame(a: TensorValue, b: TensorValue): boolean {
  return a === b || (a.layer !== null && a.layer === b.layer);
}

function isLastAxis(axes: readonly number[], { shape }: TensorValue): boolean {
  return axes.length === 1 && (axes[0] === -1 || (shape !== null && axes[0] === shape.length - 1));
}
