import type { Span } from '../graph/span.ts';
import type { WeightSite } from './weight-site.ts';

/** The weights that one piece of code initializes, in the order of the forward pass; never empty. */
export type Place = readonly [WeightSite, ...WeightSite[]];

/** Weights by the place of their last writer: a sweep over twenty layers is one place. */
export function byPlace(sites: readonly WeightSite[]): readonly Place[] {
  const places = new Map<string, [WeightSite, ...WeightSite[]]>();
  for (const site of sites) {
    const place = places.get(keyOf(site.at));
    if (place === undefined) places.set(keyOf(site.at), [site]);
    else place.push(site);
  }
  return [...places.values()];
}

/** A loop sees the same code again and again: each place once. */
export function firstPerPlace<T extends { readonly at: Span }>(seen: readonly T[]): readonly T[] {
  const first = new Map<string, T>();
  for (const one of seen) if (!first.has(keyOf(one.at))) first.set(keyOf(one.at), one);
  return [...first.values()];
}

/** The weights whose scale no normalization takes away; all of them where each has one. */
export function exposedOf(place: Place): Place {
  const [first, ...rest] = place.filter(({ normalization }) => normalization === null);
  return first === undefined ? place : [first, ...rest];
}

/** The site for which `measure` is largest, the first of equals. */
export function worstOf(place: Place, measure: (site: WeightSite) => number): WeightSite {
  let [worst] = place;
  for (const site of place) if (measure(site) > measure(worst)) worst = site;
  return worst;
}

/** How many different layers there are. */
export function countLayers(place: Place): number {
  return new Set(place.map(({ layer }) => layer.name)).size;
}

function keyOf({ path, start, end }: Span): string {
  return `${start}:${end}:${path}`;
}
