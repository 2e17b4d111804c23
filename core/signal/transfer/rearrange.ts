import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import {
  averagePositions,
  channelsOf,
  type Field,
  flattenPositions,
  mapSegments,
  meanSquare,
  merge,
  positionsOf,
  type Segment,
} from '../field.ts';
import {
  type Contribution,
  type Gradient,
  mapContribution,
  mapGradient,
  scaleContribution,
  total,
} from '../gradient.ts';
import {
  atZero,
  constantKernel,
  diagonalKernel,
  type Kernel,
  kernelOf,
  pairCounts,
  type Size,
  scaleKernel,
} from '../kernel.ts';
import type { Site, Transfer } from '../site.ts';
import { type AxisMatrix, applyAxes } from '../window.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

export const flatten: Transfer<OpOf<'flatten'>> = {
  forward({ op, inputShapes }, [input]) {
    if (input === undefined) return null;
    const rank = inputShapes[0]?.length ?? input.channelAxis + 1;
    const start = op.startAxis < 0 ? op.startAxis + rank : op.startAxis;
    const end = op.endAxis < 0 ? op.endAxis + rank : op.endAxis;
    const { channelAxis } = input;
    if (channelAxis < start) return input;
    if (channelAxis > end) return { ...input, channelAxis: channelAxis - (end - start) };
    return start === end ? input : { ...flattenPositions(input), channelAxis: start };
  },
  backward: (_site, [input], output, gradient) => ({
    inputs: [input === undefined ? null : unflatten(input, output, gradient)],
  }),
};

/** To a matrix: a flatten. Else only the names of the axes change. */
export const reshape: Transfer<OpOf<'reshape'>> = {
  forward({ layer, inputShapes }, [input]) {
    if (input === undefined) return null;
    const shape = layer.outputShape;
    if (shape === null) return input;
    if (shape.length <= 2 && (inputShapes[0]?.length ?? 0) > 2) return flattenPositions(input);
    const channels = channelsOf(input);
    const last = shape.length - 1;
    const axis = shape[last] === channels ? last : shape.indexOf(channels, 1);
    return { ...input, channelAxis: axis > 0 ? axis : last };
  },
  backward: (_site, [input], output, gradient) => ({
    inputs: [input === undefined ? null : unflatten(input, output, gradient)],
  }),
};

export const permute: Transfer<OpOf<'permute'>> = {
  forward({ op }, [input]) {
    if (input === undefined) return null;
    const order = op.order.map((axis) => (axis < 0 ? axis + op.order.length : axis));
    const channelAxis = order.indexOf(input.channelAxis);
    return { ...input, channelAxis: channelAxis < 0 ? input.channelAxis : channelAxis };
  },
  backward: (_site, _inputs, _output, gradient) => ({ inputs: [gradient] }),
};

/** One position (or one channel) of many. */
export const select: Transfer<OpOf<'select'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const axis = axisOf(site, site.op.axis, input);
    const channelAxis = axis < input.channelAxis ? input.channelAxis - 1 : input.channelAxis;
    if (axis === input.channelAxis) return { ...input, channelAxis: 1, segments: [{ ...merge(input), channels: 1 }] };
    const one = mapSegments(input, (segment) => mapKernels(segment, (kernel) => constantKernel(atZero(kernel))));
    return { ...one, size: [1, 1], channelAxis };
  },
  backward(site, [input], _output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const places =
      axisOf(site, site.op.axis, input) === input.channelAxis ? (channelsOf(input) ?? 1) : positionsOf(input);
    const alone = (kernel: Kernel) => diagonalKernel(input.size, atZero(kernel) / places);
    return {
      inputs: [
        input.segments.map((_, i) => [mapContribution(total(gradient[i] ?? gradient[0] ?? []), alone, 1 / places)]),
      ],
    };
  },
};

/** A section along channels or positions. */
export const split: Transfer<OpOf<'split'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const axis = axisOf(site, site.op.axis, input);
    const length = isKnown(site.op.length) ? site.op.length : null;
    if (axis !== input.channelAxis) {
      const size: Size = input.size[1] === 1 ? [length ?? input.size[0], 1] : input.size;
      return { ...input, size, segments: input.segments.map(({ before: _, ...segment }) => segment) };
    }
    const parts = overlaps(input, site.op.start, length);
    const segments = input.segments
      .map((segment, i) => ({ ...segment, channels: parts[i] ?? segment.channels }))
      .filter(({ channels }) => channels !== 0);
    return { ...input, segments };
  },
  backward(site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    if (axisOf(site, site.op.axis, input) !== input.channelAxis) {
      const share = positionsOf(output) / positionsOf(input);
      return { inputs: [mapGradient(gradient, (one) => scaleContribution(one, share))] };
    }
    const parts = overlaps(input, site.op.start, isKnown(site.op.length) ? site.op.length : null);
    let next = 0;
    const below = input.segments.map((segment, i): readonly Contribution[] => {
      if (parts[i] === 0) return [];
      const above = gradient[next++] ?? [];
      const share = segment.channels === null || parts[i] === null ? 1 : (parts[i] ?? 0) / segment.channels;
      return above.map((one) => scaleContribution(one, share));
    });
    return { inputs: [below] };
  },
};

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

