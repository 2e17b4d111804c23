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
  const power = (x: Tensor | null) => (x === null ? null : sumsOf(backend.readNow(x)));

  return (layers) =>
    layers.map((layer): Figures => {
      const { units, canDie, saturatesAt } = layer.measured;
      const output = sumsOf(backend.readNow(layer.output.tensor));
      const weightRms = rmsOf(layer.weights.map(power));
      const weightGradientRms = rmsOf(layer.weightGradients.map(power));
      const unitWeight = units === null ? undefined : layer.weights[layer.measured.weights.indexOf(units.parameter)];
      const pre = layer.preActivation;
      return {
        weightGradientRms,
        activationGradientRms: rmsOf([power(layer.outputGradient)]),
        activationRms: rmsOf([output]),
        activationMean: output.total / Math.max(1, output.count),
        weightRms,
        updateRatio: ratio(
          updateRms(layer, weightGradientRms, (updates) => rmsOf(updates.map(power))),
          weightRms,
        ),
        deadFraction: canDie ? deadFraction(backend.readNow(layer.output.tensor), layer.output) : null,
        saturatedFraction:
          saturatesAt === null || pre === null ? null : shareBeyond(backend.readNow(pre.tensor), saturatesAt),
        unitDiversity:
          units === null || unitWeight === undefined ? null : countUnits(backend.readNow(unitWeight), units),
      };
    });
}

/** In float64 a square of any float32 is a normal number: no scale is needed. */
function sumsOf(values: Float32Array): Power & { readonly total: number } {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    total += x;
    sum += x * x;
  }
  return { scale: 1, sum, total, count: values.length };
}

function shareBeyond(values: Float32Array, limit: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] as number) > limit) count += 1;
  return count / Math.max(1, values.length);
}

/** Units (channels) that are zero for every example and position. */
function deadFraction(values: Float32Array, output: Value): number {
  const { shape } = output.tensor;
  const axis = physicalAxis(output, output.unitAxis);
  const units = shape[axis] ?? 1;
  const after = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const alive = new Uint8Array(units);
  let at = 0;
  while (at < values.length) {
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < after; i++, at++) if (values[at] !== 0) alive[unit] = 1;
    }
  }
  return alive.reduce((dead, lives) => dead + (lives === 0 ? 1 : 0), 0) / units;
}
