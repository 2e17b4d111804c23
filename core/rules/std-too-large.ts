import { effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import type { Severity } from './finding.ts';
import { remediesWithDefault } from './fitting.ts';
import { fixedGain } from './fixed-std.ts';
import { byPlace, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule } from './rule.ts';
import { chosenWeights } from './weight-site.ts';
import { formatNumber, nameLayers, nameOf, nameOfNormalization } from './wording.ts';

/** A unit's variance is std² times its number of inputs (Glorot & Bengio 2010, equation 5): 1 fits few layers. */
export const stdTooLarge: Rule = {
  id: 'std-too-large',
  title: 'A fixed standard deviation that makes the signal explode or saturate',
  check(context) {
    const { high } = thresholdsOf(context).fixedGain;
    const sites = chosenWeights(context).filter((site) => (fixedGain(site) ?? 0) > high);
    return byPlace(sites).map((place) => {
      const worst = worstOf(place, (site) => (site.normalization === null ? (fixedGain(site) ?? 0) : 0));
      const effect = effectOf(place, context, worst);
      const severity = severityOfScale(place, effect, context);
      const message = () => describe(place, effect, severity);
      const remedies = remediesWithDefault(place, worst);
      return report(context, place, {
        rule: 'std-too-large',
        severity,
        message,
        worst,
        effect,
        remedies,
      });
    });
  },
};

function describe(place: Place, effect: PlaceEffect, severity: Severity): string {
  const { worst, signal, saturatedFraction, loss, inARow } = effect;
  const { initializer, activation, normalization } = worst;
  const layers = nameLayers(worst, place);
  const size = `A standard deviation of ${formatNumber(initializer.std ?? 0)} on ${worst.inputs ?? '?'} inputs`;
  const cause = `${size} makes the signal ${formatNumber(fixedGain(worst) ?? 0)} times too large`;
  if (normalization !== null && severity === 'hint') {
    return `${cause}; the ${nameOfNormalization(normalization.op.kind)} that follows takes that away (${layers}).`;
  }
  if (saturatedFraction !== null && saturatedFraction > 0.2) {
    const share = formatNumber(saturatedFraction * 100);
    return `${cause}: ${share} % of the ${nameOf(activation?.fn ?? 'tanh')} units start where it is flat (${layers}).`;
  }
  if (loss !== null) {
    const [starts, guess] = [formatNumber(loss.expected), formatNumber(loss.uniformGuess)];
    return `${cause}: the loss starts near ${starts}, where a guess has ${guess} (${layers}).`;
  }
  return inARow < 2 || signal < 1.5 * (fixedGain(worst) ?? 0)
    ? `${cause} (${layers}).`
    : `${cause} per layer, ${formatNumber(signal)} times after ${inARow} layers (${layers}).`;
}
