import { calculateGain, criticalGain } from '../initializers/gains.ts';
import { isRectifier, isSaturating, negativeSlope } from '../maths/activation.ts';
import type { Remedy, TargetInitializer } from './finding.ts';
import type { WeightSite } from './weight-site.ts';

type Distribution = 'normal' | 'uniform';

/** The initializer that fits the activation behind a weight: He for the ReLU family, Xavier with its gain for the others. */
export function fittingTarget(site: WeightSite, distribution: Distribution = distributionOf(site)): TargetInitializer {
  const { activation } = site;
  if (activation === null) return { scheme: 'xavier', distribution, gain: 1 };
  const { fn, parameter } = activation;
  if (isRectifier(fn)) {
    const slope = fn === 'leakyRelu' || fn === 'prelu' ? negativeSlope(fn, parameter) : null;
    if (slope !== null) return { scheme: 'he', distribution, nonlinearity: 'leaky_relu', slope };
    return { scheme: 'he', distribution, nonlinearity: 'relu' };
  }
  if (fn === 'selu') return { scheme: 'lecun', distribution };
  return { scheme: 'xavier', distribution, gain: fn === 'tanh' ? calculateGain('tanh') : 1 };
}

/** The preferred initializer for a weight, and what else would do. */
export function fittingRemedies(site: WeightSite): readonly Remedy[] {
  const distribution = distributionOf(site);
  const other = distribution === 'normal' ? 'uniform' : 'normal';
  const preferred = fittingTarget(site, distribution);
  const targets = [preferred, fittingTarget(site, other), orthogonalTarget(site)];
  return targets.map((target) => replace(site, target, target === preferred));
}

function replace(site: WeightSite, target: TargetInitializer, preferred: boolean): Remedy {
  return { kind: 'replaceInitializer', parameter: site.parameter.id, target, preferred };
}

function orthogonalTarget({ activation }: WeightSite): TargetInitializer {
  const isRelu = activation !== null && isRectifier(activation.fn);
  const gain = isRelu ? criticalGain('relu') : activation !== null && isSaturating(activation.fn) ? 5 / 3 : 1;
  return { scheme: 'orthogonal', gain };
}

/** Uniform stays uniform. */
function distributionOf({ initializer }: WeightSite): Distribution {
  return initializer.family === 'uniform' ? 'uniform' : 'normal';
}
