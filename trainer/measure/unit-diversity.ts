import { seededRandom } from '../random.ts';
import type { UnitMatrix } from './layers.ts';

/*
 * Units that start equal stay equal. Two random projections per unit tell equal units from different ones: equal units have
 * equal projections, and different ones agree in both by chance only once in a trillion pairs.
 */

/** Standard-normal weights of both projections, [before · after, 2]. */
export function projections({ before, after }: UnitMatrix): Float32Array {
  const random = seededRandom('unit diversity');
  return Float32Array.from({ length: 2 * before * after }, () => random.normal());
}

/** Counts units of weights in host memory, step after step; says the share of different ones. */
export function createUnitCounter(): (weight: Float32Array, units: UnitMatrix) => number | null {
  const random = new Map<number, Float32Array>();
  return (weight, units) => {
    const known = random.get(units.parameter) ?? projections(units);
    random.set(units.parameter, known);
    // Units that differ in a few places differ: only where some do not is the rest looked at.
    const quick = unitDiversity(project(weight, units, known, glance));
    return quick === 1 ? 1 : unitDiversity(project(weight, units, known, Number.POSITIVE_INFINITY));
  };
}

/** Inputs of a unit that are looked at first. */
const glance = 16;

/** [units, 2] of a weight laid out as [before, units, after], of the first `limit` inputs of every unit. */
function project(
  weight: Float32Array,
  { before, count, after }: UnitMatrix,
  random: Float32Array,
  limit: number,
): Float64Array {
  const result = new Float64Array(2 * count);
  const outer = after >= limit ? 1 : Math.min(before, limit);
  const inner = Math.min(after, limit);
  for (let b = 0; b < outer; b++) {
    for (let u = 0; u < count; u++) {
      let first = 0;
      let second = 0;
      const from = (b * count + u) * after;
      for (let a = 0; a < inner; a++) {
        const w = weight[from + a] as number;
        const r = 2 * (b * after + a);
        first += w * (random[r] as number);
        second += w * (random[r + 1] as number);
      }
      result[2 * u] = (result[2 * u] as number) + first;
      result[2 * u + 1] = (result[2 * u + 1] as number) + second;
    }
  }
  return result;
}

/** The number of different units over the number of units: 1/n where all are equal. `null` where one is not finite. */
export function unitDiversity(projected: Float32Array | Float64Array): number | null {
  const count = projected.length / 2;
  let largest = 0;
  for (const x of projected) {
    if (!Number.isFinite(x)) return null;
    largest = Math.max(largest, Math.abs(x));
  }
  const at = (unit: number, k: number) => projected[2 * unit + k] ?? 0;
  // Sums of thousands of float32 products differ in their last digits from one summation order to another.
  const tolerance = 1e-5 * largest;
  const order = Array.from({ length: count }, (_, unit) => unit).sort((a, b) => at(a, 0) - at(b, 0));
  let different = Math.min(1, count);
  for (let i = 1; i < count; i++) {
    const [a, b] = [order[i - 1] ?? 0, order[i] ?? 0];
    const isSame = [0, 1].every((k) => Math.abs(at(a, k) - at(b, k)) <= tolerance);
    if (!isSame) different += 1;
  }
  return different / count;
}
