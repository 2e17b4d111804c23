import { criticalGain } from '../initializers/gains.ts';
import { isRectifier, negativeSlope } from '../maths/activation.ts';
import { effectOf, type PlaceEffect, severityOfScale, thresholdsOf } from './effect.ts';
import type { Severity } from './finding.ts';
import { fittingRemedies } from './fitting.ts';
import { byPlace, type Place } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, formatShare, nameLayers, nameOf, nameOfNormalization } from './wording.ts';

/** Xavier's variance is made for units that are linear around zero; ReLU drops half of it (He et al. 2015, section 2.2). */
export const xavierRelu: Rule = {
  id: 'xavier-relu',
  title: 'Xavier before ReLU, which halves the variance at every layer',
  check(context) {
    const sites = chosenWeights(context).filter((site) => isMismatch(site, context));
    return byPlace(sites).map((place) => {
      const effect = effectOf(place, context);
      const { worst } = effect;
      const severity = severityOfScale(place, effect, context);
      const message = () => describe(place, effect, severity);
      const remedies = fittingRemedies(place, worst);
      return report(context, place, {
        rule: 'xavier-relu',
        severity,
        message,
        worst,
        effect,
        remedies,
      });
    });
  },
};

function isMismatch(site: WeightSite, context: RuleContext): boolean {
  const gain = keptGain(site);
  // Behind the last layer of a residual branch the skip carries the signal.
  return gain !== null && !site.endsBranch && gain < thresholdsOf(context).gainMismatch;
}

/**
 * Factor on the signal, activation included; `null` where this is no Xavier before a ReLU-like function. A layer that has many
 * more inputs than outputs loses little: Xavier divides by their mean.
 */
function keptGain({ initializer, activation, normalization, prediction }: WeightSite): number | null {
  if (initializer.scheme !== 'xavier' || initializer.scaling === null) return null;
  if (activation === null || !isRectifier(activation.fn)) return null;
  const byName = Math.sqrt(initializer.scaling.scale) / criticalGain(activation.fn, activation.parameter);
  return byName < 1 && normalization === null ? (prediction?.gain ?? byName) : byName;
}

function describe(place: Place, effect: PlaceEffect, severity: Severity): string {
  const { worst, signal, gradientRatio, inARow } = effect;
  const fn = nameOf(worst.activation?.fn ?? 'relu');
  const layers = nameLayers(worst, place);
  const share = inARow === 0 || worst.normalization !== null ? (keptGain(worst) ?? 1) ** 2 : signal ** (2 / inARow);
  const cause = `Xavier before ${fn} keeps ${formatShare(share)} of the variance per layer`;
  if (worst.normalization !== null && severity === 'hint') {
    return `${cause}; the ${nameOfNormalization(worst.normalization.op.kind)} that follows makes up for it (${layers}).`;
  }
  if (inARow === 0) return `${cause}; a skip connection carries the signal past it (${layers}).`;
  const critical = isPiecewiseLinear(worst) ? "He's" : 'what it should be';
  const after = `after ${inARow} ${inARow === 1 ? 'layer' : 'layers'} the signal is at ${formatNumber(signal)} of ${critical}`;
  const back = inARow === 1 ? '' : ` and the first layer's gradient at ${formatNumber(gradientRatio)}`;
  return `${cause}: ${after}${back} (${layers}).`;
}

/** He's rule is exact for these. */
function isPiecewiseLinear({ activation }: WeightSite): boolean {
  return activation !== null && negativeSlope(activation.fn, activation.parameter) !== null;
}
