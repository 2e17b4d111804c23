import type { Metrics } from '../../core/probe/messages.ts';
import type { Tensor } from '../backend-ops.ts';
import type { Value } from '../value.ts';
import type { MeasuredLayer } from './layers.ts';

/** What a step leaves to be measured of one layer. */
export interface LayerTensors {
  readonly measured: MeasuredLayer;
  readonly output: Value;
  /** What an activation was applied to. */
  readonly preActivation: Value | null;
  readonly outputGradient: Tensor | null;
  /** In the order of `measured.weights`. */
  readonly weights: readonly Tensor[];
  /** `null` where frozen, or where the loss does not depend on it. */
  readonly weightGradients: readonly (Tensor | null)[];
  readonly updates: readonly (Tensor | null)[];
  /** The update is the gradient times this; `null` where it is not that simple. */
  readonly learningRate: number | null;
}

/** One layer at one step: `null` where there is nothing to measure, NaN or ±∞ where training has broken down. */
export type Figures = { readonly [K in keyof Metrics]: number | null };

export interface StepFigures {
  readonly loss: number;
  readonly accuracy: number | null;
  readonly layers: readonly Figures[];
}

/** A sum of squares that underflows in float32 long before the gradient vanishes: it is kept with its scale. */
export interface Power {
  /** Largest magnitude. */
  readonly scale: number;
  /** Sum of (x / scale)². */
  readonly sum: number;
  readonly count: number;
}

export function rmsOf(powers: readonly (Power | null)[]): number | null {
  const known = powers.filter((power) => power !== null);
  if (known.length === 0) return null;
  const count = known.reduce((total, power) => total + power.count, 0);
  return Math.sqrt(known.reduce((total, { scale, sum }) => total + scale * scale * sum, 0) / Math.max(1, count));
}

/** Of plain gradient descent it is known without looking. */
export function updateRms(
  { learningRate, updates }: LayerTensors,
  gradientRms: number | null,
  measure: (updates: readonly (Tensor | null)[]) => number | null,
): number | null {
  if (learningRate === null) return measure(updates);
  return gradientRms === null ? null : learningRate * gradientRms;
}

/** Size of the update over the size of the weight; 0 over 0 says nothing. */
export function ratio(update: number | null, weight: number | null): number | null {
  if (update === null || weight === null || weight === 0) return null;
  return update / weight;
}

/** Figures as they travel: what is not finite becomes `null`. */
export function metricsOf(layers: readonly Figures[]): Metrics {
  const list = (metric: keyof Metrics) => layers.map((figures) => finite(figures[metric]));
  return {
    weightGradientRms: list('weightGradientRms'),
    activationGradientRms: list('activationGradientRms'),
    activationRms: list('activationRms'),
    activationMean: list('activationMean'),
    weightRms: list('weightRms'),
    updateRatio: list('updateRatio'),
    deadFraction: list('deadFraction'),
    saturatedFraction: list('saturatedFraction'),
    unitDiversity: list('unitDiversity'),
  };
}

export function finite(x: number | null): number | null {
  return x !== null && Number.isFinite(x) ? x : null;
}
