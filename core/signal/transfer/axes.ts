import type { Field } from '../field.ts';
import type { Kernel } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Site } from '../site.ts';

/** The axis counted from the front. */
export function axisOf(site: Site, axis: number, input: Field): number {
  return axis < 0 ? axis + (site.inputShapes[0]?.length ?? input.channelAxis + 1) : axis;
}

/** Both kernels changed alike; what it was a function of, and how it is distributed, is no longer known. */
export function mapKernels(segment: Segment, map: (kernel: Kernel) => Kernel): Segment {
  const { before: _, marginal: __, last: ___, places: ____, ...rest } = segment;
  return { ...rest, total: map(segment.total), varying: map(segment.varying) };
}
