import type { Layout, Op, PoolOp } from '../op.ts';
import { type Dim, formatShape, isKnown, type Shape } from '../shape.ts';
import { unifyDims } from './dims.ts';
import { isMismatch, type Mismatch, mismatch, type Verdict } from './verdict.ts';
import { convWindow, poolWindow, transposedWindowSize, windowSize } from './window.ts';

export function convShape(op: Extract<Op, { kind: 'conv' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  const parts = splitSpatial(input, op.rank, op.layout);
  if (isMismatch(parts)) return parts;
  if (unifyDims(parts.channels, op.inChannels) === undefined) {
    return mismatch(`expects ${op.inChannels} channels, gets ${parts.channels} (${formatShape(input)})`);
  }
  const spatial = parts.spatial.map((size, axis) =>
    op.transposed ? transposedWindowSize(size, op, axis) : windowSize(size, convWindow(op, axis)),
  );
  return joinFitting(parts, spatial, op.outChannels, op.layout);
}

export function poolShape(op: PoolOp, input: Shape | null): Verdict {
  return mapSpatial(input, op.rank, op.layout, (size, axis) => windowSize(size, poolWindow(op, axis)));
}

export function adaptivePoolShape(op: { output: readonly number[]; layout: Layout }, input: Shape | null): Verdict {
  return mapSpatial(input, op.output.length, op.layout, (_, axis) => op.output[axis] ?? null);
}

export function upsampleShape(op: Extract<Op, { kind: 'upsample' }>, input: Shape | null): Verdict {
  if (input === null) return null;
  const rank = op.factor?.length ?? input.length - 2;
  return mapSpatial(input, rank, op.layout, (size, axis) => {
    const factor = op.factor?.[axis] ?? null;
    return isKnown(size) && factor !== null ? Math.floor(size * factor) : factor === 1 ? size : null;
  });
}

interface SpatialParts {
  readonly batch: Shape;
  readonly channels: Dim;
  readonly spatial: Shape;
}

function mapSpatial(
  input: Shape | null,
  rank: number,
  layout: Layout,
  size: (size: Dim, axis: number) => Dim,
): Verdict {
  if (input === null) return null;
  const parts = splitSpatial(input, rank, layout);
  if (isMismatch(parts)) return parts;
  return joinFitting(parts, parts.spatial.map(size), parts.channels, layout);
}

/** Batch (which PyTorch lets go missing), channels and the spatial axes. */
function splitSpatial(shape: Shape, rank: number, layout: Layout): SpatialParts | Mismatch {
  if (shape.length !== rank + 2 && !(shape.length === rank + 1 && layout === 'channelsFirst')) {
    return mismatch(`expects ${rank + 2} dimensions, gets ${shape.length} (${formatShape(shape)})`);
  }
  const batch = shape.slice(0, shape.length - rank - 1);
  const rest = shape.slice(batch.length);
  const last = rest.length - 1;
  return layout === 'channelsFirst'
    ? { batch, channels: rest[0] ?? null, spatial: rest.slice(1) }
    : { batch, channels: rest[last] ?? null, spatial: rest.slice(0, last) };
}

function joinFitting(parts: SpatialParts, spatial: Shape, channels: Dim, layout: Layout): Shape | Mismatch {
  if (spatial.some((size) => isKnown(size) && size < 1)) {
    return mismatch(`the window does not fit into an input of ${formatShape(parts.spatial)}`);
  }
  return layout === 'channelsFirst' ? [...parts.batch, channels, ...spatial] : [...parts.batch, ...spatial, channels];
}
