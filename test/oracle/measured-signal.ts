import path from 'node:path';
import type { Layer } from '../../core/graph/graph.ts';
import type { LayerPrediction } from '../../core/signal/signal.ts';
import type { Analyzer } from '../../server/workspace/analysis.ts';
import type { PlainArguments } from '../../server/workspace/construct.ts';

/* The prediction, read from a source file, against what PyTorch's hooks measure of the same source (`measure.py`). */

export const quantities = ['rms', 'inputStd', 'activationGradient', 'weightGradient'] as const;
export type Quantity = (typeof quantities)[number];

/** How to read a model, and what was measured of it: a line of what `families_truth.py` prints. */
export interface MeasuredModel {
  readonly name: string;
  readonly family: string;
  readonly symbol: string;
  /** From this folder. */
  readonly path: string;
  readonly arguments: PlainArguments;
  readonly inputs: readonly (readonly (number | null)[])[];
  /** How many networks of this class, each with a batch of its own, were averaged. */
  readonly seeds: number;
  readonly loss: number;
  /** Its relative standard error. */
  readonly lossError?: number;
  readonly layers: readonly MeasuredCall[];
}

/** A module's call: mean squares over seeds, each with its relative standard error. */
type MeasuredCall = readonly [
  name: string,
  call: number,
  squares: { readonly [K in Quantity]?: readonly [square: number, error: number] },
  dead: number | null,
  saturated: number | null,
];

export interface SignalScore {
  /** Predicted over measured, in decades, per quantity. */
  readonly errors: { readonly [K in Quantity]: readonly SignalError[] };
  /** What was measured but not predicted. */
  readonly unmatched: { readonly [K in Quantity]: number };
  /** Predicted less measured shares of dead and saturated units. */
  readonly dead: readonly number[];
  readonly saturated: readonly number[];
  /** Expected loss over measured, less 1; `null` where nothing is expected. */
  readonly loss: number | null;
  /** Relative standard error of the measured loss, where it is known. */
  readonly lossSharpness: number | null;
}

export interface SignalError {
  readonly layer: string;
  readonly decades: number;
  /** Standard error of the truth, in decades. */
  readonly sharpness: number;
  readonly predicted: number;
  readonly measured: number;
}

/** Rounding noise of the truth: exact zeros there. */
const noise = 1e-26;

/** Analyzes the source as `initscope inspect FILE:SYMBOL --args … --input …` does, and compares layer by layer. */
export function scoreSignal(analyzer: Analyzer, model: MeasuredModel): SignalScore {
  const { symbol, inputs } = model;
  const source = path.resolve(import.meta.dirname, model.path);
  const analysis = analyzer.analyze(source, { symbol, arguments: model.arguments, inputs });
  const root = analysis.models[0];
  const errors: Record<Quantity, SignalError[]> = { rms: [], inputStd: [], activationGradient: [], weightGradient: [] };
  const unmatched: Record<Quantity, number> = { rms: 0, inputStd: 0, activationGradient: 0, weightGradient: 0 };
  const dead: number[] = [];
  const saturated: number[] = [];
  const layers = new Map(root?.graph.layers.filter(({ isModule }) => isModule).map((layer) => [layer.name, layer]));
  for (const [name, call, squares, deadShare, saturatedShare] of model.layers) {
    const layer = call === 0 ? name : `${name}_${call}`;
    const predicted = figuresOf(layers.get(layer), root?.prediction.layers);
    for (const quantity of quantities) {
      const truth = squares[quantity];
      if (truth === undefined) continue;
      const value = predicted?.[quantity] ?? null;
      if (value === null) unmatched[quantity]++;
      else errors[quantity].push(...errorOf(layer, value, truth));
    }
    const signal = predicted?.signal;
    if (deadShare !== null && typeof signal?.deadFraction === 'number') dead.push(signal.deadFraction - deadShare);
    if (saturatedShare !== null && typeof signal?.saturatedFraction === 'number')
      saturated.push(signal.saturatedFraction - saturatedShare);
  }
  const expected = root?.prediction.loss.expected ?? null;
  const loss = expected === null ? null : expected / model.loss - 1;
  return { errors, unmatched, dead, saturated, loss, lossSharpness: model.lossError ?? null };
}

function figuresOf(layer: Layer | undefined, predictions: ReadonlyMap<number, LayerPrediction> | undefined) {
  const prediction = layer === undefined ? undefined : predictions?.get(layer.id);
  if (prediction === undefined) return null;
  const { signal, gradient } = prediction;
  return {
    signal,
    rms: signal.rms,
    inputStd: signal.inputStd,
    activationGradient: gradient.activationRms,
    weightGradient: gradient.weightRms,
  };
}

/** No row where both sides have nothing: what a normalization takes away, a head of zeros. */
function errorOf(layer: string, predicted: number, [square, error]: readonly [number, number]): readonly SignalError[] {
  const measured = Math.sqrt(square);
  if (square < noise && predicted < Math.sqrt(noise)) return [];
  const decades = Math.log10(Math.max(predicted, 1e-300)) - Math.log10(Math.max(measured, 1e-300));
  return [{ layer, decades, sharpness: Math.log10(1 + error) / 2, predicted, measured }];
}

/** Goals of an error pooled over all models: the median and the 95th percentile of decades, the 95th percentile of the others. */
export const goals = { median: 0.03, tail: 0.2, dead: 0.03, saturated: 0.03, loss: 0.03 } as const;

/** What is above its goal, in words. */
export function overGoals(scores: readonly SignalScore[]): readonly string[] {
  const pool = <T>(of: (score: SignalScore) => readonly T[]) => scores.flatMap(of);
  const figures = [
    ...quantities.flatMap((quantity): [string, number, number][] => {
      const decades = pool(({ errors }) => errors[quantity].map((error) => error.decades));
      return [
        [`median of ${quantity}`, quantile(decades, 0.5), goals.median],
        [`95th percentile of ${quantity}`, quantile(decades, 0.95), goals.tail],
      ];
    }),
    [
      '95th percentile of dead',
      quantile(
        pool(({ dead }) => dead),
        0.95,
      ),
      goals.dead,
    ],
    [
      '95th percentile of saturated',
      quantile(
        pool(({ saturated }) => saturated),
        0.95,
      ),
      goals.saturated,
    ],
    [
      '95th percentile of loss',
      quantile(
        pool(({ loss }) => (loss === null ? [] : [loss])),
        0.95,
      ),
      goals.loss,
    ],
  ] as const;
  return figures.flatMap(([name, value, goal]) =>
    value <= goal ? [] : [`${name}: ${value.toFixed(3)}, goal ${goal}`],
  );
}

/** Of absolute values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
