import type { Op } from '../../graph/op.ts';
import type { Shape } from '../../graph/shape.ts';
import { channelsOf, type Field, mapSegments, merge, positionsOf } from '../field.ts';
import { type Contribution, type Gradient, mapContribution, type TimesValue, total } from '../gradient.ts';
import {
  addKernels,
  affineKernel,
  aligned,
  atZero,
  combine,
  constantKernel,
  diagonalKernel,
  elsewhereOf,
  type Kernel,
  multiplyKernels,
  pairSum,
  type Size,
  scaleKernel,
  zeroEntries,
} from '../kernel.ts';
import { magnitudeOfSum } from '../magnitude.ts';
import { once, type Profile, profileBelow } from '../marginal.ts';
import { mixPlaces, multiplyPlaces, placesTogether } from '../places.ts';
import { mapCovariances, type Segment, sharedOf, spreadOf } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { spreadOfSum } from '../spread.ts';
import { mapKernels } from './axes.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** Sums: independent but for their means. The same tensor twice is twice the tensor. */
export const add: Transfer<OpOf<'add'>> = {
  forward: ({ layer }, inputs) => sum(layer.inputs, inputs, 1),
  backward: sumBackward,
};

export const subtract: Transfer<OpOf<'subtract'>> = {
  forward: ({ layer }, inputs) => sum(layer.inputs, inputs, -1),
  backward: sumBackward,
};

/** Products of independent tensors: a gate, squeeze and excite, an attention mask. */
export const multiply: Transfer<OpOf<'multiply'>> = {
  forward(_site, inputs) {
    const [first, ...rest] = inputs;
    if (first === undefined) return null;
    return rest.reduce<Field>((product, next) => pairwise(product, next, multiplySegments), first);
  },
  backward(_site, inputs, output, gradient) {
    return {
      inputs: inputs.map((input, i) => {
        const others = inputs.filter((_, j) => j !== i);
        const factor = others
          .map(merge)
          .reduce<Segment | null>((a, b) => (a === null ? b : multiplySegments(a, b)), null);
        if (factor === null) return gradient;
        const shared = sharedOf(factor);
        const through = total(gradient.flat());
        const together = placesTogether(through.places, factor.places);
        const times: Contribution = {
          total: scaleKernel(multiplyKernels(through.total, factor.total), together),
          shared: scaleKernel(multiplyKernels(through.shared, shared), together),
          coherence: 0,
          places: multiplyPlaces(through.places, factor.places),
        };
        return broadcastBack(input, output, times);
      }),
    };
  },
};

export const concat: Transfer<OpOf<'concat'>> = {
  forward({ op, inputShapes }, inputs) {
    const [first] = inputs;
    if (first === undefined) return null;
    const rank = inputShapes[0]?.length ?? first.channelAxis + 1;
    const axis = op.axis < 0 ? op.axis + rank : op.axis;
    if (axis === first.channelAxis || axis >= rank || isInsideChannels(axis, first, inputShapes)) {
      return { ...first, segments: inputs.flatMap(({ segments }) => segments) };
    }
    // A single first position (a class token) goes along by itself.
    const parts = (positionsOf(first) === 1 && inputs.length > 1 ? inputs.slice(1) : inputs).map(asList);
    const merged = merge({
      ...first,
      segments: parts.map((part) => ({ ...merge(part), channels: positionsOf(part) })),
    });
    return {
      ...first,
      size: [inputs.reduce((length, input) => length + positionsOf(input), 0), 1],
      segments: [{ ...merged, channels: channelsOf(first) }],
    };
  },
  backward(_site, inputs, output, gradient) {
    let start = 0;
    const along = output.segments.length === inputs.reduce((n, { segments }) => n + segments.length, 0);
    return {
      inputs: inputs.map((input): Gradient => {
        if (!along) return input.segments.map(() => gradient[0] ?? []);
        const end = start + input.segments.length;
        const part = gradient.slice(start, end);
        start = end;
        return part;
      }),
    };
  },
};

/** An axis of its own behind that of the channels, while positions are elsewhere: parts of channels, side by side. */
function isInsideChannels(axis: number, field: Field, shapes: readonly (Shape | null)[]): boolean {
  const isNew = shapes.every((shape) => shape?.length === axis + 1 && shape[axis] === 1);
  return isNew && axis === field.channelAxis + 1 && positionsOf(field) > 1;
}

/** Positions of a map in one row: of two different ones only the mean over all pairs is kept. */
function asList(field: Field): Field {
  return field.size[1] === 1 ? field : laidOut(field, [positionsOf(field), 1]);
}

