import { criticalGain } from '../initializers/gains.ts';
import type { WeightSite } from './weight-site.ts';

/**
 * std · √inputs over the gain that the following activation wants: 1 keeps the second moment. `null` where the std was not
 * given as a number of its own, or a width is not known.
 */
export function fixedGain(site: WeightSite): number | null {
  const { family, scheme, std, mean } = site.initializer;
  if (scheme !== 'fixed' || !drawn.has(family) || std === null || std === 0 || mean === null) return null;
  // Weights with a mean of their own are another matter: they make units alike.
  if (Math.abs(mean) > std) return null;
  const { inputs } = site;
  if (inputs === null || inputs === 0) return null;
  const { activation } = site;
  // The scale before a sine is its frequency (SIREN): neither too large nor too small.
  if (activation?.fn === 'sin') return null;
  return (
    (std * Math.sqrt(inputs) * site.multiplied) /
    (activation === null ? 1 : criticalGain(activation.fn, activation.parameter))
  );
}

const drawn: ReadonlySet<string> = new Set(['normal', 'uniform', 'truncatedNormal']);
