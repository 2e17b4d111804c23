import type { Region } from '../../../core/graph/initializer.ts';
import type { Op } from '../../../core/graph/op.ts';
import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';
import { keepNumbers } from './known-numbers.ts';

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

/** `tensor.data`: the same view of the same memory, outside of the graph. */
export function detached(tensor: TensorValue): TensorValue {
  const made: TensorValue = { ...tensor, isParameter: false };
  const view = views.get(tensor);
  if (view !== undefined) views.set(made, view);
  return keepNumbers(tensor, made);
}

/** The view as nodes of the graph; `null` where the tensor is no view. */
export function materialize(tensor: TensorValue, apply: (step: Step) => TensorValue): TensorValue | null {
  const view = views.get(tensor);
  if (view === undefined) return null;
  return apply({ op: view.op, inputs: [view.base], shape: tensor.shape, name: view.op.kind });
}

/** What is made of the memory element by element, seen as the memory was: a mask that was repeated for every input. */
export function throughView(
  tensor: TensorValue,
  change: (base: TensorValue) => TensorValue | null,
): TensorValue | null {
  const view = views.get(tensor);
  if (view === undefined) return change(tensor);
  const base = throughView(view.base, change);
  return base === null ? null : viewOf(base, view.op, tensor.shape);
}

/** The matrix of which this is the transposed view; `null` for anything else. */
export function transposedOf(tensor: TensorValue): TensorValue | null {
  const view = views.get(tensor);
  if (view === undefined || view.op.kind !== 'permute' || view.base.shape?.length !== 2) return null;
  return view.base;
}

/** The tensor of which this is the same memory in another shape, all of it in the same order; or itself. */
export function reshapedFrom(tensor: TensorValue): TensorValue {
  const view = views.get(tensor);
  return view !== undefined && (view.op.kind === 'reshape' || view.op.kind === 'flatten')
    ? reshapedFrom(view.base)
    : tensor;
}

/** Matrices, of which this is the view with rows and columns swapped; `null` for anything else. */
export function swappedOf(tensor: TensorValue): TensorValue | null {
  const view = views.get(tensor);
  return view?.op.kind === 'permute' && `${view.op.order}` === '0,2,1' ? view.base : null;
}

/** The section of one axis of whole memory that a view shows; `null` for anything else. */
export function sectionOf(tensor: TensorValue): { axis: number; start: number; length: number } | null {
  const view = views.get(tensor);
  if (view?.op.kind !== 'split' || view.op.step !== undefined || views.has(view.base) || view.base.isPart) return null;
  const { axis, start, length } = view.op;
  const rank = view.base.shape?.length ?? 0;
  return isKnown(length) && axis < rank ? { axis: axis < 0 ? axis + rank : axis, start, length } : null;
}

export function isView(tensor: TensorValue): boolean {
  return views.has(tensor);
}

/** The part of the memory that a view shows; `null` where it is no box, or its bounds are not known. */
export function regionOf(tensor: TensorValue): Region | null {
  return placeOf(tensor)?.region ?? null;
}

/** A box of the memory, and which of its axes each axis of the view is. */
interface PlaceInMemory {
  readonly region: Region;
  readonly axes: readonly number[];
}

function placeOf(tensor: TensorValue): PlaceInMemory | null {
  const view = views.get(tensor);
  if (view === undefined) {
    const shape = tensor.storage?.shape ?? null;
    // A part whose making was not kept.
    if (tensor.isPart || shape === null || !shape.every(isKnown)) return null;
    return { region: shape.map((size) => [0, size] as const), axes: shape.map((_, axis) => axis) };
  }
  const base = placeOf(view.base);
  if (base === null) return null;
  return view.op.kind === 'reshape' ? renamed(base, view.base.shape, tensor.shape) : narrowed(base, view.op);
}

/** Axes of size 1 come and go; they are none of the memory's. */
function renamed({ region, axes }: PlaceInMemory, from: Shape | null, to: Shape | null): PlaceInMemory | null {
  const kept = axes.filter((_, axis) => from?.[axis] !== 1);
  const sizes = (shape: Shape | null) => shape?.filter((dim) => dim !== 1) ?? [];
  if (to === null || from === null || !to.every(isKnown) || `${sizes(from)}` !== `${sizes(to)}`) return null;
  const left = [...kept];
  return { region, axes: to.map((dim) => (dim === 1 ? -1 : (left.shift() ?? -1))) };
}

function narrowed({ region, axes }: PlaceInMemory, op: Op): PlaceInMemory | null {
  if (op.kind === 'permute') {
    const order = op.order.map((axis) => axes.at(axis));
    return order.every((axis) => axis !== undefined) ? { region, axes: order } : null;
  }
  if ((op.kind !== 'split' && op.kind !== 'select') || ('step' in op && op.step !== undefined)) return null;
  const axis = axes.at(op.axis);
  const bounds = axis === undefined || axis < 0 ? undefined : region[axis];
  if (axis === undefined || bounds === undefined) return null;
  const size = bounds[1] - bounds[0];
  const index = op.kind === 'select' ? op.index : op.start;
  const length = op.kind === 'select' ? 1 : op.length;
  if (index === null || !isKnown(length)) return null;
  const start = bounds[0] + (index < 0 ? index + size : index);
  if (start < bounds[0] || start + length > bounds[1]) return null;
  return {
    region: region.map((old, at) => (at === axis ? ([start, start + length] as const) : old)),
    axes: op.kind === 'select' ? axes.filter((_, at) => at !== (op.axis + axes.length) % axes.length) : axes,
  };
}
