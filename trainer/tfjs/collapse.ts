import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../backend-ops.ts';

/*
 * WebGPU computes wrongly on five axes and more: neighbouring axes that an operation treats alike are made one.
 */

const most = 4;

type Binary = (a: Tensor, b: Tensor) => Tensor;
type Reduce = (x: Tensor, axes: number[], keepDims: boolean) => Tensor;

export function collapsedBinary(run: Binary): Binary {
  return (a, b) => {
    const rank = Math.max(a.rank, b.rank);
    if (rank <= most) return run(a, b);
    const [left, right] = [a, b].map((x) => [...Array<number>(rank - x.rank).fill(1), ...x.shape]) as [
      number[],
      number[],
    ];
    const groups = runs(rank, (axis) => `${left[axis] === 1}/${right[axis] === 1}`);
    const shape = left.map((size, axis) => Math.max(size, right[axis] ?? 1));
    return tf.reshape(run(tf.reshape(a, products(left, groups)), tf.reshape(b, products(right, groups))), shape);
  };
}

export function collapsedReduce(run: Reduce): Reduce {
  return (x, axes, keepDims) => {
    if (x.rank <= most) return run(x, axes, keepDims);
    const groups = runs(x.rank, (axis) => String(axes.includes(axis)));
    const reduced = groups.flatMap(([first = 0], index) => (axes.includes(first) ? [index] : []));
    const result = run(tf.reshape(x, products(x.shape, groups)), reduced, false);
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return tf.reshape(result, keepDims ? shape : x.shape.filter((_, axis) => !axes.includes(axis)));
  };
}

/** Neighbouring axes of the same kind, together. */
function runs(rank: number, kindOf: (axis: number) => string): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (let axis = 0; axis < rank; axis++) {
    const last = groups.at(-1);
    if (last !== undefined && kindOf(axis) === kindOf(axis - 1)) last.push(axis);
    else groups.push([axis]);
  }
  return groups;
}

function products(shape: readonly number[], groups: readonly (readonly number[])[]): number[] {
  return groups.map((axes) => axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1));
}
