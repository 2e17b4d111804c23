import { curveAt } from './curve.ts';
import type { Dual } from './dual.ts';
import { affineKernel, aligned, atZero } from './kernel.ts';
import { angleOf, magnitudeOf } from './magnitude.ts';
import type { Segment } from './segment.ts';

/** Relative variances of sizes below this are not seen. */
const least = 0.01;

/**
 * Adds to the kernels of f what they gain because the size of an input is left to chance (`Magnitude`): an f that is not of degree one
 * makes more of large ones, or less. To second order, over all sizes. What different sizes of two inputs take from a function of degree
 * one is taken already.
 */
export function gainBySizes(segment: Segment, dual: Dual, total: Float64Array, varying: Float64Array): void {
  if (segment.magnitude === undefined) return;
  const { own, apart } = magnitudeOf(segment);
  const sizes = relativeVariance(atZero(own));
  if (sizes < least) return;
  const square = segment.mean * segment.mean;
  const unit = 1 / (atZero(segment.total) - square);
  const correlations = affineKernel(segment.total, square, unit);
  const { entries } = aligned(correlations, affineKernel(angleOf(segment), 0, unit), own, apart);
  const [rho, steps, logs, unlikes] = entries;
  const { bends } = dual.onScale;
  const growth = dual.onScale.value ** 2;
  const gain = (correlation: number, together: number) =>
    curveAt(bends.own, correlation) * sizes + curveAt(bends.cross, correlation) * relativeVariance(together);
  for (let i = 0; i < total.length; i++) {
    const [correlation, log, unlike] = [rho[i] ?? 0, logs[i] ?? 0, unlikes[i] ?? 0];
    const alike = correlation - (steps[i] ?? 0);
    const whole = gain(correlation, log);
    const taken = relativeVariance(log) - relativeVariance(log - unlike);
    const shared = gain(alike, log - unlike) + (growth * curveAt(dual.value, alike) * taken) / 4;
    const before = varying[i] ?? 0;
    total[i] = (total[i] ?? 0) + whole;
    varying[i] = Math.max(before + whole - shared, before / 2);
  }
}

/** Of a log-normal variable; beyond a factor of e an expansion to second order is too much. */
function relativeVariance(ofLog: number): number {
  return Math.expm1(Math.min(Math.max(ofLog, 0), 1));
}
