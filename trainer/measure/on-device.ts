import type { Backend, Ops, Tensor } from '../backend-ops.ts';
import { physicalAxis, range, type Value } from '../value.ts';
import { type Figures, type LayerTensors, type Power, ratio, rmsOf, updateRms } from './figures.ts';
import type { UnitMatrix } from './layers.ts';
import { projections, unitDiversity } from './unit-diversity.ts';

export interface DeviceMeter {
  /** Reduces the figures of all layers to one vector, on the device; `parse` takes it apart after it was read. */
  reduce(layers: readonly LayerTensors[]): { readonly vector: Tensor; parse(values: Float32Array): readonly Figures[] };
  dispose(): void;
}

/** One read per step, however many layers: a read costs more than a hundred kernels. */
export function createDeviceMeter(backend: Backend): DeviceMeter {
  const { ops } = backend;
  const random = new Map<number, Tensor>();
  const projectionsOf = (units: UnitMatrix) => {
    const known =
      random.get(units.parameter) ?? backend.keep(ops.constant(projections(units), [units.before * units.after, 2]));
    random.set(units.parameter, known);
    return known;
  };
  return {
    reduce(layers) {
      const parts: Tensor[] = [];
      let length = 0;
      const take = (x: Tensor): ((values: Float32Array) => Float32Array) => {
        const size = x.shape.reduce((a, b) => a * b, 1);
        const from = length;
        parts.push(ops.reshape(x, [size]));
        length += size;
        return (values) => values.subarray(from, from + size);
      };
      const readers = layers.map((layer) => layerReader(ops, layer, take, projectionsOf));
      return {
        vector: parts.length === 0 ? ops.constant([0], [1]) : ops.concat(parts, 0),
        parse: (values) => readers.map((read) => read(values)),
      };
    },
    dispose() {
      backend.dispose([...random.values()]);
      random.clear();
    },
  };
}

type Take = (x: Tensor) => (values: Float32Array) => Float32Array;
type Read<T> = (values: Float32Array) => T;

function layerReader(
  ops: Ops,
  layer: LayerTensors,
  take: Take,
  projectionsOf: (units: UnitMatrix) => Tensor,
): Read<Figures> {
  const scalar = (x: Tensor | null): Read<number | null> => {
    if (x === null) return () => null;
    const read = take(x);
    return (values) => read(values)[0] ?? null;
  };
  const power = (x: Tensor | null): Read<Power | null> => {
    if (x === null) return () => null;
    const count = x.shape.reduce((a, b) => a * b, 1);
    const largest = maxOfAll(ops, ops.abs(x));
    const mean = scalar(meanOfAll(ops, ops.square(ops.divide(x, ops.affine(largest, 1, tiny)))));
    const scale = scalar(largest);
    return (values) => ({ scale: (scale(values) ?? 0) + tiny, sum: (mean(values) ?? 0) * count, count });
  };
  const all = (xs: readonly (Tensor | null)[]): Read<number | null> => {
    const powers = xs.map(power);
    return (values) => rmsOf(powers.map((read) => read(values)));
  };

  const { units, canDie, saturatesAt } = layer.measured;
  const unitWeight = units === null ? undefined : layer.weights[layer.measured.weights.indexOf(units.parameter)];
  const pre = layer.preActivation?.tensor ?? null;
  const weightGradientRms = all(layer.weightGradients);
  const activationGradientRms = all([layer.outputGradient]);
  const activationRms = all([layer.output.tensor]);
  const activationMean = scalar(meanOfAll(ops, layer.output.tensor));
  const weightRms = all(layer.weights);
  const ownUpdateRms = layer.learningRate === null ? all(layer.updates) : null;
  const deadFraction = scalar(canDie ? deadShare(ops, layer.output) : null);
  const saturatedFraction = scalar(
    saturatesAt === null || pre === null ? null : meanOfAll(ops, ops.isGreater(ops.abs(pre), saturatesAt)),
  );
  const projected =
    units === null || unitWeight === undefined ? null : take(project(ops, unitWeight, units, projectionsOf(units)));
  return (values) => ({
    weightGradientRms: weightGradientRms(values),
    activationGradientRms: activationGradientRms(values),
    activationRms: activationRms(values),
    activationMean: activationMean(values),
    weightRms: weightRms(values),
    updateRatio: ratio(
      updateRms(layer, weightGradientRms(values), () => ownUpdateRms?.(values) ?? null),
      weightRms(values),
    ),
    deadFraction: deadFraction(values),
    saturatedFraction: saturatedFraction(values),
    unitDiversity: projected === null ? null : unitDiversity(projected(values)),
  });
}

/** Added to the scale on both sides of the division, so that zeros are not divided by zero: a little more than the smallest normal float32. */
const tiny = 2e-38;

/** [units, 2]. */
function project(ops: Ops, weight: Tensor, { before, count, after }: UnitMatrix, random: Tensor): Tensor {
  const units = ops.transpose(ops.reshape(weight, [before, count, after]), [1, 0, 2]);
  return ops.matMul(ops.reshape(units, [count, before * after]), random, false, false);
}

function deadShare(ops: Ops, output: Value): Tensor {
  const axis = physicalAxis(output, output.unitAxis);
  const others = range(0, output.tensor.shape.length).filter((k) => k !== axis);
  return meanOfAll(ops, ops.isZero(ops.max(ops.abs(output.tensor), others, false)));
}

function meanOfAll(ops: Ops, x: Tensor): Tensor {
  return ops.mean(x, range(0, x.shape.length), false);
}

function maxOfAll(ops: Ops, x: Tensor): Tensor {
  return ops.max(x, range(0, x.shape.length), false);
}
