import { isSaturating } from '../maths/activation.ts';
import { effectOf, severityOfScale, thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import { fittingRemedies } from './fitting.ts';
import { byPlace, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule } from './rule.ts';
import { ownSaturation } from './saturation.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers, nameOf } from './wording.ts';

/**
 * Where a squashing function is flat no gradient comes through (Glorot & Bengio 2010, section 3). A fixed standard deviation is
 * `std-too-large`'s; this one is about gains: `xavier_uniform_(w, gain=10)`, `orthogonal_(w, 5)`.
 */
export const saturatingInit: Rule = {
  id: 'saturating-init',
  title: 'Units of tanh or sigmoid that start where it is flat',
  check(context, earlier) {
    const isExplained = explainedBy(earlier);
    const { saturated } = thresholdsOf(context);
    const sites = chosenWeights(context).filter((site) => flatShareOf(site) > saturated && !isExplained(site));
    return byPlace(sites).map((place) => {
      const effect = effectOf(place, context);
      const worst = worstOf(place, flatShareOf);
      const severity = severityOfScale(place, effect, context);
      const message = () => describe(place, worst);
      const remedies = fittingRemedies(place, worst);
      return report(context, place, {
        rule: 'saturating-init',
        severity,
        message,
        worst,
        effect,
        remedies,
      });
    });
  },
};

function flatShareOf(site: WeightSite): number {
  const { activation, normalization } = site;
  if (activation === null || normalization !== null || !isSaturating(activation.fn)) return 0;
  return ownSaturation(site) ?? 0;
}

function describe(place: Place, worst: WeightSite): string {
  const { initializer, inputs, activation, multiplied } = worst;
  const spread = (initializer.std ?? 0) * Math.sqrt(inputs ?? 0) * multiplied;
  const share = formatNumber(100 * flatShareOf(worst));
  return `What ${nameOf(activation?.fn ?? 'tanh')} gets has a standard deviation of ${formatNumber(spread)}: ${share} % of its units start where it is flat and pass hardly any gradient (${nameLayers(worst, place)}).`;
}