function laidOut(field: Field, size: Size): Field {
  const inOrder = (kernel: Kernel) => inOtherOrder(kernel, field.size, size);
  return { ...mapSegments(field, (segment) => mapKernels(segment, inOrder)), size };
}

function sum(ids: readonly number[], inputs: readonly Field[], sign: 1 | -1): Field | null {
  let result: Field | null = null;
  const seen = new Set<number>();
  inputs.forEach((input, i) => {
    const id = ids[i] ?? -1;
    if (seen.has(id)) return;
    seen.add(id);
    // Of one tensor given n times, n (or what a difference leaves of it).
    const factor = ids.reduce((count, other, j) => count + (other === id ? (j === 0 ? 1 : sign) : 0), 0);
    const part = { ...input, segments: input.segments.map((segment) => scaled(segment, factor)) };
    result = result === null ? part : pairwise(result, part, addSegments);
  });
  return result;
}

function scaled(segment: Segment, factor: number): Segment {
  if (factor === 1) return segment;
  const square = factor * factor;
  return mapCovariances(
    segment,
    segment.mean * factor,
    (k) => k * square,
    (v) => v * square,
  );
}

function pairwise(first: Field, second: Field, f: (a: Segment, b: Segment) => Segment): Field {
  const isMoved = !sameSize(first.size, second.size) && positionsOf(first) === positionsOf(second);
  // Of a row (a table of positions) and a map, the map is the order that is known.
  const a = isMoved && first.size[1] === 1 ? laidOut(first, second.size) : first;
  const b = isMoved ? laidOut(second, a.size) : second;
  const like = a.size[0] * a.size[1] >= b.size[0] * b.size[1] ? a : b;
  const alike =
    a.segments.length === b.segments.length && a.segments.every((s, i) => s.channels === b.segments[i]?.channels);
  const segments = alike
    ? a.segments.map((segment, i) => f(segment, b.segments[i] ?? segment))
    : [f(merge(a), merge(b))];
  return { size: like.size, channelAxis: like.channelAxis, segments };
}

function addSegments(a: Segment, b: Segment): Segment {
  const cross = 2 * a.mean * b.mean;
  const sum: Segment = {
    channels: a.channels === 1 ? b.channels : a.channels,
    mean: a.mean + b.mean,
    total: affineKernel(addKernels(a.total, b.total), -cross, 1),
    varying: addKernels(a.varying, b.varying),
    coherence: a.coherence + b.coherence + cross,
    varyingCoherence: a.varyingCoherence + b.varyingCoherence,
    places: mixPlaces([a, b].map(({ places, total }) => ({ places, share: atZero(total) }))),
    spread: spreadOfSum(parts(a, b)),
    ...marginalOfSum(a, b),
  };
  return { ...sum, magnitude: magnitudeOfPair(sum, a, b) };
}

function magnitudeOfPair(sum: Segment, ...parts: readonly Segment[]): Segment['magnitude'] {
  if (parts.every(({ magnitude }) => magnitude === undefined)) return undefined;
  const whole = parts.reduce((second, { total }) => second + atZero(total), 0);
  const shares = parts.map((segment) => ({ segment, share: whole === 0 ? 0 : atZero(segment.total) / whole }));
  return once(() => magnitudeOfSum(shares, sum));
}

function parts(...segments: readonly Segment[]) {
  const whole = segments.reduce((sum, { varying }) => sum + atZero(varying), 0);
  return segments.map((segment) => ({
    spread: spreadOf(segment),
    share: whole === 0 ? 0 : atZero(segment.varying) / whole,
  }));
}

/** The side that is far from Gaussian keeps its form (of two, the one that varies more), the other one blurs it. */
function marginalOfSum(a: Segment, b: Segment): Pick<Segment, 'marginal'> {
  const aFirst = b.marginal === undefined || (a.marginal !== undefined && varianceOf(a) >= varianceOf(b));
  const [kept, blur] = aFirst ? [a, b] : [b, a];
  const { marginal } = kept;
  if (marginal === undefined) return {};
  return {
    marginal: once(() => {
      const { points, mean, variance } = marginal();
      return { points, mean: mean + blur.mean, variance: variance + varianceOf(blur) };
    }),
  };
}

function varianceOf({ mean, total }: Segment): number {
  return Math.max(atZero(total) - mean * mean, 0);
}

