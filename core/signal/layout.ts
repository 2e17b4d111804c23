import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { type Dim, isKnown, type Shape } from '../graph/shape.ts';
import { expectedInput } from './expected-input.ts';

/*
 * Where the axes of a tensor come from: a map of positions that is cut into windows (`reshape`, `permute`) is still that map, and
 * tokens of one window are known by their places in it.
 */

/** Part of an axis: so many places along one direction of the map, `stride` apart. The outermost comes first. */
export interface Stretch {
  readonly of: 'batch' | 'channel' | 'y' | 'x';
  readonly length: number | null;
  readonly stride: number;
  /** It was rolled by so many places before it was cut: the ends of the map meet inside. */
  readonly rolled: number;
}

/** Per axis of the tensor. */
export type Layout = readonly (readonly Stretch[])[];

const known = new WeakMap<ModelGraph, Map<number, Layout | null>>();

/** `null` where it could not be followed. */
export function layoutOf(graph: ModelGraph, id: number): Layout | null {
  const layouts = known.get(graph) ?? new Map<number, Layout | null>();
  known.set(graph, layouts);
  const { layers } = indexOf(graph);
  // Layers come after what they read; a long chain would be too deep for recursion.
  const wanted = [id];
  while (wanted.length > 0) {
    const next = wanted[wanted.length - 1] ?? id;
    const layer = layers.get(next);
    const open = layer === undefined || layouts.has(next) ? [] : sourcesOf(layer).filter((from) => !layouts.has(from));
    wanted.push(...open);
    if (open.length > 0) continue;
    wanted.pop();
    if (layer !== undefined && !layouts.has(next)) {
      const inputs = sourcesOf(layer).map((from) => layouts.get(from) ?? null);
      layouts.set(
        next,
        after(
          graph,
          layer,
          inputs,
          layer.inputs.map((from) => layers.get(from)?.outputShape ?? null),
        ),
      );
    }
  }
  return layouts.get(id) ?? null;
}

/** The inputs whose layouts tell the output's. */
function sourcesOf({ op, inputs }: Layer): readonly number[] {
  return freshKinds.has(op.kind) ? [] : inputs;
}

const freshKinds: ReadonlySet<string> = new Set([
  'input',
  'conv',
  'maxPool',
  'averagePool',
  'adaptiveAveragePool',
  'adaptiveMaxPool',
  'upsample',
]);

function after(
  graph: ModelGraph,
  layer: Layer,
  inputs: readonly (Layout | null)[],
  shapes: readonly (Shape | null)[],
): Layout | null {
  const { op, outputShape } = layer;
  if (op.kind === 'input') return fresh(outputShape, expectedInput(graph, layer).channelsFirst);
  if (freshKinds.has(op.kind)) return fresh(outputShape, 'layout' in op ? op.layout === 'channelsFirst' : null);
  const [input = null] = inputs;
  if (outputShape === null) return null;
  switch (op.kind) {
    case 'embedding':
      return fresh(outputShape, false);
    case 'concat':
      return lengthened(inputs.find((one) => one !== null) ?? null, outputShape);
    case 'dense':
    case 'glu':
    case 'split':
    case 'pad':
      return input === null ? null : resized(input, outputShape);
    case 'matmul':
      return input === null ? null : [...input.slice(0, -1), [channels(outputShape.at(-1))]];
    case 'permute': {
      const order = op.order.map((axis) => (input === null ? undefined : input.at(axis)));
      return order.every((axis) => axis !== undefined) ? order : null;
    }
    case 'reshape':
    case 'flatten':
      return input === null
        ? null
        : (repeated(input, shapes[0] ?? null, outputShape) ?? regrouped(input.flat(), outputShape));
    case 'select':
      return input?.filter((_, axis) => axis !== (op.axis < 0 ? op.axis + input.length : op.axis)) ?? null;
    case 'roll':
      return input?.map((axis, i) => rolledBy(axis, shiftOf(op, i, input.length))) ?? null;
    case 'reduce':
    case 'recurrent':
    case 'constant':
    case 'parameter':
      return null;
    default: {
      // Element by element: what is broadcast tells nothing of the other axes.
      const whole = inputs.findIndex((one, i) => one !== null && sameSizes(shapes[i] ?? null, outputShape));
      return inputs[whole] ?? null;
    }
  }
}

function fresh(shape: Shape | null, channelsFirst: boolean | null): Layout | null {
  if (shape === null || shape.length < 2 || shape.length > 4) return null;
  const spatial = shape.length - 2;
  const isFirst = channelsFirst ?? shape.length === 4;
  const places = (['y', 'x'] as const).slice(0, spatial);
  const names = isFirst ? (['batch', 'channel', ...places] as const) : (['batch', ...places, 'channel'] as const);
  return names.map((of, axis) => {
    const size = shape[axis];
    return [{ of, length: of === 'batch' || !isKnown(size) ? null : size, stride: 1, rolled: 0 }];
  });
}

