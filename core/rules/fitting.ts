import { calculateGain } from '../initializers/gains.ts';
import { isRectifier, negativeSlope } from '../maths/activation.ts';
import type { Remedy, TargetInitializer } from './finding.ts';
import type { Place } from './places.ts';
import type { WeightSite } from './weight-site.ts';

type Distribution = 'normal' | 'uniform';

/**
 * The initializer that fits the activation behind a weight: He for the ReLU family, Xavier for the others. Before tanh too
 * its gain is 1, the critical one (Schoenholz et al. 2017); PyTorch's 5/3 is larger than He's √2 and saturates more. A constant that the
 * forward pass multiplies by is divided out.
 */
function fittingTarget(site: WeightSite, distribution: Distribution = distributionOf(site)): TargetInitializer {
  const { activation, parameter: weight } = site;
  // Square weights need no telling.
  const turned = site.inputsFirst && weight.shape[0] !== weight.shape[1] ? { inputsFirst: true } : {};
  const gain = 1 / site.multiplied;
  if (activation === null) return { scheme: 'xavier', distribution, gain };
  const { fn, parameter } = activation;
  if (isRectifier(fn)) {
    const slope = fn === 'leakyRelu' || fn === 'prelu' ? negativeSlope(fn, parameter) : null;
    if (slope !== null) return { scheme: 'he', distribution, nonlinearity: 'leaky_relu', slope, ...turned };
    return { scheme: 'he', distribution, nonlinearity: 'relu', ...turned };
  }
  if (fn === 'selu') return { scheme: 'lecun', distribution };
  return { scheme: 'xavier', distribution, gain };
}

/** As `fittingRemedies`; for initializers that are worse than none, the framework's default is a way out too. */
export function remediesWithDefault(place: Place, worst: WeightSite): readonly Remedy[] {
  const useDefault = { kind: 'useDefault', parameter: worst.parameter.id, preferred: false } as const;
  return [...fittingRemedies(place, worst), useDefault];
}

/** The preferred initializer for a place, and what else would do. Where layers differ, those before ReLU decide. */
export function fittingRemedies(place: Place, worst: WeightSite): readonly Remedy[] {
  const others = place.filter(({ isHead }) => !isHead);
  const isRectified = ({ activation }: WeightSite) => activation !== null && isRectifier(activation.fn);
  const site =
    [worst, ...others].find(isRectified) ?? [worst, ...others].find(({ activation }) => activation !== null) ?? worst;
  const distribution = distributionOf(site);
  const other = distribution === 'normal' ? 'uniform' : 'normal';
  const preferred = fittingTarget(site, distribution);
  const targets = [preferred, fittingTarget(site, other), orthogonalTarget(site)];
  return targets.map((target) => replace(site, target, target === preferred));
}

/** Where nobody initializes these layers: what fits the activation of most of them. */
export function initializeLayers(place: Place): readonly Remedy[] {
  const [first] = place;
  const targets = [fittingTarget(first, 'normal'), fittingTarget(first, 'uniform')];
  const parameters = place.map(({ parameter }) => parameter.id);
  return targets.map((target, index) => ({ kind: 'initializeLayers', parameters, target, preferred: index === 0 }));
}

function replace(site: WeightSite, target: TargetInitializer, preferred: boolean): Remedy {
  return { kind: 'replaceInitializer', parameter: site.parameter.id, target, preferred };
}

function orthogonalTarget({ activation, multiplied }: WeightSite): TargetInitializer {
  if (activation !== null && isRectifier(activation.fn)) return { scheme: 'orthogonal', gain: calculateGain('relu') };
  return { scheme: 'orthogonal', gain: 1 / multiplied };
}

/** Uniform stays uniform. */
function distributionOf({ initializer }: WeightSite): Distribution {
  return initializer.family === 'uniform' ? 'uniform' : 'normal';
}
