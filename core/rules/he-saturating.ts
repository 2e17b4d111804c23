import { isSaturating } from '../maths/activation.ts';
import { effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import type { Severity } from './finding.ts';
import { fittingRemedies } from './fitting.ts';
import { byPlace, type Place } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers, nameOf, nameOfNormalization } from './wording.ts';

/** He's factor of 2 makes up for what ReLU drops (He et al. 2015); functions that flatten out drop less (Glorot & Bengio 2010). */
export const heSaturating: Rule = {
  id: 'he-saturating',
  title: 'He before tanh or sigmoid, which is made for ReLU',
  check(context) {
    return byPlace(chosenWeights(context).filter(isMismatch)).map((place) => {
      const effect = effectOf(place, context);
      const { worst } = effect;
      const severity = severityOf(place, effect, context);
      const message = () => describe(place, effect);
      const remedies = fittingRemedies(place, worst);
      return report(context, place, {
        rule: 'he-saturating',
        severity,
        message,
        worst,
        effect,
        remedies,
      });
    });
  },
};

function isMismatch({ initializer, activation, endsBranch }: WeightSite): boolean {
  if (initializer.scheme !== 'he' || endsBranch || activation === null || !isSaturating(activation.fn)) return false;
  // `nonlinearity='tanh'` is the right gain for tanh; `a=math.sqrt(5)` makes He's call draw less than Xavier's.
  return !named.has(initializer.nonlinearity ?? '') && (initializer.scaling?.scale ?? 0) >= 1.5;
}

const named: ReadonlySet<string> = new Set(['tanh', 'sigmoid', 'linear']);

/** tanh bounds what a wrong gain does, so depth alone makes it worth saying; before a sigmoid more variance does no harm. */
function severityOf(place: Place, effect: PlaceEffect, context: RuleContext): Severity {
  const severity = severityOfScale(place, effect, context);
  const isDeep = effect.inARow > thresholdsOf(context).shallow && effect.worst.activation?.fn !== 'sigmoid';
  return severity === 'hint' && isDeep ? 'information' : severity;
}

function describe(place: Place, { worst, saturatedFraction }: PlaceEffect): string {
  const fn = nameOf(worst.activation?.fn ?? 'tanh');
  const layers = nameLayers(worst, place);
  const cause = `He doubles the variance because ReLU drops half of it; ${fn} drops less`;
  if (worst.normalization !== null) {
    return `${cause}, but the ${nameOfNormalization(worst.normalization.op.kind)} that follows sets the scale (${layers}).`;
  }
  if (saturatedFraction === null || saturatedFraction < 0.005) return `${cause} (${layers}).`;
  return `${cause}, and ${formatNumber(saturatedFraction * 100)} % of its units start where it is flat (${layers}).`;
}
