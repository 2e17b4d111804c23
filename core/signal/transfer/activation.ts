import type { ActivationName, Op } from '../../graph/op.ts';
import { type Dual, dualOf } from '../dual.ts';
import type { Activated, Segment } from '../field.ts';
import { type Contribution, total } from '../gradient.ts';
import { atZero, combine, type Kernel, mapKernel, scaleKernel } from '../kernel.ts';
import type { Transfer } from '../site.ts';

type Activation = Extract<Op, { kind: 'activation' }>;

/** An elementwise function of a Gaussian field: covariances pass its dual kernels. */
export const activation: Transfer<Activation> = {
  forward({ op }, [input]) {
    if (input === undefined) return null;
    return { ...input, segments: input.segments.map((segment) => activate(op, segment)) };
  },
  backward({ op }, [input], _output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const below = input.segments.map((segment, i) =>
      (gradient[i] ?? []).length === 0 ? [] : [activationGradient(op, segment, gradient[i] ?? [])],
    );
    return { inputs: [below] };
  },
};

/** What f makes of a segment; the result remembers its Gaussian for a maximum above it. */
function activate(op: { fn: ActivationName; parameter?: number }, segment: Segment): Segment {
  return {
    ...applyDual(op, segment).segment,
    ...(monotone.has(op.fn) ? { before: { segment, apply: (gaussian) => applyDual(op, gaussian) } } : {}),
  };
}

const monotone: ReadonlySet<ActivationName> = new Set([
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'elu',
  'selu',
  'celu',
  'softplus',
  'softsign',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'hardTanh',
  'logSigmoid',
  'exp',
]);

function applyDual(op: { fn: ActivationName; parameter?: number }, segment: Segment): Activated {
  const { dual, rho, variance } = correlations(op, segment);
  const difference = (all: number, varying: number): number => {
    if (variance === 0 || varying === 0) return 0;
    const step = varying / variance;
    const high = rho(all);
    // Where the two correlations are too close to subtract: E f f' grows by v E f'f' per unit of correlation.
    return Math.abs(step) < 1e-4 ? varying * dual.slope(high - step / 2) : dual.value(high) - dual.value(high - step);
  };
  return {
    slopeSecondMoment: dual.slopeSecondMoment,
    segment: {
      channels: segment.channels,
      mean: dual.mean,
      total: mapKernel(segment.total, (value) => dual.value(rho(value))),
      varying: combine(segment.total, segment.varying, difference),
      coherence: dual.value(rho(segment.coherence)),
      varyingCoherence: difference(segment.coherence, segment.varyingCoherence),
    },
  };
}

function correlations(
  op: { fn: ActivationName; parameter?: number },
  segment: Segment,
): { dual: Dual; rho: (covariance: number) => number; variance: number } {
  const square = segment.mean * segment.mean;
  const variance = Math.max(atZero(segment.total) - square, 0);
  const dual = dualOf(op.fn, op.parameter, segment.mean, variance < 1e-14 * square ? 0 : variance);
  return { dual, variance, rho: (covariance) => (variance === 0 ? 1 : (covariance - square) / variance) };
}

function activationGradient(op: Activation, input: Segment, contributions: readonly Contribution[]): Contribution {
  const { dual, rho } = correlations(op, input);
  const shared = combine(input.total, input.varying, (all, varying) => all - varying);
  const slopes = {
    total: mapKernel(input.total, (k) => dual.slope(rho(k))),
    shared: mapKernel(shared, (s) => dual.slope(rho(s))),
  };
  const products = {
    total: mapKernel(input.total, (k) => dual.slopeTimesValue(rho(k))),
    shared: mapKernel(shared, (s) => dual.slopeTimesValue(rho(s))),
  };
  const times = (a: Kernel, b: Kernel) => combine(a, b, (x, y) => x * y);
  const chosen = contributions.filter(({ keep }) => keep !== undefined);
  const plain = total(contributions.filter(({ keep }) => keep === undefined));
  // A maximum hands its gradient to elements that are mostly on the slope: f' is theirs, not that of any element.
  const kept = total(chosen.map((one) => scaleKept(one, one.keep ?? 1)));
  return {
    total: combine(times(plain.total, slopes.total), kept.total, (a, b) => a + b),
    shared: combine(times(plain.shared, slopes.shared), kept.shared, (a, b) => a + b),
    coherence: plain.coherence * dual.slope(rho(input.coherence)) + kept.coherence,
    ...(chosen.length > 0
      ? {}
      : { timesValue: { total: times(plain.total, products.total), shared: times(plain.shared, products.shared) } }),
  };
}

function scaleKept(contribution: Contribution, keep: number): Contribution {
  return {
    total: scaleKernel(contribution.total, keep),
    shared: scaleKernel(contribution.shared, keep),
    coherence: contribution.coherence * keep,
  };
}
