import { isKnown } from '../graph/shape.ts';
import { activationOf } from '../maths/activation.ts';
import { gaussianMean } from '../maths/quadrature.ts';
import { slopeSecondMoment } from './dual.ts';
import { channelsOf, type Field, merge, positionsOf } from './field.ts';
import type { Contribution, Gradient } from './gradient.ts';
import { aligned, atZero, type Kernel, mapKernel, pairSum, scaleKernel, zeroEntries } from './kernel.ts';
import { magnitudeOf, oneSize } from './magnitude.ts';
import { type Segment, sharedOf } from './segment.ts';
import type { Site } from './site.ts';

/*
 * A squared error's gradient is in part the output itself: g = along · y + what is independent of y. On its way back that part
 * meets the weights that made y. Wᵀ W x is x (times the weights' variance and fan-out) and noise; the noise is what independent
 * weights give, the rest adds up coherently. The same holds for logits whose softmax is far from even.
 */

/** What the part of a gradient along a layer's output adds to what goes back. */
export interface AlongBack {
  /** By input, the same coefficient there. */
  readonly inputs: readonly number[];
  /** By input, what comes on top of a gradient that is independent of the value; `null` where nothing does. */
  readonly extra: readonly (Gradient | null)[];
  /** Added to the mean square of the weights' gradient. */
  readonly weight: number;
}

/**
 * `along`: coefficient of the gradient of `output` on its value. `sizes`: variance of the logarithm of the size of what the loss
 * reads, where the gradient is linear in that.
 */
export function alongBack(
  site: Site,
  inputs: readonly Field[],
  output: Field,
  along: number,
  sizes: number,
): AlongBack {
  const { op } = site;
  const none = { inputs: inputs.map(() => 0), extra: inputs.map(() => null), weight: 0 };
  const [input] = inputs;
  if (along === 0 || input === undefined) return none;
  switch (op.kind) {
    case 'dense':
    case 'conv':
      return throughWeights(site, input, output, along, sizes) ?? none;
    case 'activation':
      return throughActivation(op, input, output, along);
    case 'add':
    case 'concat':
      return { ...none, inputs: inputs.map(() => along) };
    case 'batchNorm':
    case 'layerNorm':
    case 'rmsNorm':
    case 'groupNorm':
    case 'instanceNorm':
      return { ...none, extra: [input.segments.map((segment, i) => [takenAway(segment, output, i, along)])] };
    case 'maxPool':
    case 'averagePool':
    case 'adaptiveAveragePool':
    case 'upsample':
    case 'flatten':
    case 'reshape':
    case 'permute':
    case 'dropout':
    case 'reduce':
      return { ...none, inputs: [along * euler(input, output, atZero(merge(output).total))] };
    default:
      return none;
  }
}

/** Of a homogeneous map, sum of g · y = sum of its gradient · x (Euler). */
function euler(input: Field, output: Field, second: number): number {
  const [inputs, outputs] = [channelsOf(input), channelsOf(output)];
  const whole = atZero(merge(input).total);
  if (inputs === null || outputs === null || whole <= 0 || inputs === 0) return 0;
  return (positionsOf(output) * outputs * second) / (positionsOf(input) * inputs * whole);
}

/**
 * Added to the mean square of the weights' gradient because the slope of the activation above goes with the value z = W x: the
 * component along W of a unit's gradient is the sum of g z over positions and batch, which is not what independent g and z
 * give. Where one gradient comes to all positions (a global average) this is most of it.
 */
export function slopeAlong(site: Site, input: Field, output: Field, gradient: Gradient): number {
  const [segment, ...others] = output.segments;
  const fanIn = fanInOf(site.op);
  if (segment === undefined || others.length > 0 || fanIn === null) return 0;
  const weight = site.weight('weight', { fanIn, fanOut: null }, atZero(merge(input).total));
  const norm = weight === null || weight.forward === null || weight.mean !== 0 ? 0 : weight.forward * fanIn;
  const square = segment.mean * segment.mean;
  const variance = atZero(segment.total) - square;
  if (norm <= 0 || variance <= 0) return 0;
  const excess = (timesValue: Kernel, gradient: Kernel, values: Kernel) => {
    const { rows, columns, entries } = aligned(timesValue, gradient, values);
    const [times, g, k] = entries;
    const data = zeroEntries(times.length);
    for (let i = 0; i < data.length; i++) data[i] = (times[i] ?? 0) * variance - (g[i] ?? 0) * ((k[i] ?? 0) - square);
    return pairSum({ rows, columns, data }, output.size);
  };
  let sum = 0;
  for (const one of gradient[0] ?? []) {
    const times = one.timesValue?.();
    if (times === undefined) continue;
    const within = excess(times.total, one.total, segment.total);
    const across = excess(times.shared, one.shared, sharedOf(segment));
    sum += site.batch * within + site.batch * (site.batch - 1) * across;
  }
  return sum / norm;
}

