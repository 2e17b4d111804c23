import type { Layer } from '../graph/graph.ts';
import { criticalGain } from '../initializers/gains.ts';
import { once } from '../signal/marginal.ts';
import type { Effect, Severity } from './finding.ts';
import { fixedGain } from './fixed-std.ts';
import { followFactors } from './paths.ts';
import { exposedOf, type Place } from './places.ts';
import type { RuleContext } from './rule.ts';
import { ownSaturation } from './saturation.ts';
import { defaultThresholds, type Thresholds } from './thresholds.ts';
import type { WeightSite } from './weight-site.ts';

/** What the weights of one place do, and where most of it shows. */
export interface PlaceEffect extends Effect {
  readonly signal: number;
  readonly gradientRatio: number;
  /** The two as the place's gains alone have them: the effect lies between these and 1. */
  readonly own: { readonly signal: number; readonly gradientRatio: number };
  /** Most layers of the place that a signal cannot pass by, without a normalization between them; 0 where skips carry it. */
  readonly inARow: number;
  readonly worst: WeightSite;
  /** The layers of the place on that way, in the order of the forward pass. */
  readonly through: readonly Layer[];
  /** The expected loss, where it starts far above a guess and this place multiplies what the loss sees. */
  readonly loss: { readonly expected: number; readonly uniformGuess: number } | null;
}

/**
 * The effect of one place on signal and gradient against critical initialization: what its layers alone do on the way
 * through the graph, so that a small head or a zero elsewhere is not held against them. Forward and backward a weight is off
 * by the same factor. Layers that are normalized right away count only where there are no others. `named`: the layer to show,
 * where it is another than the last one on that way.
 */
export function effectOf(whole: Place, context: RuleContext, named?: WeightSite): PlaceEffect {
  const place = exposedOf(whole);
  const way = once(() => followFactors(context.graph, new Map(place.map((site) => [site.layer.id, gainOf(site)]))));
  const atItsEnd = once(() => {
    const last = way().layers.at(-1);
    return place.find(({ layer }) => layer.id === last?.id) ?? place[0];
  });
  const seen = once(() => seenAt(way().layers, context));
  // Asked for late: the comparison with critical weights is most of a prediction, and what is normalized asks for none of it.
  return {
    get worst() {
      return named ?? atItsEnd();
    },
    get gain() {
      return atItsEnd().prediction?.gain ?? null;
    },
    get signal() {
      return nearerToOne(way().signal, seen().signal);
    },
    get gradientRatio() {
      return nearerToOne(way().gradient, seen().gradientRatio);
    },
    get own() {
      const { signal, gradient } = way();
      return { signal, gradientRatio: gradient };
    },
    get inARow() {
      return way().inARow;
    },
    get through() {
      return way().layers;
    },
    get deadFraction() {
      const { activation } = atItsEnd();
      return activation === null ? null : deadBehind(activation.layer, context);
    },
    get saturatedFraction() {
      return mostSaturated(place, context);
    },
    get loss() {
      return inflatedLoss(way().output, context);
    },
  };
}

/** Whether the signal or the gradient may be below a limit; told without comparing with critical weights. */
export function mayBeBelow({ own }: PlaceEffect, limit: number): boolean {
  return Math.min(own.signal, own.gradientRatio, 1) < limit;
}

export function mayBeAbove({ own }: PlaceEffect, limit: number): boolean {
  return Math.max(own.signal, own.gradientRatio, 1) > limit;
}

function gainOf(site: WeightSite): number {
  const gain = site.prediction?.gain ?? null;
  return gain === null ? (fixedGain(site) ?? nominalGain(site)) : gain * site.multiplied;
}

/** By the initializer's name alone, where a width is not known. */
function nominalGain({ initializer: { scaling }, activation }: WeightSite): number {
  if (scaling === null) return 1;
  return Math.sqrt(scaling.scale) / (activation === null ? 1 : criticalGain(activation.fn, activation.parameter));
}

/** How much the effect of a scale matters, where the user chose it. */
export function severityOfScale(place: Place, effect: PlaceEffect, context: RuleContext): Severity {
  const thresholds = thresholdsOf(context);
  const { warning, information, shallow, saturated } = thresholds;
  if (exposedOf(place)[0].normalization !== null) return 'hint';
  const isOutside = ({ low, high }: Thresholds['warning']) =>
    (mayBeBelow(effect, low) || mayBeAbove(effect, high)) &&
    [effect.signal, effect.gradientRatio].some((factor) => factor < low || factor > high);
  const inactive = Math.max(effect.saturatedFraction ?? 0, effect.deadFraction ?? 0);
  if (isOutside(warning) || inactive > saturated || effect.loss !== null) return 'warning';
  const isDeep = effect.inARow > shallow;
  return isOutside(isDeep ? information : { ...information, low: 0 }) ? 'information' : 'hint';
}

/** What the whole prediction, with all that is around these layers, says of the way through them. */
function seenAt(through: readonly Layer[], { prediction }: RuleContext) {
  const [first, last] = [through[0], through.at(-1)];
  const [start, end] = [first, last].map((layer) => prediction.layers.get(layer?.id ?? -1)?.relative);
  const back = start?.gradient && end?.gradient ? start.gradient / end.gradient : null;
  return { signal: end?.signal ?? null, gradientRatio: back };
}

/** Of two opinions on a factor the milder one; 1 where they contradict each other. */
function nearerToOne(own: number, seen: number | null): number {
  if (seen === null) return own;
  return own < 1 ? Math.min(Math.max(own, seen), 1) : Math.max(Math.min(own, seen), 1);
}

export function thresholdsOf({ thresholds }: RuleContext): Thresholds {
  return thresholds ?? defaultThresholds;
}

/** The part of an effect that a finding carries. */
export function asEffect({ gain, signal, gradientRatio, deadFraction, saturatedFraction }: Effect): Effect {
  return { gain, signal, gradientRatio, deadFraction, saturatedFraction };
}

function deadBehind(layer: Layer, { prediction }: RuleContext): number | null {
  return prediction.layers.get(layer.id)?.signal.deadFraction ?? null;
}

/**
 * No more than the weights do themselves: what an inflated input saturates is not their doing. And no less where nothing comes
 * in yet, because a layer before is dead.
 */
function mostSaturated(place: Place, { prediction }: RuleContext): number | null {
  const shares = place.flatMap((site) => {
    const own = ownSaturation(site);
    if (own === null || site.activation === null) return [];
    const predicted = prediction.layers.get(site.activation.layer.id)?.signal.saturatedFraction ?? own;
    return [site.prediction?.signal.inputStd === 0 ? own : Math.min(own, predicted)];
  });
  return shares.length === 0 ? null : Math.max(...shares);
}

/** Only where this place multiplies what leaves the model. */
function inflatedLoss(output: number, context: RuleContext): PlaceEffect['loss'] {
  const { expected, uniformGuess } = context.prediction.loss;
  if (output <= 2 || expected === null || uniformGuess === null || uniformGuess <= 0) return null;
  return expected > thresholdsOf(context).loss * uniformGuess ? { expected, uniformGuess } : null;
}
