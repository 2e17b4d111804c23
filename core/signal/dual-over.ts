import { curveAt, curveOver } from './curve.ts';
import type { Dual } from './dual.ts';
import { aligned, constantKernel, type Kernel, zeroEntries } from './kernel.ts';
import { noSpread } from './spread.ts';

/** E f f' at a correlation, `both`, less the same for two different inputs. */
export function difference(dual: Dual, variance: number, varying: number, correlation: number, both: number): number {
  if (variance === 0 || varying === 0) return 0;
  const step = varying / variance;
  // Where the two correlations are too close to subtract: E f f' grows by v E f'f' per unit of correlation.
  return Math.abs(step) < closest
    ? varying * curveAt(dual.slope, correlation - step / 2)
    : both - curveAt(dual.value, correlation - step);
}

const closest = 1e-4;

/** `difference` at every offset. */
export function differences(dual: Dual, variance: number, correlations: Kernel, both: Kernel, varying: Kernel): Kernel {
  if (variance === 0) return constantKernel(0);
  const { rows, columns, entries } = aligned(correlations, both, varying);
  const [rho, values, own] = entries;
  const data = zeroEntries(rho.length);
  let isClose = false;
  for (let i = 0; i < data.length; i++) {
    const step = (own[i] ?? 0) / variance;
    if (Math.abs(step) < closest && step !== 0) isClose = true;
    data[i] = (rho[i] ?? 0) - step;
  }
  const apart = curveOver(dual.value, { rows, columns, data }).data;
  for (let i = 0; i < data.length; i++) data[i] = own[i] === 0 ? 0 : (values[i] ?? 0) - (apart[i] ?? 0);
  if (!isClose) return { rows, columns, data };
  for (let i = 0; i < data.length; i++) {
    if (Math.abs(own[i] ?? 0) < closest * variance)
      data[i] = difference(dual, variance, own[i] ?? 0, rho[i] ?? 0, values[i] ?? 0);
  }
  return { rows, columns, data };
}

/**
 * What E f f' gains where the correlations of single channels differ from their mean by `unit` times the root of `excess`, up and down:
 * kernels are convex.
 */
export function bendOver(dual: Dual, correlations: Kernel, both: Kernel, excess: Kernel, unit: number): Kernel {
  if (unit === 0 || excess === noSpread.excess) return constantKernel(0);
  const { rows, columns, entries } = aligned(correlations, both, excess);
  const [rho, values, chances] = entries;
  const [up, down] = [zeroEntries(rho.length), zeroEntries(rho.length)];
  for (let i = 0; i < rho.length; i++) {
    const chance = unit * Math.sqrt(Math.max(chances[i] ?? 0, 0));
    const step = Math.min(chance, 1 - Math.abs(rho[i] ?? 0));
    up[i] = (rho[i] ?? 0) + step;
    down[i] = (rho[i] ?? 0) - step;
  }
  const above = curveOver(dual.value, { rows, columns, data: up }).data;
  const below = curveOver(dual.value, { rows, columns, data: down }).data;
  const data = zeroEntries(rho.length);
  for (let i = 0; i < data.length; i++)
    data[i] = (up[i] ?? 0) - (down[i] ?? 0) <= 2e-6 ? 0 : ((above[i] ?? 0) + (below[i] ?? 0)) / 2 - (values[i] ?? 0);
  return { rows, columns, data };
}
