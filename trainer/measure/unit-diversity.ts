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

/** [units, 2] of a weight laid out as [before, units, after]. */
export function project(
  weight: Float32Array,
  { before, count, after }: UnitMatrix,
  random: Float32Array,
): Float64Array {
  const result = new Float64Array(2 * count);
  for (let b = 0; b < before; b++) {
    for (let u = 0; u < count; u++) {
      let [first, second] = [0, 0];
      const from = (b * count + u) * after;
      for (let a = 0; a < after; a++) {
        const w = weight[from + a] ?? 0;
        const r = 2 * (b * after + a);
        first += w * (random[r] ?? 0);
        second += w * (random[r + 1] ?? 0);
      }
      result[2 * u] = (result[2 * u] ?? 0) + first;
      result[2 * u + 1] = (result[2 * u + 1] ?? 0) + second;
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
