import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { channelsOf, type Field, merge, positionsOf, type Segment } from '../field.ts';
import { type Contribution, type Gradient, total, zeroGradient } from '../gradient.ts';
import {
  atZero,
  combine,
  diagonalKernel,
  type Kernel,
  mapKernel,
  multiplyKernels,
  pairMean,
  pairSum,
  scaleKernel,
} from '../kernel.ts';
import type { Moments, Site, Transfer, WeightMoments } from '../site.ts';
import { softmaxSquares } from '../softmax-sums.ts';

type Attention = Extract<Op, { kind: 'attention' }>;
type DotProduct = Extract<Op, { kind: 'dotProductAttention' }>;

/** Multi-head attention with its projections: at initialization close to an average over tokens. */
export const attention: Transfer<Attention> = {
  forward(site, inputs) {
    const parts = project(site, inputs);
    if (parts === null) return null;
    const mixed = mix(parts);
    return { ...parts.place, segments: [linear(mixed, parts.output, parts.outputBias, parts.width)] };
  },
  backward(site, inputs, _output, gradient) {
    const parts = project(site, inputs);
    if (parts === null || parts.output.backward === null || parts.value.backward === null) {
      return { inputs: inputs.map(() => null), weight: null };
    }
    const above = total(gradient[0] ?? []);
    const { batch } = site;
    const outputWeight = weightSquare(batch, mix(parts), above, parts.place);
    const beforeOutput = scaled(above, parts.output.backward);
    const toValues = throughMix(beforeOutput, parts);
    const valueWeight = weightSquare(batch, parts.input, toValues, parts.place);
    const below: Gradient = [[scaled(toValues, parts.value.backward)]];
    const last = Math.max(inputs.length - 1, 0);
    return {
      // Queries and keys only shift the attention: next to nothing at initialization.
      inputs: inputs.map((input, i) =>
        i === last ? input.segments.map(() => below[0] ?? []) : zeroGradient(input.segments.length),
      ),
      weight: (outputWeight + valueWeight) / 4,
    };
  },
};

/** Softmax(Q Kᵀ / √d) V of three inputs. */
export const dotProductAttention: Transfer<DotProduct> = {
  forward(site, inputs) {
    const parts = given(site, inputs);
    return parts === null ? null : { ...parts.place, segments: [mix(parts)] };
  },
  backward(site, inputs, _output, gradient) {
    const parts = given(site, inputs);
    if (parts === null) return { inputs: inputs.map(() => null) };
    const toValues = throughMix(total(gradient[0] ?? []), parts);
    return {
      inputs: inputs.map((input, i) =>
        i === 2 ? input.segments.map(() => [toValues]) : zeroGradient(input.segments.length),
      ),
    };
  },
};

/** What is averaged, and with which scores. */
interface Mix {
  readonly place: Field;
  readonly tokens: number;
  readonly values: Segment;
  /** Variance of the scores of one query. */
  readonly scores: number;
  /** Correlation of two queries. */
  readonly alike: number;
}

interface Projected extends Mix {
  readonly input: Segment;
  readonly width: number | null;
  readonly value: WeightMoments;
  readonly output: WeightMoments;
  readonly outputBias: Moments;
}

function project(site: Site<Attention>, inputs: readonly Field[]): Projected | null {
  const [place] = inputs;
  const source = inputs[inputs.length - 1];
  if (place === undefined || source === undefined) return null;
  const width = isKnown(site.op.width) ? site.op.width : channelsOf(place);
  const fans = { fanIn: width, fanOut: width };
  const packed = 'inProjection' in site.layer.parameters;
  const input = merge(source);
  const weight = (role: string) => site.weight(packed ? 'inProjection' : role, fans, atZero(input.total));
  const bias = (role: string) => site.moments(packed ? 'inProjectionBias' : `${role}Bias`) ?? { mean: 0, second: 0 };
  const [query, key, value] = [weight('query'), weight('key'), weight('value')];
  const output = site.weight('output', fans, atZero(input.total));
  if (query === null || key === null || value === null || output === null) return null;
  const queries = linear(merge(place), query, bias('query'), width);
  const keys = linear(input, key, bias('key'), width);
  const values = linear(input, value, bias('value'), width);
  return {
    ...mixOf(place, source, queries, keys, values),
    input,
    width,
    value,
    output,
    outputBias: site.moments('outputBias') ?? { mean: 0, second: 0 },
  };
}

