import type { Layer, ModelGraph } from '../graph/graph.ts';
import { isKnown } from '../graph/shape.ts';
import { dualOf } from './dual.ts';
import { type Field, mapSegments, merge } from './field.ts';
import { atZero, type Kernel, mapKernel } from './kernel.ts';
import { meanSquare } from './segment.ts';
import type { Site } from './site.ts';

/*
 * Where the table of embeddings is also the head, the logit of the token that was read is no random sum: the residual stream still
 * carries that token's own row, and the head multiplies it with itself. What goes back carries the row too.
 */

/** A table that is read and is a head. */
export interface TiedTable {
  /** Parameter id. */
  readonly parameter: number;
  readonly tokens: number;
  readonly width: number;
  /** Variance of its elements. */
  readonly second: number;
}

/** What of a tensor comes from rows of tables. */
export interface Carried {
  /** x = own · row + what is independent of it, of the tied table's row of the token that was read there; 0 behind other layers. */
  readonly own: number;
  /** Second moments of what goes linearly with that row, and with a row that the position has for every input. */
  readonly token: number;
  readonly place: number;
}

/** Where two layers of a graph are an embedding and a head of one table; `null` where none are. */
export function tiedTable(graph: ModelGraph, sites: ReadonlyMap<number, Site>): TiedTable | null {
  const heads = new Set(graph.layers.flatMap(({ op, parameters }) => (op.kind === 'dense' ? [parameters.weight] : [])));
  for (const { id, op, parameters } of graph.layers) {
    const { weight } = parameters;
    if (op.kind !== 'embedding' || weight === undefined || !heads.has(weight)) continue;
    const moments = sites.get(id)?.moments('weight');
    if (moments === null || moments === undefined || !isKnown(op.vocabulary) || !isKnown(op.width)) continue;
    const { mean, second } = moments;
    return { parameter: weight, tokens: op.vocabulary, width: op.width, second: second - mean * mean };
  }
  return null;
}

/** What a layer's output carries, from what its inputs do. */
export function carriedBy(
  table: TiedTable,
  { layer, op, ...site }: Site,
  fields: readonly Field[],
  inputs: readonly (Carried | null)[],
): Carried | null {
  const [input] = fields;
  const [before = null] = inputs;
  switch (op.kind) {
    case 'embedding': {
      if (!site.readsFixed)
        return layer.parameters.weight === table.parameter ? { own: 1, token: table.second, place: 0 } : null;
      const moments = site.moments('weight');
      return moments === null || moments === undefined
        ? null
        : { own: 0, token: 0, place: moments.second - moments.mean ** 2 };
    }
    case 'add': {
      const sum = (of: (part: Carried) => number) =>
        inputs.reduce((total, part) => total + (part === null ? 0 : of(part)), 0);
      return { own: sum(({ own }) => own), token: sum(({ token }) => token), place: sum(({ place }) => place) };
    }
    case 'dropout':
      return before;
    case 'affine':
      return scaled(before, op.factor);
    case 'scale':
      return scaled(before, site.moments('scale')?.mean ?? null);
    case 'layerNorm':
    case 'rmsNorm':
      return input === undefined ? null : scaled(before, normFactor({ op, ...site }, input));
    case 'dense': {
      const weight = site.weight('weight', { fanIn: inFeatures(op), fanOut: null }, secondOf(input));
      return weight === null || weight.forward === null ? null : through(before, weight.forward);
    }
    case 'activation':
      return input === undefined ? null : through(before, meanSlope(op, input) ** 2);
    default:
      return null;
  }
}

function scaled(before: Carried | null, factor: number | null): Carried | null {
  if (before === null || factor === null) return null;
  return { ...through(before, factor * factor), own: before.own * factor };
}

function through(before: Carried, factor: number): Carried;
function through(before: Carried | null, factor: number): Carried | null;
function through(before: Carried | null, factor: number): Carried | null {
  return before && { own: 0, token: before.token * factor, place: before.place * factor };
}

/** On what is normalized; a layer norm takes a row's own mean away too. */
export function normFactor({ op, moments }: Pick<Site, 'op' | 'moments'>, input: Field): number | null {
  if (op.kind !== 'layerNorm' && op.kind !== 'rmsNorm') return null;
  const gain = moments('gain');
  const { mean, total, coherence, channels } = merge(input);
  const second = atZero(total);
  const taken = op.kind === 'layerNorm' ? meanSquare(second, coherence, channels) : 0;
  const variance = Math.max(second - taken, 0);
  const left = op.kind === 'layerNorm' && second > mean * mean ? variance / (second - mean * mean) : 1;
  return gain === null ? null : ((gain?.mean ?? 1) * left) / Math.sqrt(variance + op.epsilon);
}

/** E f'. */
export function meanSlope(op: Extract<Site['op'], { kind: 'activation' }>, input: Field): number {
  const { mean, total } = merge(input);
  return dualOf(op.fn, op.parameter, mean, Math.max(atZero(total) - mean * mean, 0)).slopeMean;
}

function inFeatures(op: Extract<Site['op'], { kind: 'dense' }>): number | null {
  return isKnown(op.inFeatures) ? op.inFeatures : null;
}

function secondOf(field: Field | undefined): number {
  return field === undefined ? 0 : atZero(merge(field).total);
}

/** What a tied head makes of the row that its input carries. */
export interface OwnLogit {
  /** Mean logit of the token that was read. */
  readonly logit: number;
  /** The input's coefficient on the row, and E of a squared element of it. */
  readonly coefficient: number;
  readonly second: number;
}

/** `null` where the layer is no head of the table, or its input has lost the row. */
export function ownLogit(table: TiedTable, head: Layer, input: Carried | null): OwnLogit | null {
  if (head.op.kind !== 'dense' || head.parameters.weight !== table.parameter || input === null || input.own === 0)
    return null;
  return { logit: input.own * table.width * table.second, coefficient: input.own, second: table.second };
}

/** One logit of every position is higher than a random sum: that of a token which another position has as seldom as any other. */
export function withOwnLogit(output: Field, { logit }: OwnLogit, { tokens }: TiedTable): Field {
  const more = (kernel: Kernel, elsewhere: number) => {
    const raised = mapKernel(kernel, (k) => k + (logit * logit * elsewhere) / tokens);
    raised.data[0] = atZero(kernel) + (logit * logit * (1 - 1 / tokens + elsewhere)) / tokens;
    return raised;
  };
  return mapSegments(output, (segment) => ({
    ...segment,
    mean: segment.mean + logit / tokens,
    total: more(segment.total, 1 / tokens),
    varying: more(segment.varying, 0),
  }));
}