function multiplySegments(a: Segment, b: Segment): Segment {
  const shared = (segment: Segment): Kernel => sharedOf(segment);
  return {
    channels: a.channels === 1 ? b.channels : a.channels,
    mean: a.mean * b.mean,
    total: multiplyKernels(a.total, b.total),
    varying: addKernels(multiplyKernels(a.varying, b.total), multiplyKernels(shared(a), b.varying)),
    coherence: a.coherence * b.coherence,
    varyingCoherence: a.varyingCoherence * b.coherence + (a.coherence - a.varyingCoherence) * b.varyingCoherence,
    // A gate that is the same everywhere changes no correlations.
    spread: a.total.data.length >= b.total.data.length ? a.spread : b.spread,
    places: multiplyPlaces(a.places, b.places),
  };
}

function sumBackward(site: Site, inputs: readonly Field[], output: Field, gradient: Gradient) {
  return {
    inputs: inputs.map((input, index): Gradient | null => {
      if (isBatchless(site, index)) {
        const all = overBatch(site.batch, total(gradient.flat()));
        return broadcastBack(input, output, all);
      }
      const same = input.segments.length === output.segments.length && sameSize(input.size, output.size);
      if (same) {
        return input.segments.map((segment, i) =>
          (gradient[i] ?? []).map((one) => toSummand(one, segment, output.segments[i] ?? segment)),
        );
      }
      return broadcastBack(input, output, total(gradient.flat().length > 0 ? gradient.flat() : []));
    }),
  };
}

/** A tensor that has no batch axis while the sum has one: a parameter, a table of positions. */
function isBatchless({ layer, inputShapes, fixedInputs }: Site, index: number): boolean {
  const [own, sum] = [inputShapes[index], layer.outputShape];
  if (fixedInputs[index] !== true || own === undefined || own === null || sum === null) return false;
  return own.length < sum.length || own[0] === 1;
}

function overBatch(batch: number, { total: all, shared }: Contribution): Contribution {
  return {
    total: combine(all, shared, (one, two) => batch * one + batch * (batch - 1) * two),
    shared: scaleKernel(shared, 0),
    coherence: 0,
  };
}

/** The gradient of a sum as one side sees it: how it depends on that side's value, which is only a part of the sum's. */
function toSummand({ profile, timesValue, ...one }: Contribution, side: Segment, whole: Segment): Contribution {
  return {
    ...one,
    ...(timesValue === undefined ? {} : { timesValue: once(() => timesPart(one, timesValue(), side, whole)) }),
    ...(profile === undefined ? {} : profileOfSummand(profile, side, whole)),
  };
}

function profileOfSummand(profile: Profile, side: Segment, whole: Segment): Pick<Contribution, 'profile'> {
  const [own, sum] = [side.marginal?.(), whole.marginal?.()];
  if (own === undefined || sum === undefined || own.variance > 0) return {};
  return sum.points === own.points ? { profile: profileBelow(sum, profile) } : {};
}

/** With a Gaussian side of variance share t: its standardized value is sqrt t of the sum's and the rest independent of it. */
function timesPart(one: Contribution, whole: TimesValue, side: Segment, sum: Segment): TimesValue {
  const variance = varianceOf(side);
  const share = variance === 0 ? 0 : Math.min(variance / varianceOf(sum), 1);
  const square = side.mean * side.mean;
  const part = (whole: Kernel, gradient: Kernel, values: Kernel) => {
    const { rows, columns, entries } = aligned(whole, gradient, values);
    const [times, g, k] = entries;
    const data = zeroEntries(times.length);
    for (let i = 0; i < data.length; i++) {
      const standardized = variance === 0 ? 0 : ((k[i] ?? 0) - square) / variance;
      data[i] = (times[i] ?? 0) * share + (1 - share) * (g[i] ?? 0) * standardized;
    }
    return { rows, columns, data };
  };
  return {
    total: part(whole.total, one.total, side.total),
    shared: part(whole.shared, one.shared, sharedOf(side)),
  };
}

/** To an input that was broadcast over positions goes the sum over them; `null` where that is over some of them. */
function broadcastBack(input: Field, output: Field, contribution: Contribution): Gradient | null {
  if (sameSize(input.size, output.size)) return input.segments.map(() => [contribution]);
  if (positionsOf(input) === positionsOf(output)) {
    const inOrder = mapContribution(contribution, (kernel) => inOtherOrder(kernel, output.size, input.size), 1);
    return input.segments.map(() => [inOrder]);
  }
  if (positionsOf(input) !== 1) return null;
  const summed = mapContribution(contribution, (kernel) => constantKernel(pairSum(kernel, output.size)), 0);
  return input.segments.map(() => [summed]);
}

/** As many positions, of which it is not known which lies where: of two different ones only the mean over all pairs is kept. */
function inOtherOrder(kernel: Kernel, from: Size, to: Size): Kernel {
  return diagonalKernel(to, atZero(kernel), elsewhereOf(kernel, from));
}

function sameSize(a: Size, b: Size): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
