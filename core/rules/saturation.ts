import { normalSegment, scaleSegment } from '../signal/segment.ts';
import { saturatedShare } from '../signal/unit-shares.ts';
import type { WeightSite } from './weight-site.ts';

/**
 * Share of units that the weights alone saturate: for inputs whose mean square is 1, whatever the layers before make of it.
 * `null` where what follows does not flatten out, or a width is not known.
 */
export function ownSaturation(site: WeightSite): number | null {
  const { activation, initializer } = site;
  const { inputs } = site;
  const { mean, std } = initializer;
  if (activation === null || inputs === null || std === null) return null;
  const segment = scaleSegment(
    normalSegment(1, [1, 1]),
    Math.hypot(mean ?? 0, std) * Math.sqrt(inputs) * site.multiplied,
  );
  return saturatedShare(activation.layer.op, { size: [1, 1], channelAxis: 1, segments: [segment] });
}
