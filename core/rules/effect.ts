import type { Layer } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { LayerSignal } from '../signal/signal.ts';
import type { Effect, Severity } from './finding.ts';
import type { Place } from './places.ts';
import type { RuleContext } from './rule.ts';
import { defaultThresholds, type Thresholds } from './thresholds.ts';
import type { WeightSite } from './weight-site.ts';

/** What the weights of one place do, and where most of it shows. */
export interface PlaceEffect extends Effect {
  readonly worst: WeightSite;
  /** The expected loss, where it starts far above a guess and this place multiplies what the loss sees. */
  readonly loss: { readonly expected: number; readonly uniformGuess: number } | null;
}

/**
 * The effect of one place on signal and gradient against critical initialization. What happens before its first layer
 * (signal) and behind its last one (gradient) is divided out, so that a small head is not held against the hidden layers.
 */
export function effectOf(place: Place, context: RuleContext): PlaceEffect {
  const entry = indexOf(context.graph).layers.get(place[0].layer.inputs[0] ?? -1);
  const exit = place[place.length - 1]?.layer;
  const relative = (layer: Layer | undefined) =>
    (layer === undefined ? null : context.prediction.layers.get(layer.id)?.relative) ?? noRelative;
  const before = relative(entry).signal ?? 1;
  const behind = relative(exit).gradient;
  const signals = place.map(({ layer }) => over(relative(layer).signal, before));
  const gradients = place.map(({ layer }) => over(relative(layer).gradient, behind));
  const [signal, signalAt] = extreme(signals);
  const [gradient, gradientAt] = extreme(gradients);
  const [beyond] = extreme([gradient, over(usable(relative(entry).gradient), behind)]);
  const worst = place[distance(signal) >= distance(gradient) ? signalAt : gradientAt] ?? place[0];
  return {
    worst,
    gain: worst.prediction?.gain ?? null,
    signal,
    gradientRatio: beyond,
    deadFraction: largest(place, ({ deadFraction }) => deadFraction, context),
    saturatedFraction: largest(place, ({ saturatedFraction }) => saturatedFraction, context),
    loss: inflatedLoss(place, context),
  };
}

/** How much the effect of a scale matters, where the user chose it. */
export function severityOfScale(place: Place, effect: PlaceEffect, context: RuleContext): Severity {
  const thresholds = thresholdsOf(context);
  const { warning, information, shallow, saturated } = thresholds;
  const exposed = place.filter(({ normalization }) => normalization === null);
  if (exposed.length === 0) return 'hint';
  const factors = [effect.signal, effect.gradientRatio].filter((factor) => factor !== null);
  const isOutside = ({ low, high }: Thresholds['warning']) => factors.some((factor) => factor < low || factor > high);
  if (isOutside(warning) || (effect.saturatedFraction ?? 0) > saturated || effect.loss !== null) return 'warning';
  const isDeep = exposed.some(({ depth }) => depth > shallow);
  return isOutside(isDeep ? information : { ...information, low: 0 }) ? 'information' : 'hint';
}

export function thresholdsOf({ thresholds }: RuleContext): Thresholds {
  return thresholds ?? defaultThresholds;
}

/** The part of an effect that a finding carries. */
export function asEffect({ gain, signal, gradientRatio, deadFraction, saturatedFraction }: Effect): Effect {
  return { gain, signal, gradientRatio, deadFraction, saturatedFraction };
}

const noRelative = { signal: null, gradient: null };

/** The largest of a share over the activations behind a place. */
function largest(
  place: Place,
  share: (signal: LayerSignal) => number | null,
  { prediction }: RuleContext,
): number | null {
  const shares = place.flatMap(({ activation }) => {
    const signal = activation === null ? undefined : prediction.layers.get(activation.layer.id)?.signal;
    return (signal === undefined ? null : share(signal)) ?? [];
  });
  return shares.length === 0 ? null : Math.max(...shares);
}

/** Only where nothing between this place and the loss takes the scale away, and the place makes it larger. */
function inflatedLoss(place: Place, context: RuleContext): PlaceEffect['loss'] {
  const { expected, uniformGuess } = context.prediction.loss;
  if (expected === null || uniformGuess === null || uniformGuess <= 0) return null;
  if (expected <= thresholdsOf(context).loss * uniformGuess) return null;
  const heads = context.graph.outputs.map((id) => context.prediction.layers.get(id)?.relative.signal ?? 0);
  const reaches = place.some(({ normalization }) => normalization === null) && Math.max(0, ...heads) > 2;
  const grows = place.some(({ prediction, isHead }) => isHead || (prediction?.relative.signal ?? 0) > 2);
  return reaches && grows ? { expected, uniformGuess } : null;
}

/** A quotient of two factors; `null` where one is not known or nothing is left to compare with. */
function over(factor: number | null, base: number | null): number | null {
  return factor === null || base === null || base === 0 ? null : factor / base;
}

function usable(factor: number | null): number | null {
  return factor === null || factor === 0 ? null : factor;
}

/** The factor farthest from 1, and its index. */
function extreme(factors: readonly (number | null)[]): readonly [number | null, number] {
  let at = 0;
  factors.forEach((factor, index) => {
    if (distance(factor) > distance(factors[at] ?? null)) at = index;
  });
  return [factors[at] ?? null, at];
}

/** In powers of e; what is not known is no distance. */
function distance(factor: number | null): number {
  return factor === null ? -1 : Math.abs(Math.log(factor));
}