function given(_site: Site<DotProduct>, inputs: readonly Field[]): Mix | null {
  const [query, key, value] = inputs;
  if (query === undefined || key === undefined || value === undefined) return null;
  return mixOf(query, value, merge(query), merge(key), merge(value));
}

function mixOf(place: Field, source: Field, queries: Segment, keys: Segment, values: Segment): Mix {
  const own = atZero(queries.total);
  return {
    place: { ...place, segments: [] },
    tokens: positionsOf(source),
    values,
    scores: own * Math.max(atZero(keys.total) - elsewhere(keys.total, source), 0),
    alike: own === 0 ? 1 : Math.min(elsewhere(queries.total, place) / own, 1),
  };
}

/** Mean over pairs of different positions. */
function elsewhere(kernel: Kernel, { size }: Field): number {
  const positions = size[0] * size[1];
  if (positions <= 1) return atZero(kernel);
  return (pairMean(kernel, size) * positions - atZero(kernel)) / (positions - 1);
}

function linear(input: Segment, weight: WeightMoments, bias: Moments, width: number | null): Segment {
  const energy = weight.forward ?? 0;
  return {
    channels: width,
    mean: bias.mean,
    total: mapKernel(input.total, (k) => energy * k + bias.second),
    varying: scaleKernel(input.varying, energy),
    coherence: bias.mean * bias.mean,
    varyingCoherence: 0,
  };
}

/** Values averaged with softmax weights a: E of the sum of a^2 of their own part, and all of what they share. */
function mix({ values, tokens, scores, alike, place }: Mix): Segment {
  const own = softmaxSquares(tokens, scores);
  const pair = softmaxSquares(tokens, scores * Math.max(alike, 0));
  const average = (kernel: Kernel): Kernel => {
    const common = tokens <= 1 ? atZero(kernel) : meanOfOthers(kernel, tokens, place);
    const apart = atZero(kernel) - common;
    return diagonalKernel(place.size, own * apart + common, pair * apart + common);
  };
  return {
    channels: values.channels,
    mean: values.mean,
    total: average(values.total),
    varying: average(values.varying),
    coherence: values.coherence,
    varyingCoherence: values.varyingCoherence,
  };
}

function meanOfOthers(kernel: Kernel, tokens: number, place: Field): number {
  return positionsOf(place) === tokens ? elsewhere(kernel, place) : (kernel.data[kernel.data.length - 1] ?? 0);
}

function throughMix(above: Contribution, parts: Mix): Contribution {
  const { tokens, scores, alike, place } = parts;
  const own = softmaxSquares(tokens, scores);
  const pair = softmaxSquares(tokens, scores * Math.max(alike, 0));
  const queries = positionsOf(place);
  const spread = (kernel: Kernel): Kernel => {
    const mean = elsewhere(kernel, place);
    const self = (queries / tokens) * (own * atZero(kernel) + (queries - 1) * pair * mean);
    const other = (queries / tokens ** 2) * (atZero(kernel) + (queries - 1) * mean);
    return diagonalKernel(place.size, self, other);
  };
  return { total: spread(above.total), shared: spread(above.shared), coherence: 0 };
}

function weightSquare(batch: number, input: Segment, above: Contribution, { size }: Field): number {
  const shared = combine(input.total, input.varying, (k, v) => k - v);
  return (
    batch * pairSum(multiplyKernels(above.total, input.total), size) +
    batch * (batch - 1) * pairSum(multiplyKernels(above.shared, shared), size)
  );
}

function scaled(one: Contribution, factor: number): Contribution {
  return { total: scaleKernel(one.total, factor), shared: scaleKernel(one.shared, factor), coherence: 0 };
}
