import type { Backend, Tensor } from '../backend-ops.ts';
import { physicalAxis, type Value } from '../value.ts';
import { type Figures, type LayerTensors, type Power, ratio, rmsOf } from './figures.ts';
import type { UnitMatrix } from './layers.ts';
import { project, projections, unitDiversity } from './unit-diversity.ts';

/**
 * Figures of all layers where tensors lie in memory that we read at once: a pass in float64 costs less than the thirty kernels
 * per layer that a device needs, and nothing underflows.
 */
export function createHostMeter(backend: Backend): (layers: readonly LayerTensors[]) => readonly Figures[] {
  const random = new Map<number, Float32Array>();
  const projectionsOf = (units: UnitMatrix) => {
    const known = random.get(units.parameter) ?? projections(units);
    random.set(units.parameter, known);
    return known;
  };
  const power = (x: Tensor | null) => (x === null ? null : powerOf(backend.readNow(x)));

  return (layers) =>
    layers.map((layer): Figures => {
      const output = backend.readNow(layer.output.tensor);
      const weightRms = rmsOf(layer.weights.map(power));
      const { units, canDie, saturatesAt } = layer.measured;
      const unitWeight = units === null ? undefined : layer.weights[layer.measured.weights.indexOf(units.parameter)];
      return {
        weightGradientRms: rmsOf(layer.weightGradients.map(power)),
        activationGradientRms: rmsOf([power(layer.outputGradient)]),
        activationRms: rmsOf([powerOf(output)]),
        activationMean: meanOf(output),
        weightRms,
        updateRatio: ratio(rmsOf(layer.updates.map(power)), weightRms),
        deadFraction: canDie ? deadFraction(output, layer.output) : null,
        saturatedFraction:
          saturatesAt === null || layer.preActivation === null
            ? null
            : shareBeyond(backend.readNow(layer.preActivation.tensor), saturatesAt),
        unitDiversity:
          units === null || unitWeight === undefined
            ? null
            : unitDiversity(project(backend.readNow(unitWeight), units, projectionsOf(units))),
      };
    });
}

/** In float64 a square of any float32 is a normal number: no scale is needed. */
function powerOf(values: Float32Array): Power {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    sum += x * x;
  }
  return { scale: 1, sum, count: values.length };
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

/** Units (channels) that are zero for every example and position. */
function deadFraction(values: Float32Array, output: Value): number {
  const { shape } = output.tensor;
  const axis = physicalAxis(output, output.unitAxis);
  const units = shape[axis] ?? 1;
  const after = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const alive = new Uint8Array(units);
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) alive[Math.floor(i / after) % units] = 1;
  }
  return alive.reduce((dead, lives) => dead + (lives === 0 ? 1 : 0), 0) / units;
}