/**
 * The coefficient is the loss's own mean square over that of the values here: over networks it varies by what lies between the two, and
 * E of its square is exp of that variance of the logarithm times the squared mean.
 */
function throughWeights(site: Site, input: Field, output: Field, along: number, sizes: number): AlongBack | null {
  const { op, batch } = site;
  const fanIn = fanInOf(op);
  const bias = site.moments('bias');
  const weight = site.weight('weight', { fanIn, fanOut: null }, atZero(merge(input).total));
  if (fanIn === null || bias === null || weight === null || weight.forward === null) return null;
  const second = weight.forward / fanIn + weight.mean * weight.mean;
  if (second <= 0) return null;
  const made = Math.max(atZero(merge(output).total) - (bias?.second ?? 0), 0);
  const below = along * euler(input, output, made);
  // Sum over batch and positions of x^2 times the weight itself.
  const coherent = (along * batch * positionsOf(output) * made) / (second * fanIn);
  const { own, apart } = sizes === 0 ? oneSize : magnitudeOf(merge(input));
  const grown = Math.exp(Math.min(Math.max(sizes - atZero(own), 0), largestSizes));
  const together = Math.exp(Math.min(Math.max(sizes - atZero(apart), 0), largestSizes));
  return {
    inputs: [below],
    extra: [valuesTimes(input, below * below * grown)],
    weight: coherent * coherent * second * together,
  };
}

/** Beyond, single networks of many make the mean. */
const largestSizes = 1.5;

function fanInOf(op: Site['op']): number | null {
  if (op.kind === 'dense') return isKnown(op.inFeatures) ? op.inFeatures : null;
  if (op.kind !== 'conv' || !isKnown(op.inChannels)) return null;
  return (op.inChannels / op.groups) * op.kernel.reduce((product, size) => product * size, 1);
}

/** A gradient that is a multiple of the values. */
export function valuesTimes(field: Field, factor: number): Gradient {
  return field.segments.map((segment) => [
    {
      total: scaleKernel(segment.total, factor),
      shared: scaleKernel(sharedOf(segment), factor),
      coherence: 0,
    },
  ]);
}

/** g f'(z) of g = f(z): where f is large, f' is not what it is on average. Before ReLU all of it passes. */
function throughActivation(
  op: Extract<Site['op'], { kind: 'activation' }>,
  input: Field,
  output: Field,
  along: number,
): AlongBack {
  const { mean, total } = merge(input);
  const whole = atZero(total);
  const variance = Math.max(whole - mean * mean, 0);
  const std = Math.sqrt(variance);
  const f = activationOf(op.fn, op.parameter);
  const expected = (g: (x: number) => number) => gaussianMean((z) => g(mean + std * z), 360);
  const second = atZero(merge(output).total);
  if (whole <= 0 || second <= 0) return { inputs: [0], extra: [null], weight: 0 };
  const below = expected((x) => x * f.value(x) * f.slope(x)) / whole;
  const passed = expected((x) => (f.value(x) * f.slope(x)) ** 2) / second;
  const slope = slopeSecondMoment(op.fn, op.parameter, mean, variance);
  const more = (kernel: Kernel) => mapKernel(kernel, (k) => along * along * k * (passed - slope));
  return {
    inputs: [along * below],
    extra: [
      output.segments.map((segment): Contribution[] => [
        { total: more(segment.total), shared: more(sharedOf(segment)), coherence: 0 },
      ]),
    ],
    weight: 0,
  };
}

/** A normalization lets nothing through that is along its own output. */
function takenAway(input: Segment, output: Field, index: number, along: number): Contribution {
  const made = output.segments[index] ?? merge(output);
  const variance = Math.max(atZero(input.total) - input.mean ** 2, 0);
  const factor = variance <= 0 ? 0 : (-along * along * atZero(made.total)) / variance;
  return { total: scaleKernel(made.total, factor), shared: scaleKernel(sharedOf(made), factor), coherence: 0 };
}
