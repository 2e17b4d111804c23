import type { Finding } from './finding.ts';
import type { WeightSite } from './weight-site.ts';

/** Whether a rule before this one told about a weight, and found it worth more than a hint. */
export function explainedBy(earlier: readonly Finding[]): (site: WeightSite) => boolean {
  const told = new Set(earlier.filter(({ severity }) => severity !== 'hint').flatMap(({ about }) => about ?? []));
  return ({ parameter }) => told.has(parameter.id);
}
