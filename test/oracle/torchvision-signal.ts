import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Analyzer } from '../../server/workspace/analysis.ts';
import { systemPython } from '../system.ts';
import { createCollection } from './collection.ts';
import { type LayerTruth, type MeasuredModel, type Quantity, quantities, type SignalTruth } from './signal-truth.ts';

/* The predicted signal and gradient of torchvision's classification models against PyTorch's hooks. */

const script = path.join(import.meta.dirname, 'signal_truth.py');

/** By `NAME@SEED`. All seeds of all models take three minutes on an H200; on a processor one seed of each takes an hour or more. */
export const measuredSignals = createCollection<MeasuredModel>(
  script,
  (args) => execFileSync(systemPython, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  { keepForever: true },
);

/** Normalized nets repeat to 0.01 decades from seed to seed; one draw of an un-normalized one scatters by up to 0.2. */
export function seedsOf(name: string): number {
  return /^(alexnet|squeezenet|vgg\d+$)/.test(name) ? 12 : 8;
}

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
  /** The same between single seeds and their mean; `null` where nothing is measured. */
  readonly spread: number | null;
}

/** Every layer of a model against the node of that name. `root`: the folder that torchvision lies in. */
export function compareSignal(analyzer: Analyzer, root: string, truth: SignalTruth): readonly Comparison[] {
  const { models } = analyzer.analyze(path.join(root, truth.path), {
    symbol: truth.symbol,
    arguments: truth.arguments,
    inputs: [truth.input],
  });
  const ids = new Map(models[0]?.graph.layers.flatMap(({ name, id, isModule }) => (isModule ? [[name, id]] : [])));
  const { graph, prediction } = models[0] ?? {};
  // A module may hand its weight to a function that is no module.
  const weights = new Map(graph?.parameters.map(({ name, id }) => [name, id]));
  const holders = new Map(
    graph?.layers.flatMap(({ id, parameters }) => Object.values(parameters).map((one) => [one, id])),
  );
  const usual = usualOf(truth.layers);
  return truth.layers.flatMap(({ name, type, values, spread }) => {
    const { signal, gradient } = prediction?.layers.get(ids.get(name) ?? -1) ?? {};
    const holding = prediction?.layers.get(holders.get(weights.get(`${name}.weight`) ?? -1) ?? -1);
    const ours: Record<Quantity, number | null> = {
      square: signal?.rms ?? null,
      variance: signal?.inputStd ?? null,
      gradient: gradient?.activationRms ?? null,
      weight: holding?.gradient.weightRms ?? null,
    };
    return quantities.flatMap((quantity): Comparison[] => {
      const square = values[quantity];
      if (square === null) return [];
      const measured = Math.sqrt(square);
      const own = ours[quantity];
      const least = usual(type, quantity);
      const bothZero = own !== null && own <= zero * least && measured <= noise * least;
      return [
        {
          ...{ layer: name, type, quantity, measured, predicted: own },
          error: own === null || bothZero ? null : Math.abs(Math.log10(own) - Math.log10(measured)),
          spread: bothZero ? null : spread[quantity],
        },
      ];
    });
  });
}

/** Below this share of the median of a model's layers of a type a prediction is zero, and a measured value what rounding leaves. */
const zero = 1e-3;
const noise = 1e-2;

function usualOf(layers: readonly LayerTruth[]): (type: string, quantity: Quantity) => number {
  const known = new Map<string, number>();
  return (type, quantity) => {
    const key = `${type} ${quantity}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const alike = layers.filter((layer) => layer.type === type).map(({ values }) => values[quantity]);
    const median = Math.sqrt(
      quantile(
        alike.filter((value) => value !== null),
        0.5,
      ),
    );
    known.set(key, median);
    return median;
  };
}

/** 0 where there are no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? 0;
}
