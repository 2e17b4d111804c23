import type { Backend, Tensor } from '../backend-ops.ts';
import { physicalAxis, type Value } from '../value.ts';
import { type Figures, type LayerTensors, type Power, ratio, rmsOf, updateRms } from './figures.ts';
import { createUnitCounter } from './unit-diversity.ts';

/**
 * Figures of all layers where tensors lie in memory that we read at once: a pass in float64 costs less than the thirty kernels
 * per layer that a device needs, and nothing underflows.
 */
export function createHostMeter(backend: Backend): (layers: readonly LayerTensors[]) => readonly Figures[] {
  const countUnits = createUnitCounter();
  const power = (x: Tensor | null) => (x === null ? null : powerOf(backend.readNow(x)));

  return (layers) =>
    layers.map((layer): Figures => {
      const { units, canDie, saturatesAt } = layer.measured;
      const output = backend.readNow(layer.output.tensor);
      const activationRms = rmsOf([powerOf(output)]);
      const activationMean = meanOf(output);
      const deadFraction = canDie ? deadShare(output, layer.output) : null;
      const weightRms = rmsOf(layer.weights.map(power));
      const weightGradientRms = rmsOf(layer.weightGradients.map(power));
      const unitWeight = units === null ? undefined : layer.weights[layer.measured.weights.indexOf(units.parameter)];
      const pre = layer.preActivation;
      return {
        weightGradientRms,
        activationGradientRms: rmsOf([power(layer.outputGradient)]),
        activationRms,
        activationMean,
        weightRms,
        updateRatio: ratio(
          updateRms(layer, weightGradientRms, (updates) => rmsOf(updates.map(power))),
          weightRms,
        ),
        deadFraction,
        saturatedFraction:
          saturatesAt === null || pre === null ? null : shareBeyond(backend.readNow(pre.tensor), saturatesAt),
        unitDiversity:
          units === null || unitWeight === undefined ? null : countUnits(backend.readNow(unitWeight), units),
      };
    });
}

/**
 * In float64 a square of any float32 is a normal number: no scale is needed. Four sums, because each addition waits for the one
 * before, and no destructuring, which is ten times slower here.
 */
function powerOf(values: Float32Array): Power {
  const { length } = values;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const p = values[i] as number;
    const q = values[i + 1] as number;
    const r = values[i + 2] as number;
    const s = values[i + 3] as number;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  for (; i < length; i++) a += (values[i] as number) ** 2;
  return { scale: 1, sum: a + b + c + d, count: length };
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / Math.max(1, values.length);
}

function shareBeyond(values: Float32Array, limit: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] as number) > limit) count += 1;
  return count / Math.max(1, values.length);
}

/** Units (channels) that are zero for every example and position; the search ends as soon as all have shown life. */
function deadShare(values: Float32Array, output: Value): number {
  const { shape } = output.tensor;
  const axis = physicalAxis(output, output.unitAxis);
  const units = shape[axis] ?? 1;
  const after = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const alive = new Uint8Array(units);
  let dead = units;
  for (let row = 0; row < values.length && dead > 0; row += units * after) {
    for (let unit = 0; unit < units; unit++) {
      if (alive[unit] === 1) continue;
      const end = row + (unit + 1) * after;
      for (let at = end - after; at < end; at++) {
        if (values[at] === 0) continue;
        alive[unit] = 1;
        dead -= 1;
        break;
      }
    }
  }
  return dead / units;
}
