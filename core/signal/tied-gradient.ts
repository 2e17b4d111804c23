import { isKnown } from '../graph/shape.ts';
import { type Field, merge, positionsOf } from './field.ts';
import type { Gradient } from './gradient.ts';
import { atZero, diagonalKernel, type Kernel, mapKernel, scaleKernel, subtractKernels } from './kernel.ts';
import { sharedOf } from './segment.ts';
import type { Site } from './site.ts';
import { type Carried, meanSlope, normFactor, type TiedTable } from './tied-tokens.ts';

/*
 * A tied head's gradient carries the row of the token that was read, and what reaches a layer's input carries it too. Over the batch
 * the two go together: independent gradients and values would add up to sqrt(N), these to N.
 */

/** What of the gradient of a layer's output comes from rows of tables, as `Carried` of the signal. */
export interface CarriedBack extends Carried {
  /** A normalization has taken away what is along the signal. */
  readonly isProjected: boolean;
}

/** Of the head's input: `share` is the expected probability of the token that was read; the loss is a mean over positions. */
export function carriedToHead(table: TiedTable, share: number, batch: number, output: Field): CarriedBack {
  const own = share / (batch * positionsOf(output));
  return { own, token: own * own * table.second, place: 0, isProjected: false };
}

/** What goes below a layer. */
export interface TiedBack {
  readonly inputs: CarriedBack | null;
  /** Added to the gradient of the first input. */
  readonly extra: Gradient | null;
  /** Added to the mean square of the weights' gradient. */
  readonly weight: number;
}

const nothing: TiedBack = { inputs: null, extra: null, weight: 0 };

/** A layer and what it is given. */
interface Step {
  readonly site: Site;
  readonly inputs: readonly Field[];
  readonly output: Field;
  /** Of the first input. */
  readonly carried: Carried | null;
}

/** `toHead` is the coefficient on a row with which the head's own gradient has it. */
export function tiedBack(table: TiedTable, step: Step, back: CarriedBack, toHead: number): TiedBack {
  const { site, output } = step;
  const { op, layer } = site;
  const [input] = step.inputs;
  switch (op.kind) {
    case 'add':
    case 'dropout':
      return { ...nothing, inputs: back };
    case 'affine':
      return { ...nothing, inputs: times(back, op.factor) };
    case 'layerNorm':
    case 'rmsNorm':
      return input === undefined || back.own === 0 ? nothing : belowNorm(table, step, input, back);
    case 'activation':
      return input === undefined ? nothing : { ...nothing, inputs: through(back, meanSlope(op, input) ** 2) };
    case 'dense':
      return input === undefined ? nothing : belowDense(table, step, input, back);
    case 'embedding':
      return layer.parameters.weight === table.parameter && !site.readsFixed
        ? { ...nothing, weight: ofTable(table, site.batch * positionsOf(output), back, toHead) }
        : nothing;
    default:
      return nothing;
  }
}

function through(back: CarriedBack, factor: number): CarriedBack {
  return { own: 0, token: back.token * factor, place: back.place * factor, isProjected: back.isProjected };
}

function times(back: CarriedBack, factor: number): CarriedBack {
  return { ...through(back, factor * factor), own: back.own * factor };
}

/**
 * Of g = a r + noise and a standardized x = c r + rest, the norm takes away a c E r^2 x: of the row a (1 - c^2 E r^2) is left, and what
 * positions have in common in x is in the gradient too.
 */
function belowNorm(table: TiedTable, { site, carried }: Step, input: Field, back: CarriedBack): TiedBack {
  const gain = normFactor(site, input);
  if (gain === null) return nothing;
  if (back.isProjected || carried === null || carried.own === 0) return { ...nothing, inputs: times(back, gain) };
  const segment = merge(input);
  const variance = atZero(segment.total) - segment.mean ** 2;
  const ofOutput = site.moments('gain')?.mean ?? 1;
  if (variance <= 0 || ofOutput === 0) return nothing;
  const row = (carried.own * gain) / ofOutput;
  const share = row * row * table.second;
  const taken = (back.own * gain * row * table.second) ** 2;
  const standard = (kernel: Kernel) => mapKernel(kernel, (k) => (k - segment.mean ** 2) / variance);
  const shared = standard(sharedOf(segment));
  // Another position's token is one with this one's as often as with its label, whose row the gradient has with the other sign.
  const meets = diagonalKernel(input.size, 2 * (1 - 1 / table.tokens));
  const own = back.own * gain * (1 - share);
  return {
    inputs: {
      own,
      token: own * own * table.second,
      place: taken * Math.max(atZero(shared) - share / table.tokens, 0),
      isProjected: true,
    },
    extra: input.segments.map(() => [
      {
        total: scaleKernel(subtractKernels(standard(segment.total), meets), taken),
        shared: scaleKernel(shared, taken),
        coherence: 0,
      },
    ]),
    weight: 0,
  };
}

/**
 * Sum over pairs of positions of (g g') (x x') beyond the product of the two means. Of one token they are in both; of two tokens
 * (r r')^2 of rows of width d is E^2 r^2 / d.
 */
function belowDense(table: TiedTable, { site, carried }: Step, input: Field, back: CarriedBack): TiedBack {
  const { op } = site;
  if (op.kind !== 'dense') return nothing;
  const fanOut = isKnown(op.outFeatures) ? op.outFeatures : null;
  const weight = site.weight('weight', { fanIn: null, fanOut }, atZero(merge(input).total));
  const count = site.batch * positionsOf(input);
  const { token, place } = carried ?? { token: 0, place: 0 };
  const pairs = back.token * token * (1 / table.tokens + 1 / table.width) + (back.place * place) / table.width;
  return {
    inputs: weight === null || weight.backward === null ? null : through(back, weight.backward),
    extra: null,
    weight: count * count * pairs,
  };
}

/** Every reading of a row adds the same multiple of it, which the head's gradient has of it as well. */
function ofTable(table: TiedTable, positions: number, back: CarriedBack, toHead: number): number {
  const own = (positions / table.tokens) * back.own;
  return (own * own + 2 * own * toHead) * table.second;
}
