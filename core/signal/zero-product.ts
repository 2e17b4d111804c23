import type { Field } from './field.ts';
import { merge } from './field.ts';
import type { Gradient } from './gradient.ts';
import { atZero } from './kernel.ts';
import { constantSegment } from './segment.ts';
import type { Site } from './site.ts';

/*
 * A factor that starts at zero (ReZero, LayerScale, the gain of a response normalization) silences what it is multiplied with,
 * whatever that is: neither needs the other factor be known, nor does anything go back to it.
 */

/** A product with zero, broadcast; `null` where nothing tells that it is one. */
export function zeroProduct(site: Site, inputs: readonly (Field | null)[]): Field | null {
  const isProduct = site.op.kind === 'scale' || site.op.kind === 'multiply';
  if (!isProduct || !isSilenced(site, inputs, -1)) return null;
  const rank = site.layer.outputShape?.length ?? 1;
  return { size: [1, 1], channelAxis: Math.max(rank - 1, 0), segments: [constantSegment(1, 0)] };
}

/** Whether a factor beside this input is zero. */
export function isSilenced(site: Site, inputs: readonly (Field | null)[], index: number): boolean {
  if (site.op.kind === 'scale') return site.moments('scale')?.second === 0;
  return site.op.kind === 'multiply' && inputs.some((input, i) => i !== index && input !== null && isZero(input));
}

function isZero(field: Field): boolean {
  return atZero(merge(field).total) === 0;
}

export function isZeroGradient(gradient: Gradient): boolean {
  return gradient.every((contributions) => contributions.every(({ total }) => atZero(total) === 0));
}
