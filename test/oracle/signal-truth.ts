import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PlainArguments } from '../../server/workspace/construct.ts';
import { torchvisionRoot } from './torchvision.ts';

/*
 * What was measured of torchvision's classification models, kept in the repository: seeds averaged, four digits. To measure
 * it again takes a large GPU, to compare with it seconds.
 */

export const quantities = ['square', 'variance', 'gradient', 'weight'] as const;
export type Quantity = (typeof quantities)[number];

export interface SignalTruth {
  readonly name: string;
  readonly symbol: string;
  /** From the folder that torchvision lies in. */
  readonly path: string;
  readonly arguments: PlainArguments;
  /** Shape of the standard-normal input, with the batch. */
  readonly input: readonly number[];
  readonly versions: { readonly torch: string; readonly torchvision: string };
  readonly seeds: readonly number[];
  /** Mean over seeds. */
  readonly loss: number;
  readonly layers: readonly LayerTruth[];
}

/** One call of a module. Mean over seeds of: mean square, variance over the batch, mean squares of both gradients. */
export interface LayerTruth {
  readonly name: string;
  readonly type: string;
  readonly values: Readonly<Record<Quantity, number | null>>;
  /** How far a seed is from the mean: root mean square of |log10| of the root over that of the mean. */
  readonly spread: Readonly<Record<Quantity, number | null>>;
}

/** A model with one seed, as `signal_truth.py` measures it. */
export interface MeasuredModel extends Omit<SignalTruth, 'seeds' | 'layers'> {
  readonly seed: number;
  readonly layers: readonly MeasuredLayer[];
}

/** One call of a module. Second moments, so that seeds can be averaged. */
type MeasuredLayer = { readonly name: string; readonly type: string } & { readonly [K in Quantity]: number | null };

const folder = path.join(import.meta.dirname, 'signal-truth');

/** A file per model: a line about all of it, then one per layer. */
type Line = readonly [
  name: string,
  type: string,
  values: readonly (number | null)[],
  spread: readonly (number | null)[],
];

export function signalTruths(): readonly SignalTruth[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => {
      const [head = '', ...lines] = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
      return {
        ...(JSON.parse(head) as Omit<SignalTruth, 'layers'>),
        layers: lines.map((line): LayerTruth => {
          const [name, type, values, spread] = JSON.parse(line) as Line;
          return {
            ...{ name, type },
            values: byQuantity((i) => values[i] ?? null),
            spread: byQuantity((i) => spread[i] ?? null),
          };
        }),
      };
    });
}

/** Writes down what was measured of one model. */
export function keepSignalTruth(measured: readonly MeasuredModel[]): void {
  const [first] = measured;
  if (first === undefined) return;
  const { layers, seed: _, ...model } = first;
  const head = {
    ...model,
    path: path.relative(torchvisionRoot(first), first.path),
    seeds: measured.map(({ seed }) => seed),
    loss: rounded(mean(measured.map(({ loss }) => loss))),
  };
  const lines = layers.map(({ name, type }, index): Line => {
    const values = quantities.map((quantity) => measured.map((one) => one.layers[index]?.[quantity] ?? null));
    const means = values.map((all) => (all.includes(null) ? null : rounded(mean(all.map((value) => value ?? 0)))));
    return [name, type, means, values.map((all, i) => spreadOf(all, means[i] ?? null))];
  });
  mkdirSync(folder, { recursive: true });
  const text = [head, ...lines].map((line) => JSON.stringify(line)).join('\n');
  writeFileSync(path.join(folder, `${first.name}.jsonl`), `${text}\n`);
}

/** Decades between the roots. `null`: no value, or none that is not zero. */
function spreadOf(squares: readonly (number | null)[], of: number | null): number | null {
  if (of === null || of === 0) return null;
  const decades = squares.map((square) => Math.log10((square ?? 0) / of) / 2).filter(Number.isFinite);
  return Number(Math.sqrt(mean(decades.map((one) => one ** 2))).toFixed(3));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function byQuantity<T>(of: (index: number) => T): Record<Quantity, T> {
  const [square, variance, gradient, weight] = [of(0), of(1), of(2), of(3)];
  return { square, variance, gradient, weight };
}
