import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Prediction } from '../../core/signal/signal.ts';
import { systemPython } from '../system.ts';
import { createCollection } from './collection.ts';

/* The predicted signal and gradient of torchvision's classification models against PyTorch's hooks. */

/** A model with one seed, as `signal_truth.py` measures it. */
export interface MeasuredModel {
  readonly name: string;
  readonly seed: number;
  readonly symbol: string;
  readonly path: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly input: readonly number[];
  readonly loss: number;
  readonly layers: readonly MeasuredLayer[];
}

/** One call of a module. Second moments, so that seeds can be averaged. */
interface MeasuredLayer {
  readonly name: string;
  readonly type: string;
  readonly square: number;
  readonly variance: number;
  readonly gradient: number;
  readonly weight: number | null;
}

const script = path.join(import.meta.dirname, 'signal_truth.py');

/** By `NAME@SEED`. One seed of all models takes about an hour. */
export const measuredSignals = createCollection<MeasuredModel>(
  script,
  (args) => execFileSync(systemPython, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  { keepForever: true },
);

/** Normalized nets repeat to 0.01 decades from seed to seed; one draw of an un-normalized one scatters by up to 0.2. */
export function seedsOf(name: string): number {
  return /^(alexnet|squeezenet|vgg\d+$)/.test(name) ? 12 : 3;
}

export const quantities = ['square', 'variance', 'gradient', 'weight'] as const;
export type Quantity = (typeof quantities)[number];

/** One number of one layer. */
export interface Comparison {
  readonly layer: string;
  readonly type: string;
  readonly quantity: Quantity;
  readonly measured: number;
  /** `null`: not known to us. */
  readonly predicted: number | null;
  /** |log10 predicted - log10 measured|; `null` where nothing is predicted or both are zero. */
  readonly error: number | null;
  /** The same between single seeds and their mean. */
  readonly spread: readonly number[];
}

/** Every layer of a model, its seeds averaged, against the node of that name. */
export function compareSignal(
  graph: ModelGraph | undefined,
  prediction: Prediction | undefined,
  seeds: readonly MeasuredModel[],
): readonly Comparison[] {
  const ours = new Map<string, ReturnType<typeof predictedOf>>();
  for (const layer of graph?.layers ?? []) {
    if (layer.isModule) ours.set(layer.name, predictedOf(prediction, layer.id));
  }
  const measured = new Map(quantities.map((quantity) => [quantity, averages(seeds, quantity)]));
  return (seeds[0]?.layers ?? []).flatMap((layer, index) =>
    quantities.flatMap((quantity): Comparison[] => {
      const all = measured.get(quantity) ?? [];
      const mean = all[index] ?? null;
      if (mean === null) return [];
      const predicted = ours.get(layer.name)?.[quantity] ?? null;
      const alike = all.filter((value, i) => value !== null && seeds[0]?.layers[i]?.type === layer.type);
      const usual = median(alike.filter((value) => value !== null));
      const bothZero = predicted !== null && predicted <= zero * usual && mean <= noise * usual;
      const singles = seeds.map((seed) => Math.sqrt(seed.layers[index]?.[quantity] ?? Number.NaN));
      return [
        {
          layer: layer.name,
          type: layer.type,
          quantity,
          measured: mean,
          predicted,
          error: predicted === null || bothZero ? null : decades(predicted, mean),
          spread: bothZero || seeds.length < 2 ? [] : singles.map((single) => decades(single, mean)),
        },
      ];
    }),
  );
}

/** Below this share of the median of a model's layers of a type a prediction is zero, and a measured value what rounding leaves. */
const zero = 1e-3;
const noise = 1e-2;

function predictedOf(prediction: Prediction | undefined, id: number): Record<Quantity, number | null> {
  const { signal, gradient } = prediction?.layers.get(id) ?? {};
  return {
    square: signal?.rms ?? null,
    variance: signal?.inputStd ?? null,
    gradient: gradient?.activationRms ?? null,
    weight: gradient?.weightRms ?? null,
  };
}

/** Root of the mean over seeds, per layer; `null` where there is no such quantity. */
function averages(seeds: readonly MeasuredModel[], quantity: Quantity): readonly (number | null)[] {
  return (seeds[0]?.layers ?? []).map((first, index) => {
    if (first[quantity] === null) return null;
    const sum = seeds.reduce((total, seed) => total + (seed.layers[index]?.[quantity] ?? 0), 0);
    return Math.sqrt(sum / seeds.length);
  });
}

function decades(a: number, b: number): number {
  return Math.abs(Math.log10(a) - Math.log10(b));
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** 0 where there are no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? 0;
}
