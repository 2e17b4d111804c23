import { isRectifier } from '../maths/activation.ts';
import { remediesWithDefault } from './fitting.ts';
import { byPlace, type Place } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { staysIdentical } from './symmetry.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { nameLayers, nameOf } from './wording.ts';
import { zeroProducts } from './zero-products.ts';

/**
 * Zeros in a hidden layer that never leave zero, or keep all its units the same (Goodfellow et al. 2016, section 8.4). A
 * zero that moves after the first step (a residual branch's last layer, LoRA's B, a gate, a head) is deliberate.
 */
export const zeroInit: Rule = {
  id: 'zero-init',
  title: 'Hidden weights that start at zero and cannot learn',
  check(context) {
    const factors = new Set(zeroProducts(context).map(({ parameter }) => parameter.id));
    const sites = chosenWeights(context).filter(
      (site) => isZero(site) && !site.isHead && !factors.has(site.parameter.id) && isStuck(site, context),
    );
    return byPlace(sites).map((place) => {
      const [worst] = place;
      const remedies = remediesWithDefault(place, worst);
      return report(context, place, {
        rule: 'zero-init',
        severity: 'error',
        message: () => describe(place, context),
        worst,
        remedies,
      });
    });
  },
};

function isZero({ initializer: { mean, std } }: WeightSite): boolean {
  return mean === 0 && std === 0;
}

function isStuck(site: WeightSite, context: RuleContext): boolean {
  if (context.prediction.deadParameters.has(site.parameter.id)) return !site.endsBranch;
  return staysIdentical(site);
}

function describe(place: Place, { prediction }: RuleContext): string {
  const [worst] = place;
  const layers = nameLayers(worst, place);
  if (!prediction.deadParameters.has(worst.parameter.id)) {
    return `Weights that all start at zero get equal gradients: the units of this layer stay identical for ever (${layers}).`;
  }
  const { activation } = worst;
  if (activation !== null && isRectifier(activation.fn)) {
    const fn = nameOf(activation.fn);
    return `Weights that all start at zero stay zero here: ${fn} puts out 0 and passes no gradient back, so nothing up to this layer learns (${layers}).`;
  }
  return `Weights that all start at zero never get a gradient here, so nothing up to this layer learns (${layers}).`;
}
