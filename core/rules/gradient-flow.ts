import type { Layer } from '../graph/graph.ts';
import { activationOf, isSaturating } from '../maths/activation.ts';
import { effectOf, mayBeAbove, mayBeBelow, type PlaceEffect, thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import type { Finding, Remedy } from './finding.ts';
import { fittingRemedies, initializeLayers } from './fitting.ts';
import type { Place } from './places.ts';
import { report, reportModel } from './report.ts';
import type { RuleContext } from './rule.ts';
import { trainedWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameOf } from './wording.ts';

export type Direction = 'vanishing' | 'exploding';

/** Layers this much off per layer are named as a cause. */
const noticeable = 0.9;

/**
 * What all layers together do to signal and gradient that no other rule has told about: several initializers that are each a
 * little off, or one that fits its activation badly. Heads may be as small as they like.
 */
export function checkFlow(direction: Direction, context: RuleContext, earlier: readonly Finding[]): readonly Finding[] {
  const isExplained = explainedBy(earlier);
  const [first, ...rest] = trainedWeights(context).filter((site) => isInside(site) && !isExplained(site));
  if (first === undefined) return [];
  const effect = effectOf([first, ...rest], context);
  const place = causesOf([first, ...rest], effect.through, direction);
  if (place === null || !isHarmful(direction, effect, place, context)) return [];
  const rule = `${direction}-gradient`;
  const message = () => describe(direction, effect, place);
  const [worst] = place;
  const what = { rule, severity: 'warning', message, worst, effect } as const;
  const remedies = remediesFor(place);
  return [
    sharedPlace(place)
      ? report(context, place, { ...what, remedies })
      : reportModel(context, place, { ...what, remedies }),
  ];
}

/** No gain makes up for a function that is not zero at zero: what it adds pushes the next layer where it is flat. */
function remediesFor(place: Place): readonly Remedy[] {
  if (place.some(isOffCentre)) return [];
  if (sharedPlace(place)) return fittingRemedies(place, place[0]);
  return place.some(({ isChosen }) => isChosen) ? [] : initializeLayers(place);
}

function isOffCentre({ activation }: WeightSite): boolean {
  if (activation === null || !isSaturating(activation.fn)) return false;
  return activationOf(activation.fn, activation.parameter).value(0) !== 0;
}

function isInside({ isHead, normalization, prediction, layer }: WeightSite): boolean {
  if (layer.op.kind !== 'dense' && layer.op.kind !== 'conv') return false;
  return !isHead && normalization === null && (prediction?.gain ?? 0) > 0;
}

/** The layers on the way that push in this direction, those that push most first. */
function causesOf(sites: Place, through: readonly Layer[], direction: Direction): Place | null {
  const on = new Set(through);
  const gainOf = ({ prediction, multiplied }: WeightSite) => (prediction?.gain ?? 1) * multiplied;
  const isCause = (gain: number) => (direction === 'vanishing' ? gain < noticeable : gain > 1 / noticeable);
  const [first, ...rest] = sites
    .filter((site) => on.has(site.layer) && isCause(gainOf(site)))
    .sort((a, b) => (direction === 'vanishing' ? gainOf(a) - gainOf(b) : gainOf(b) - gainOf(a)));
  return first === undefined ? null : [first, ...rest];
}

/** The frameworks' defaults get more room: they are what everybody starts from. */
function isHarmful(direction: Direction, effect: PlaceEffect, place: Place, context: RuleContext): boolean {
  const { warning, defaultWarning } = thresholdsOf(context);
  if (direction === 'exploding') {
    return mayBeAbove(effect, warning.high) && Math.max(effect.signal, effect.gradientRatio) > warning.high;
  }
  const chosen = place.filter((site) => site.isChosen && !isWrittenDefault(site)).length;
  const low = 2 * chosen > place.length ? warning.low : defaultWarning;
  return mayBeBelow(effect, low) && Math.min(effect.signal, effect.gradientRatio) < low;
}

/** `kaiming_uniform_(weight, a=math.sqrt(5))`: copied from PyTorch's own layers. */
function isWrittenDefault({ initializer: { scaling } }: WeightSite): boolean {
  return scaling !== null && scaling.mode === 'fanIn' && Math.abs(scaling.scale - 1 / 3) < 1e-3;
}

/** All of them were chosen by one piece of code. */
function sharedPlace([first, ...rest]: Place): boolean {
  return first.isChosen && rest.every(({ at }) => at.start === first.at.start && at.path === first.at.path);
}

function describe(direction: Direction, { signal, gradientRatio, inARow }: PlaceEffect, place: Place): string {
  const names = [...new Set(place.map(({ layer }) => layer.name))];
  const [shown, more] = [names.slice(0, 3).join(', '), names.length - 3];
  const layers = more > 0 ? `${shown} and ${more} more` : shown;
  const perLayer = formatNumber(signal ** (1 / Math.max(inARow, 1)));
  const [end, back] = [formatNumber(signal), formatNumber(gradientRatio)];
  if (direction === 'exploding') {
    return `Over ${inARow} layers without normalization the signal grows ${end} times and the first layer's gradient ${back} times too large: ${perLayer} times per layer (${layers}).`;
  }
  const [{ activation }] = place;
  const why =
    place.some(isOffCentre) && activation !== null
      ? `; ${nameOf(activation.fn)} is too flat for any initializer to mend that`
      : '';
  return `Over ${inARow} layers without normalization the signal shrinks to ${end} of what it should be and the first layer's gradient to ${back}: each layer passes on ${perLayer} of it (${layers})${why}.`;
}
