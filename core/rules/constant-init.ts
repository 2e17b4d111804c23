import { fittingRemedies } from './fitting.ts';
import { byPlace, type Place } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { staysIdentical } from './symmetry.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers } from './wording.ts';

/** One number in all weights: all units compute the same and get the same gradient (Goodfellow et al. 2016, section 8.4). */
export const constantInit: Rule = {
  id: 'constant-init',
  title: 'Weights that all start at the same number, which keeps units identical',
  check(context) {
    const sites = chosenWeights(context).filter((site) => isConstant(site) && !site.isHead && isStuck(site, context));
    return byPlace(sites).map((place) => {
      const [worst] = place;
      const remedies = [
        ...fittingRemedies(worst),
        { kind: 'useDefault', parameter: worst.parameter.id, preferred: false } as const,
      ];
      return report(context, place, {
        rule: 'constant-init',
        severity: 'error',
        message: describe(place, context),
        worst,
        remedies,
      });
    });
  },
};

function isConstant({ initializer: { family, mean, std } }: WeightSite): boolean {
  return std === 0 && mean !== null && mean !== 0 && family !== 'identity' && family !== 'dirac';
}

/** Also where no gradient ever comes: equal units that do not move stay equal. */
function isStuck(site: WeightSite, { prediction }: RuleContext): boolean {
  return staysIdentical(site) || prediction.deadParameters.has(site.parameter.id);
}

function describe(place: Place, { prediction }: RuleContext): string {
  const [worst] = place;
  const layers = nameLayers(worst, place);
  const start = `All weights start at ${formatNumber(worst.initializer.mean ?? 1)}`;
  if (prediction.deadParameters.has(worst.parameter.id)) {
    return `${start} and never get a gradient: the units of this layer stay identical for ever (${layers}).`;
  }
  const units = unitsOf(worst);
  const subject = units === null ? 'the units of this layer' : `its ${units} units`;
  return `${start}: ${subject} compute the same and get the same gradient, so they stay as one for ever (${layers}).`;
}

function unitsOf({ layer: { op } }: WeightSite): number | null {
  const width =
    op.kind === 'dense'
      ? op.outFeatures
      : op.kind === 'conv'
        ? op.outChannels
        : op.kind === 'recurrent'
          ? op.hiddenSize
          : null;
  return typeof width === 'number' ? width : null;
}
