import type { WeightSite } from './weight-site.ts';

/** All units start equal, and what comes in, goes out and is added treats them alike, so that no step tells them apart. */
export function staysIdentical({ prediction }: WeightSite): boolean {
  const diversity = prediction?.unitDiversity ?? null;
  return diversity !== null && diversity < 1;
}
