import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { channelsOf, type Field, merge, positionsOf } from '../field.ts';
import { type Contribution, total, zeroGradient } from '../gradient.ts';
import { atZero, combine, mapKernel, multiplyKernels, pairSum, scaleKernel } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Moments, Site, Transfer, WeightMoments } from '../site.ts';
import { mixBackward, mixForward, splitOf, type TokenMix } from '../token-mix.ts';
import { partedWindows, windowing } from '../token-window.ts';

type Attention = Extract<Op, { kind: 'attention' }>;
type DotProduct = Extract<Op, { kind: 'dotProductAttention' }>;

/** Multi-head attention with its projections: at initialization close to an average over tokens. */
export const attention: Transfer<Attention> = {
  forward(site, inputs) {
    const parts = project(site, inputs);
    if (parts === null) return null;
    const { mix, values, output, outputBias, width, place } = parts;
    return { ...place, segments: [linear(mixed(mix, values), output, outputBias, width)] };
  },
  backward(site, inputs, _output, gradient) {
    const parts = project(site, inputs);
    if (parts === null) return { inputs: inputs.map(() => null), weight: null };
    const { mix, values, place, source, asking, asked } = parts;
    const { query, key, value, output } = { ...parts };
    if (query.backward === null || key.backward === null || value.backward === null || output.backward === null)
      return { inputs: inputs.map(() => null), weight: null };
    const above = total(gradient[0] ?? []);
    const back = mixBackward(mix, scaled(above, output.backward));
    const { batch } = site;
    const weight =
      weightSquare(batch, mixed(mix, values), above, place) +
      weightSquare(batch, asking, back.query, place) +
      weightSquare(batch, asked, back.key, source) +
      weightSquare(batch, asked, back.value, source);
    const toAsking = scaled(back.query, query.backward);
    const toAsked = total([scaled(back.key, key.backward), scaled(back.value, value.backward)]);
    const last = Math.max(inputs.length - 1, 0);
    return {
      inputs: inputs.map((input, i) => {
        const parts = [...(i === 0 ? [toAsking] : []), ...(i === last ? [toAsked] : [])];
        return input.segments.map(() => (parts.length === 0 ? (zeroGradient(1)[0] ?? []) : parts));
      }),
      weight: weight / 4,
    };
  },
};

/** Softmax(Q Kᵀ / √d) V of three inputs. */
export const dotProductAttention: Transfer<DotProduct> = {
  forward(site, inputs) {
    const [query, , value] = inputs;
    const mix = given(site, inputs);
    return mix === null || query === undefined || value === undefined
      ? null
      : { ...query, channelAxis: channelAxisOf(site, query), segments: [mixed(mix, merge(value))] };
  },
  backward(site, inputs, _output, gradient) {
    const mix = given(site, inputs);
    if (mix === null) return { inputs: inputs.map(() => null) };
    const back = mixBackward(mix, total(gradient[0] ?? []));
    // A score's gradient is a sum over the values' width, and it goes to queries and keys of another.
    const [width, told] = [site.inputShapes[0]?.at(-1), site.inputShapes[2]?.at(-1)];
    const ratio = isKnown(width) && isKnown(told) ? told / width : 1;
    const parts = [scaled(back.query, ratio), scaled(back.key, ratio), back.value];
    return {
      inputs: inputs.map((input, i) => {
        const part = parts[i];
        if (part === undefined) return zeroGradient(input.segments.length);
        const readers = headsPer(site, i);
        return input.segments.map(() => [readers === 1 ? part : scaled(part, readers)]);
      }),
    };
  },
};

/** Heads of queries that read one head of keys or values: their gradients add up. */
function headsPer({ inputShapes }: Site<DotProduct>, input: number): number {
  const [heads, own] = [inputShapes[0]?.at(-3), inputShapes[input]?.at(-3)];
  return isKnown(heads) && own === 1 ? heads : 1;
}

/** Its own axis for the width, where it stands for products of matrices. */
function channelAxisOf({ layer, attention }: Site<DotProduct>, query: Field): number {
  return attention === undefined ? query.channelAxis : (layer.outputShape?.length ?? query.channelAxis + 1) - 1;
}

