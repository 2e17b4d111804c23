import type { Op } from '../../../core/graph/op.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';

/*
 * A view of a parameter (`w.t()`, `gamma.view(1, -1, 1, 1)`) is the same memory in another shape: what is written through it
 * lands in the parameter. How it was made is kept here, so that the graph can make it too once something reads it.
 */
interface View {
  readonly base: TensorValue;
  readonly op: Op;
}

const views = new WeakMap<TensorValue, View>();

/** The same memory, seen in another shape. */
export function viewOf(base: TensorValue, op: Op, shape: TensorValue['shape'], isPart = base.isPart): TensorValue {
  const view: TensorValue = { ...base, shape, isPart, isParameter: false };
  views.set(view, { base, op });
  return view;
}

/** The view as nodes of the graph; `null` where the tensor is no view. */
export function materialize(tensor: TensorValue, apply: (step: Step) => TensorValue): TensorValue | null {
  const view = views.get(tensor);
  if (view === undefined) return null;
  return apply({ op: view.op, inputs: [view.base], shape: tensor.shape, name: view.op.kind });
}

/** The matrix of which this is the transposed view; `null` for anything else. */
export function transposedOf(tensor: TensorValue): TensorValue | null {
  const view = views.get(tensor);
  if (view === undefined || view.op.kind !== 'permute' || view.base.shape?.length !== 2) return null;
  return view.base;
}

export function isView(tensor: TensorValue): boolean {
  return views.has(tensor);
}
