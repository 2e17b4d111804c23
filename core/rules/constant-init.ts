import { unitsOf } from '../graph/queries.ts';
import type { Severity } from './finding.ts';
import { remediesWithDefault } from './fitting.ts';
import { byPlace, type Place } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { staysIdentical } from './symmetry.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers } from './wording.ts';

/** One number in all weights: all units compute the same and get the same gradient (Goodfellow et al. 2016, section 8.4). */
export const constantInit: Rule = {
  id: 'constant-init',
  title: 'Weights that all start at the same number, which makes units identical',
  check(context) {
    const sites = chosenWeights(context).filter((site) => isConstant(site) && !site.isHead);
    return byPlace(sites).flatMap((place) => {
      const stuck = place.find((site) => isStuck(site, context));
      const worst = stuck ?? place.find(startsIdentical);
      if (worst === undefined) return [];
      const severity: Severity = stuck === undefined ? 'information' : 'error';
      const message = () => describe(place, worst, stuck !== undefined, context);
      const remedies = remediesWithDefault(place, worst);
      return [report(context, place, { rule: 'constant-init', severity, message, worst, remedies })];
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

/** All units see the same inputs, so that they start as one: not where each has a group of its own. */
function startsIdentical({ layer: { op }, endsBranch }: WeightSite): boolean {
  return !endsBranch && (op.kind === 'dense' || (op.kind === 'conv' && op.groups === 1));
}

function describe(place: Place, worst: WeightSite, isForEver: boolean, { prediction }: RuleContext): string {
  const layers = nameLayers(worst, place);
  const start = `All weights start at ${formatNumber(worst.initializer.mean ?? 1)}`;
  const units = unitsOf(worst.layer);
  const subject = units === null ? 'the units of this layer' : `its ${units} units`;
  if (!isForEver) {
    return `${start}: ${subject} see the same sum of their inputs, and only random biases or weights behind them tell them apart (${layers}).`;
  }
  if (prediction.deadParameters.has(worst.parameter.id)) {
    return `${start} and never get a gradient: ${subject} stay identical for ever (${layers}).`;
  }
  return `${start}: ${subject} compute the same and get the same gradient, so they stay as one for ever (${layers}).`;
}