interface Projected {
  readonly mix: TokenMix;
  /** What queries, and what keys and values are made of. */
  readonly asking: Segment;
  readonly asked: Segment;
  readonly place: Field;
  readonly source: Field;
  readonly values: Segment;
  readonly width: number | null;
  readonly query: WeightMoments;
  readonly key: WeightMoments;
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
  const [asking, asked] = [merge(place), merge(source)];
  const weight = (role: string) => site.weight(packed ? 'inProjection' : role, fans, atZero(asked.total));
  const bias = (role: string) => site.moments(packed ? 'inProjectionBias' : `${role}Bias`) ?? { mean: 0, second: 0 };
  const [query, key, value] = [weight('query'), weight('key'), weight('value')];
  const output = site.weight('output', fans, atZero(asked.total));
  if (query === null || key === null || value === null || output === null) return null;
  const values = linear(asked, value, bias('value'), width);
  const segments = [
    linear(asking, query, bias('query'), width),
    linear(asked, key, bias('key'), width),
    values,
  ] as const;
  return {
    mix: mixOf(place, source, segments, site.op.causal, site.op.dropout),
    ...{ asking, asked, place, source, values, width, query, key, value, output },
    outputBias: site.moments('outputBias') ?? { mean: 0, second: 0 },
  };
}

function given(site: Site<DotProduct>, inputs: readonly Field[]): TokenMix | null {
  const [query, key, value] = inputs;
  if (query === undefined || key === undefined || value === undefined) return null;
  const { op, attention } = site;
  const segments = [merge(query), merge(key), merge(value)] as const;
  if (attention === undefined) return mixOf(query, value, segments, op.causal, 0);
  const { sharpness, bias, isMasked, causal, dropped, window } = attention();
  const whole = mixOf(query, value, segments, causal, 0);
  const isAlone = window === null || positionsOf(query) === 1;
  const windows = isAlone ? null : windowing(query.size, window);
  const groups = isAlone ? null : partedWindows(query.size, window);
  const isWhole =
    window === null ? seesAll(site, query, key) : window.length[0] * window.length[1] === positionsOf(value);
  // Tokens in an order that could not be followed, or a mask of which nothing is known.
  if (sharpness === null || bias === null || (windows === null && !isWhole) || (isMasked && groups === null))
    return null;
  // The order of tokens within windows is not that of the mask.
  if (causal && windows !== null) return null;
  const seen = { ...whole, sharpness, bias, dropped, ...(isMasked && groups !== null ? { groups } : {}) };
  if (windows === null) return seen;
  const [asking, asked, told] = segments;
  return {
    ...seen,
    windows,
    tokens: windows.size[0] * windows.size[1],
    query: splitOf(asking, query.size, windows),
    key: splitOf(asked, key.size, windows),
    value: splitOf(told, value.size, windows),
    values: told,
  };
}

/** As many tokens as there are positions, in whatever order; or one of them alone. */
function seesAll({ inputShapes }: Site<DotProduct>, ...fields: readonly Field[]): boolean {
  return fields.every((field, i) => {
    const tokens = inputShapes[i]?.at(-2);
    return !isKnown(tokens) || tokens === positionsOf(field) || positionsOf(field) === 1;
  });
}

function mixOf(
  place: Field,
  source: Field,
  [query, key, value]: readonly [query: Segment, key: Segment, value: Segment],
  causal: boolean,
  dropped: number,
): TokenMix {
  return {
    size: place.size,
    tokens: positionsOf(source),
    // A mask between two sequences of different lengths hides padding, not the future.
    causal: causal && positionsOf(source) === positionsOf(place),
    dropped,
    query: splitOf(query, place.size),
    key: splitOf(key, source.size),
    value: splitOf(value, source.size),
    ...(value.channels === null ? {} : { width: value.channels }),
  };
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

function mixed(mix: TokenMix, values: Segment): Segment {
  const { channels, mean, coherence, varyingCoherence } = values;
  return { channels, mean, coherence, varyingCoherence, ...mixForward(mix) };
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
