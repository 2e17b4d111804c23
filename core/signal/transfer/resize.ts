import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { averagePositions, channelsOf, type Field, mapSegments, merge, positionsOf } from '../field.ts';
import { mapContribution, mapGradient, total } from '../gradient.ts';
import { interpolationOf } from '../interpolation.ts';
import { atZero, constantKernel, type Kernel, kernelOf, type Size, scaleKernel } from '../kernel.ts';
import { placesResized } from '../places.ts';
import { meanSquare, type Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { applyAxes } from '../window.ts';
import { axisOf, mapKernels } from './axes.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** Zeros (or copies) around. */
export const pad: Transfer<OpOf<'pad'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const size = paddedSize(site, input);
    const share = site.op.mode === 'constant' ? positionsOf(input) / (size[0] * size[1]) : 1;
    return { ...mapSegments(input, (segment) => thinned(segment, size, share)), size };
  },
  backward(_site, [input], _output, gradient) {
    if (input === undefined) return { inputs: [null] };
    return {
      inputs: [mapGradient(gradient, (one) => mapContribution(one, (kernel) => resized(kernel, input.size), 1))],
    };
  },
};

/** To another resolution: copies of the nearest element, or a blend of two per axis. */
export const upsample: Transfer<OpOf<'upsample'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const size = resizedSize(site, input);
    const [y, x] = axesOf(site, input.size, size);
    const grow = (kernel: Kernel) => applyAxes(kernel, y.forward, x.forward);
    return {
      ...mapSegments(input, (segment) => ({
        ...mapKernels(segment, grow),
        places: placesResized(segment.places, size),
      })),
      size,
    };
  },
  backward(site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const [y, x] = axesOf(site, input.size, output.size);
    const gather = (kernel: Kernel) => applyAxes(kernel, y.backward, x.backward);
    const copies = positionsOf(output) / positionsOf(input);
    return {
      inputs: [
        mapGradient(gradient, (one) => ({
          ...mapContribution(one, gather, copies),
          places: placesResized(one.places, input.size),
        })),
      ],
    };
  },
};

function resizedSize({ op, layer }: Site<OpOf<'upsample'>>, input: Field): Size {
  if (op.factor !== null) {
    const [y, x] = op.factor;
    return [Math.floor(input.size[0] * (y ?? 1)), Math.floor(input.size[1] * (x ?? 1))];
  }
  const shape = layer.outputShape ?? [];
  const spatial = op.layout === 'channelsFirst' ? shape.slice(2) : shape.slice(1, -1);
  const at = (axis: 0 | 1) => {
    const length = spatial[axis];
    return isKnown(length) ? length : input.size[axis];
  };
  return [at(0), at(1)];
}

function axesOf({ op }: Site<OpOf<'upsample'>>, from: Size, to: Size) {
  return [interpolationOf(from[0], to[0], op.mode), interpolationOf(from[1], to[1], op.mode)] as const;
}

/** Mean, sum or maximum over positions, channels or both. */
export const reduce: Transfer<OpOf<'reduce'>> = {
  forward(site, [input]) {
    if (input === undefined || site.op.fn === 'max') return null;
    if (!isClear(site, input)) return null;
    const { channels, positions, kept, isOverFirst } = reducedAxes(site, input);
    // The batch, or outputs that were stacked in front of it.
    if (isOverFirst) return null;
    let result = input;
    const count = (positions ? positionsOf(input) : 1) * (channels ? (channelsOf(input) ?? 1) : 1);
    if (positions)
      result = { ...mapSegments(result, (segment) => averagePositions(segment, input.size)), size: [1, 1] };
    if (channels) result = { ...result, segments: [acrossChannels(merge(result))] };
    const factor = site.op.fn === 'sum' ? count : 1;
    return { ...mapSegments(result, (segment) => times(segment, factor)), channelAxis: kept };
  },
  backward(site, [input], _output, gradient) {
    if (input === undefined || site.op.fn === 'max') return { inputs: [null] };
    const { channels, positions } = reducedAxes(site, input);
    const count = (positions ? positionsOf(input) : 1) * (channels ? (channelsOf(input) ?? 1) : 1);
    const factor = site.op.fn === 'sum' ? 1 : 1 / (count * count);
    const below = (i: number) =>
      mapContribution(
        total(gradient[i] ?? gradient[0] ?? []),
        (kernel) => scaleKernel(positions ? constantKernel(atZero(kernel)) : kernel, factor),
        factor,
      );
    return {
      inputs: [
        input.segments.map((_, i) => {
          const one = below(i);
          return [channels ? { ...one, coherence: atZero(one.total) } : one];
        }),
      ],
    };
  },
};

