import { normalSegment, scaleSegment } from '../signal/field.ts';
import { saturatedShare } from '../signal/unit-shares.ts';
import { asEffect, effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import type { Severity } from './finding.ts';
import { fittingRemedies } from './fitting.ts';
import { fixedGain } from './fixed-std.ts';
import { byPlace, countLayers, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule } from './rule.ts';
import { chosenWeights, inputsPerUnit, type WeightSite } from './weight-site.ts';
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
      const effect = { ...withOwnGain(effectOf(place, context), worst), worst };
      const severity = severityOfScale(place, effect, context);
      const message = describe(place, effect, severity);
      const remedies = fittingRemedies(place, worst);
      return report(context, place, {
        rule: 'std-too-large',
        severity,
        message,
        worst,
        effect: asEffect(effect),
        remedies,
      });
    });
  },
};

/** Where nothing comes in (a layer before is dead), what the std does to an input of unit variance. */
function withOwnGain(effect: PlaceEffect, worst: WeightSite): PlaceEffect {
  if (effect.signal !== null) return effect;
  const [inputs, { std }] = [inputsPerUnit(worst) ?? 0, worst.initializer];
  const field = {
    size: [1, 1],
    channelAxis: 1,
    segments: [scaleSegment(normalSegment(1, [1, 1]), (std ?? 0) * Math.sqrt(inputs))],
  } as const;
  const saturatedFraction = worst.activation === null ? null : saturatedShare(worst.activation.layer.op, field);
  return { ...effect, signal: fixedGain(worst), saturatedFraction };
}

function describe(place: Place, effect: PlaceEffect, severity: Severity): string {
  const { worst, signal, saturatedFraction, loss } = effect;
  const { initializer, activation, normalization } = worst;
  const layers = nameLayers(worst, place);
  const size = `A standard deviation of ${formatNumber(initializer.std ?? 0)} on ${inputsPerUnit(worst) ?? '?'} inputs`;
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
  const count = countLayers(place);
  return signal === null || count === 1
    ? `${cause} (${layers}).`
    : `${cause} per layer, ${formatNumber(signal)} times after ${count} layers (${layers}).`;
}
