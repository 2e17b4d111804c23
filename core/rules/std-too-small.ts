import { effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import { remediesWithDefault } from './fitting.ts';
import { fixedGain } from './fixed-std.ts';
import { byPlace, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule } from './rule.ts';
import { chosenWeights } from './weight-site.ts';
import { formatNumber, nameLayers } from './wording.ts';

/**
 * The same unit as `std-too-large`, from below. Small heads, the last layers of residual branches and what is normalized
 * right away are small on purpose or for free.
 */
export const stdTooSmall: Rule = {
  id: 'std-too-small',
  title: 'A fixed standard deviation that makes the signal vanish',
  check(context) {
    const { fixedGain: usual, information } = thresholdsOf(context);
    const sites = chosenWeights(context).filter(
      (site) =>
        !site.isHead &&
        !site.endsBranch &&
        site.normalization === null &&
        (fixedGain(site) ?? Number.POSITIVE_INFINITY) < usual.low,
    );
    return byPlace(sites).flatMap((place) => {
      const worst = worstOf(place, (site) => -(fixedGain(site) ?? 0));
      const effect = effectOf(place, context, worst);
      if (effect.own.signal > information.low || effect.signal > information.low) return [];
      const severity = severityOfScale(place, effect, context);
      const message = () => describe(place, effect);
      const remedies = remediesWithDefault(place, worst);
      return [report(context, place, { rule: 'std-too-small', severity, message, worst, effect, remedies })];
    });
  },
};

function describe(place: Place, { worst, signal, inARow }: PlaceEffect): string {
  const inputs = worst.inputs ?? '?';
  const size = `A standard deviation of ${formatNumber(worst.initializer.std ?? 0)} on ${inputs} inputs`;
  const cause = `${size} keeps ${formatNumber(fixedGain(worst) ?? 0)} of the signal`;
  const layers = nameLayers(worst, place);
  if (inARow < 2 || signal > 0.7 * (fixedGain(worst) ?? 0)) return `${cause} (${layers}).`;
  return `${cause}: after ${inARow} layers ${formatNumber(signal)} of it is left (${layers}).`;
}