function paddedSize(site: Site<OpOf<'pad'>>, input: Field): Size {
  const rank = site.inputShapes[0]?.length ?? site.op.padding.length;
  const first = rank - site.op.padding.length;
  const added: number[] = [];
  for (let axis = 1; axis < rank; axis++) {
    if (axis === input.channelAxis) continue;
    const [before, after] = site.op.padding[axis - first] ?? [0, 0];
    added.push(before + after);
  }
  return [input.size[0] + (added[0] ?? 0), input.size[1] + (added[1] ?? 0)];
}

function thinned(segment: Segment, size: Size, share: number): Segment {
  const map = (kernel: Kernel) => scaleKernel(resized(kernel, size), share);
  return {
    ...mapKernels(segment, map),
    mean: segment.mean * share,
    coherence: segment.coherence * share,
    varyingCoherence: segment.varyingCoherence * share,
  };
}

function resized(kernel: Kernel, size: Size): Kernel {
  return kernelOf(
    size,
    (dy, dx) => kernel.data[Math.min(dy, kernel.rows - 1) * kernel.columns + Math.min(dx, kernel.columns - 1)] ?? 0,
  );
}

/** Of more axes than batch, places and channels it is not known what is summed; nor of a part of the channels. */
function isClear(site: Site<OpOf<'reduce'>>, input: Field): boolean {
  const layout = site.layout();
  if (layout === null) return (site.inputShapes[0]?.length ?? 0) <= 4;
  const others = site.op.axes.map((axis) => axisOf(site, axis, input)).filter((axis) => axis !== input.channelAxis);
  return others.every((axis) => layout[axis]?.every(({ of }) => of !== 'channel') !== false);
}

function reducedAxes(site: Site<OpOf<'reduce'>>, input: Field) {
  const axes = site.op.axes.map((axis) => axisOf(site, axis, input));
  const channels = axes.includes(input.channelAxis);
  const positions = axes.some((axis) => axis !== input.channelAxis && axis > 0);
  const gone = site.op.keepDims ? 0 : axes.filter((axis) => axis < input.channelAxis).length;
  return { channels, positions, kept: input.channelAxis - gone, isOverFirst: axes.includes(0) };
}

function acrossChannels(segment: Segment): Segment {
  const average = (kernel: Kernel, coherence: number) => {
    const whole = atZero(kernel);
    return whole === 0 ? kernel : scaleKernel(kernel, meanSquare(1, coherence / whole, segment.channels));
  };
  const total = average(segment.total, segment.coherence);
  const varying = average(segment.varying, segment.varyingCoherence);
  return {
    channels: 1,
    mean: segment.mean,
    total,
    varying,
    coherence: atZero(total),
    varyingCoherence: atZero(varying),
  };
}

function times(segment: Segment, factor: number): Segment {
  if (factor === 1) return segment;
  const square = factor * factor;
  return {
    ...mapKernels(segment, (kernel) => scaleKernel(kernel, square)),
    mean: segment.mean * factor,
    coherence: segment.coherence * square,
    varyingCoherence: segment.varyingCoherence * square,
  };
}