function channels(size: Dim | undefined): Stretch {
  return { of: 'channel', length: isKnown(size) ? size : null, stride: 1, rolled: 0 };
}

/** Axes of one part may have another length; so may channels. */
function resized(layout: Layout, shape: Shape): Layout | null {
  if (layout.length !== shape.length) return null;
  const axes = layout.map((axis, i): readonly Stretch[] | null => {
    const size = shape[i];
    if (!isKnown(size) || sizeOf(axis) === size) return axis;
    if (axis.length > 0 && axis.every(({ of }) => of === 'channel')) return [channels(size)];
    const [only] = axis;
    return axis.length === 1 && only !== undefined ? [{ ...only, length: size }] : null;
  });
  return axes.every((axis) => axis !== null) ? axes : null;
}

/** With more tokens than the map had places (one for the class), which are then a list. */
function lengthened(layout: Layout | null, shape: Shape): Layout | null {
  if (layout === null) return null;
  const known = resized(layout, shape);
  if (known !== null || layout.length !== shape.length) return known;
  const isPlace = ({ of }: Stretch) => of === 'y' || of === 'x';
  const axis = layout.findIndex((stretches) => stretches.some(isPlace));
  const size = shape[axis];
  const isAll = layout.every((stretches, i) => (i === axis ? stretches.every(isPlace) : !stretches.some(isPlace)));
  if (!isAll || !isKnown(size)) return null;
  const list: Layout[number] = [{ of: 'y', length: size, stride: 1, rolled: 0 }];
  return resized(
    layout.map((stretches, i) => (i === axis ? list : stretches)),
    shape,
  );
}

function sizeOf(axis: readonly Stretch[]): number | null {
  return axis.reduce<number | null>((size, { length }) => (size === null || length === null ? null : size * length), 1);
}

/** Axes of length 1 repeated (heads that share keys and values): an axis of its own, of no place. `null`: it is not that. */
function repeated(layout: Layout, from: Shape | null, to: Shape): Layout | null {
  if (from?.length !== to.length) return null;
  const isRepeated = (i: number) => from[i] === 1 && to[i] !== 1 && isKnown(to[i]);
  if (!to.every((dim, i) => dim === from[i] || isRepeated(i)) || !to.some((_, i) => isRepeated(i))) return null;
  return layout.map((axis, i) => (isRepeated(i) ? [channels(to[i])] : axis));
}

/** The same elements in the same order on other axes; an open axis takes what is left. */
function regrouped(stretches: readonly Stretch[], shape: Shape): Layout | null {
  const left = [...stretches];
  const axes: Stretch[][] = [];
  for (const [i, size] of [...shape.entries()].reverse()) {
    if (!isKnown(size)) {
      if (i > 0 && shape.slice(0, i).some((dim) => dim !== 1)) return null;
      axes.unshift(left.splice(0));
      continue;
    }
    const axis: Stretch[] = [];
    let missing = size;
    while (missing > 1) {
      const last = left.pop();
      if (last === undefined || last.length === null) return null;
      if (missing % last.length === 0) {
        axis.unshift(last);
        missing /= last.length;
      } else if (last.length % missing === 0) {
        axis.unshift({ ...last, length: missing });
        left.push({ ...last, length: last.length / missing, stride: last.stride * missing });
        missing = 1;
      } else return null;
    }
    axes.unshift(axis);
  }
  return left.every(({ length }) => length === 1) ? axes.map(joined) : null;
}

/** Neighbours that follow each other in one direction are one stretch. */
function joined(axis: readonly Stretch[]): readonly Stretch[] {
  const kept: Stretch[] = [];
  for (const stretch of axis.filter(({ length }) => length !== 1)) {
    const before = kept[kept.length - 1];
    const follows =
      before !== undefined &&
      before.of === stretch.of &&
      before.length !== null &&
      stretch.length !== null &&
      before.stride === stretch.stride * stretch.length;
    if (follows) kept.pop();
    kept.push(follows ? { ...stretch, length: (before.length ?? 1) * (stretch.length ?? 1) } : stretch);
  }
  return kept;
}

function shiftOf(
  op: { readonly shifts: readonly number[]; readonly axes: readonly number[] },
  axis: number,
  rank: number,
) {
  const place = op.axes.findIndex((one) => (one < 0 ? one + rank : one) === axis);
  return op.shifts[place] ?? 0;
}

function rolledBy(axis: readonly Stretch[], shift: number): readonly Stretch[] {
  return shift === 0 ? axis : axis.map((stretch) => ({ ...stretch, rolled: stretch.rolled + shift }));
}

function sameSizes(a: Shape | null, b: Shape): boolean {
  return a !== null && a.length === b.length && a.every((dim, i) => !isKnown(dim) || dim === b[i]);
}
