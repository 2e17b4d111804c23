import { effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import type { Severity } from './finding.ts';
import { remediesWithDefault } from './fitting.ts';
import { byPlace, exposedOf, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule } from './rule.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers, nameOf, nameOfNormalization } from './wording.ts';

/**
 * Weights with a common mean m add m · Σx to every unit: the same number for all of them, which grows with the number of inputs n
 * where random weights grow with √n only (LeCun et al. 1998, section 4.6).
 */
export const biasedWeights: Rule = {
  id: 'biased-weights',
  title: 'Weights drawn around another number than zero',
  check(context, earlier) {
    const isExplained = explainedBy(earlier);
    const sites = chosenWeights(context).filter((site) => isBiased(site) && !isExplained(site));
    return byPlace(sites).flatMap((place) => {
      const worst = worstOf(exposedOf(place), (site) => site.inputs ?? 0);
      const effect = effectOf(place, context, worst);
      const severity = severityOf(place, effect, severityOfScale(place, effect, context));
      const remedies = remediesWithDefault(place, worst);
      const message = () => describe(place, effect, thresholdsOf(context).saturated);
      return [
        report(context, place, {
          rule: 'biased-weights',
          severity,
          message,
          worst,
          effect,
          remedies,
        }),
      ];
    });
  },
};

const drawn: ReadonlySet<string> = new Set(['uniform', 'normal', 'truncatedNormal']);

/** Half a standard deviation off. A kernel over one channel may well begin as an average. */
function isBiased({ initializer, layer }: WeightSite): boolean {
  const { family, mean, std } = initializer;
  if (!drawn.has(family) || mean === null || std === null || std === 0) return false;
  if (layer.op.kind === 'conv' && layer.op.groups === layer.op.inChannels) return false;
  return Math.abs(mean) > std / 2;
}

/** Units that see the same number differ little, however deep they stand. */
function severityOf(place: Place, { worst }: PlaceEffect, scale: Severity): Severity {
  if (scale !== 'hint' || worst.isHead || exposedOf(place)[0].normalization !== null) return scale;
  return Math.abs(worst.initializer.mean ?? 0) * Math.sqrt(worst.inputs ?? 0) > 1 ? 'information' : scale;
}

function describe(
  place: Place,
  { worst, signal, saturatedFraction, deadFraction, inARow }: PlaceEffect,
  most: number,
): string {
  const { mean, std } = worst.initializer;
  const layers = nameLayers(worst, place);
  const cause =
    `These weights lie around ${formatNumber(mean ?? 0)} with a standard deviation of ${formatNumber(std ?? 0)}, not around zero: all units add up the same sum of their ${worst.inputs ?? ''} inputs`.replace(
      '  ',
      ' ',
    );
  if (worst.normalization !== null) {
    return `${cause}; the ${nameOfNormalization(worst.normalization.op.kind)} that follows sets the scale, but the units start alike (${layers}).`;
  }
  const fn = nameOf(worst.activation?.fn ?? 'identity');
  if ((saturatedFraction ?? 0) > most) {
    return `${cause}, and ${formatNumber(100 * (saturatedFraction ?? 0))} % of the ${fn} units start where it is flat (${layers}).`;
  }
  if ((deadFraction ?? 0) > most) {
    return `${cause}, and ${formatNumber(100 * (deadFraction ?? 0))} % of the ${fn} units start dead (${layers}).`;
  }
  const grows =
    signal > 2
      ? ` and the signal grows ${formatNumber(signal)} times over ${inARow} ${inARow === 1 ? 'layer' : 'layers'}`
      : '';
  return `${cause},${grows === '' ? ' so that they start alike' : grows} (${layers}).`;
}