/** Every element `factor` times (bilinear blends them, which is not followed). */
export const upsample: Transfer<OpOf<'upsample'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const [y, x] = site.op.factor ?? [1, 1];
    const size: Size = [Math.floor(input.size[0] * (y ?? 1)), Math.floor(input.size[1] * (x ?? 1))];
    const grow = (kernel: Kernel) =>
      applyAxes(kernel, size, repeatMatrix(input.size[0], size[0]), repeatMatrix(input.size[1], size[1]));
    return { ...mapSegments(input, (segment) => mapKernels(segment, grow)), size };
  },
  backward(_site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const { size } = output;
    const [y, x] = [gatherMatrix(input.size[0], size[0]), gatherMatrix(input.size[1], size[1])];
    const copies = positionsOf(output) / positionsOf(input);
    return {
      inputs: [
        mapGradient(gradient, (one) => mapContribution(one, (kernel) => applyAxes(kernel, input.size, y, x), copies)),
      ],
    };
  },
};

/** Mean, sum or maximum over positions, channels or both. */
export const reduce: Transfer<OpOf<'reduce'>> = {
  forward(site, [input]) {
    if (input === undefined || site.op.fn === 'max') return null;
    const { channels, positions, kept } = reducedAxes(site, input);
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

function axisOf(site: Site, axis: number, input: Field): number {
  return axis < 0 ? axis + (site.inputShapes[0]?.length ?? input.channelAxis + 1) : axis;
}

function mapKernels(segment: Segment, map: (kernel: Kernel) => Kernel): Segment {
  const { before: _, ...rest } = segment;
  return { ...rest, total: map(segment.total), varying: map(segment.varying) };
}

function unflatten(input: Field, output: Field, gradient: Gradient): Gradient {
  if (positionsOf(output) === positionsOf(input)) return gradient;
  return gradient.map((contributions) => [
    mapContribution(total(contributions), (kernel) => diagonalKernel(input.size, atZero(kernel)), 1),
  ]);
}

/** Channels of each segment that a section takes; `null` where not known. */
function overlaps(input: Field, start: number, length: number | null): readonly (number | null)[] {
  let from = 0;
  return input.segments.map(({ channels }) => {
    if (channels === null || length === null) return length;
    const begin = Math.max(start, from);
    const end = Math.min(start + length, from + channels);
    from += channels;
    return Math.max(end - begin, 0);
  });
}

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

/** `out[D]`: what two copies at distance D copy. */
function repeatMatrix(from: number, to: number): AxisMatrix {
  const factor = Math.max(Math.round(to / from), 1);
  const inputs = pairCounts(from).length;
  return Array.from({ length: pairCounts(to).length }, (_, offset) => {
    const row = new Float64Array(inputs);
    forRepeats(offset, factor, inputs, (index, share) => {
      row[index] = (row[index] ?? 0) + share;
    });
    return row;
  });
}

function gatherMatrix(from: number, to: number): AxisMatrix {
  const factor = Math.max(Math.round(to / from), 1);
  const inputPairs = pairCounts(from);
  const outputPairs = pairCounts(to);
  const rows = Array.from(inputPairs, () => new Float64Array(outputPairs.length));
  outputPairs.forEach((pairs, offset) => {
    forRepeats(offset, factor, inputPairs.length, (index, share) => {
      const row = rows[index];
      if (row !== undefined) row[offset] = (row[offset] ?? 0) + (share * pairs) / (inputPairs[index] ?? 1);
    });
  });
  return rows;
}

function forRepeats(
  offset: number,
  factor: number,
  inputs: number,
  visit: (index: number, share: number) => void,
): void {
  const low = Math.floor(offset / factor);
  const high = (offset % factor) / factor;
  visit(Math.min(low, inputs - 1), 1 - high);
  if (high > 0) visit(Math.min(low + 1, inputs - 1), high);
}

function reducedAxes(site: Site<OpOf<'reduce'>>, input: Field) {
  const axes = site.op.axes.map((axis) => axisOf(site, axis, input));
  const channels = axes.includes(input.channelAxis);
  const positions = axes.some((axis) => axis !== input.channelAxis && axis > 0);
  const gone = site.op.keepDims ? 0 : axes.filter((axis) => axis < input.channelAxis).length;
  return { channels, positions, kept: input.channelAxis - gone };
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
