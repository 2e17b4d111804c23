import type { Initializer, VarianceScaling } from '../graph/initializer.ts';
import { type Fans, fanOf } from './fans.ts';
import { truncatedMoments } from './truncated.ts';

/* Constructors of `Initializer` records. `null` stands for a number that is not known. */

const fixed = { scheme: 'fixed', low: null, high: null, scaling: null } as const;

/** U[low, high). */
export function uniform(low: number | null, high: number | null): Initializer {
  if (low === null || high === null) return { ...fixed, family: 'uniform', mean: null, std: null, low, high };
  return { ...fixed, family: 'uniform', mean: (low + high) / 2, std: Math.abs(high - low) / Math.sqrt(12), low, high };
}

export function normal(mean: number | null, std: number | null): Initializer {
  return { ...fixed, family: 'normal', mean, std: std === null ? null : Math.abs(std) };
}

/** A normal distribution redrawn outside [low, high] (absolute bounds); mean and std are what remains after that. */
export function truncatedNormal(
  mean: number | null,
  std: number | null,
  low: number | null,
  high: number | null,
): Initializer {
  const moments =
    mean === null || std === null || low === null || high === null
      ? { mean: null, std: null }
      : truncatedMoments(mean, std, low, high);
  return { ...fixed, family: 'truncatedNormal', ...moments, low, high };
}

/** Keras', TensorFlow's and Flax' truncated normal: redrawn beyond two std of the mean, so that 0.88 of the std remains. */
export function truncatedAtTwoStd(mean: number | null, std: number | null): Initializer {
  if (mean === null || std === null) return truncatedNormal(mean, std, null, null);
  return truncatedNormal(mean, std, mean - 2 * std, mean + 2 * std);
}

export function constant(value: number | null): Initializer {
  if (value === 0) return zeros();
  if (value === 1) return ones();
  return { ...fixed, family: 'constant', scheme: 'constant', mean: value, std: 0 };
}

export function zeros(): Initializer {
  return { ...fixed, family: 'zeros', scheme: 'constant', mean: 0, std: 0 };
}

export function ones(): Initializer {
  return { ...fixed, family: 'ones', scheme: 'constant', mean: 1, std: 0 };
}

/**
 * Orthonormal rows or columns times `gain`, as the flattened matrix of `rows` × `columns` (PyTorch: first axis × the rest,
 * Keras: the rest × last axis). The shorter side is orthonormal, so one element has variance gain² / max(rows, columns).
 */
export function orthogonal(gain: number | null, rows: number | null, columns: number | null): Initializer {
  const std =
    gain === null || rows === null || columns === null ? null : Math.abs(gain) / Math.sqrt(Math.max(rows, columns));
  return { ...fixed, family: 'orthogonal', scheme: 'orthogonal', mean: 0, std, ...(gain === null ? {} : { gain }) };
}

/** `gain` on the diagonal of a rows × columns matrix; mean and std over its elements. */
export function identity(gain: number | null, rows: number | null, columns: number | null): Initializer {
  const share = rows === null || columns === null ? null : 1 / Math.max(rows, columns);
  return diagonal('identity', gain, share);
}

/** PyTorch's `dirac_`: one `1` at the centre of min(out, in) kernels; `[out, in/groups, ...kernel]`. */
export function dirac(groups: number, shape: readonly number[] | null): Initializer {
  if (shape === null) return diagonal('dirac', 1, null);
  const [out = 1, inPerGroup = 1] = shape;
  const size = shape.reduce((product, dim) => product * dim, 1);
  return diagonal('dirac', 1, (Math.min(out / groups, inPerGroup) * groups) / size);
}

/** PyTorch's `sparse_`: in every column `ceil(sparsity · rows)` zeros, the others N(0, std²). */
export function sparse(sparsity: number | null, std: number | null, rows: number | null): Initializer {
  const share = sparsity === null || rows === null ? null : 1 - Math.ceil(sparsity * rows) / rows;
  return { ...fixed, family: 'sparse', mean: 0, std: share === null || std === null ? null : std * Math.sqrt(share) };
}

/** Memory that nobody wrote (`torch.empty`). */
export function uninitialized(): Initializer {
  return { ...fixed, family: 'uninitialized', scheme: 'other', mean: null, std: null };
}

export function unknownInitializer(): Initializer {
  return { ...fixed, family: 'unknown', scheme: 'other', mean: null, std: null };
}

/**
 * How the variance is drawn. `truncatedNormal` corrects for its truncation at two std (Keras, Flax);
 * `uncorrectedTruncatedNormal` does not and ends with 0.88 of the std (TensorFlow.js).
 */
export type ScalingDistribution = 'uniform' | 'normal' | 'truncatedNormal' | 'uncorrectedTruncatedNormal';

/** Var w = scale / max(1, fan): what Xavier, He and LeCun are cases of. Without a known fan only `scaling` is known. */
export function varianceScaling(scaling: VarianceScaling, distribution: ScalingDistribution, fans: Fans): Initializer {
  const fan = fanOf(scaling.mode, fans);
  const std = fan === null ? null : Math.sqrt(scaling.scale / Math.max(1, fan));
  return { ...drawn(std, distribution), scheme: schemeOf(scaling), scaling };
}

/** Glorot & Bengio 2010: Var w = gain² · 2 / (fanIn + fanOut). */
export function xavier(distribution: ScalingDistribution, fans: Fans, gain = 1): Initializer {
  const made = varianceScaling({ scale: square(gain), mode: 'fanAvg' }, distribution, fans);
  return { ...made, scheme: 'xavier', ...(gain === 1 ? {} : { gain }) };
}

/** He et al. 2015: Var w = gain² / fan; gain √2 for ReLU. */
export function he(
  distribution: ScalingDistribution,
  fans: Fans,
  options: { readonly gain?: number; readonly mode?: FanModeOfHe; readonly nonlinearity?: string } = {},
): Initializer {
  const { gain = Math.SQRT2, mode = 'fanIn', nonlinearity } = options;
  const made = varianceScaling({ scale: square(gain), mode }, distribution, fans);
  return { ...made, scheme: 'he', ...(nonlinearity === undefined ? {} : { nonlinearity }) };
}

type FanModeOfHe = Exclude<VarianceScaling['mode'], 'fanAvg'>;

/** LeCun et al. 1998: Var w = 1 / fanIn. */
export function lecun(distribution: ScalingDistribution, fans: Fans): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn' }, distribution, fans);
}

/** What a tensor holds after it was multiplied by a constant. */
export function scaled(initializer: Initializer, factor: number): Initializer {
  const { mean, std, low, high, scaling, gain, family } = initializer;
  if (factor === 1) return initializer;
  if (factor === 0) return zeros();
  if (std === 0 && mean !== null) return constant(mean * factor);
  const times = (value: number | null) => (value === null ? null : value * factor);
  return {
    ...initializer,
    mean: times(mean),
    std: std === null ? null : std * Math.abs(factor),
    low: factor > 0 ? times(low) : times(high),
    high: factor > 0 ? times(high) : times(low),
    scaling: scaling === null ? null : { ...scaling, scale: scaling.scale * factor * factor },
    ...(gain === undefined && !structured.has(family) ? {} : { gain: (gain ?? 1) * factor }),
  };
}

const structured: ReadonlySet<Initializer['family']> = new Set(['orthogonal', 'identity', 'dirac']);

function drawn(std: number | null, distribution: ScalingDistribution): Initializer {
  switch (distribution) {
    case 'normal':
      return normal(0, std);
    case 'uniform':
      return std === null ? { ...uniform(null, null), mean: 0 } : uniform(-Math.sqrt(3) * std, Math.sqrt(3) * std);
    case 'truncatedNormal':
      return { ...truncatedAtTwoStd(0, std === null ? null : std / stdTruncatedAtTwo), mean: 0, std };
    case 'uncorrectedTruncatedNormal':
      return { ...truncatedAtTwoStd(0, std), mean: 0 };
    default:
      return distribution satisfies never;
  }
}

/** To 15 digits: the square of √2 is 2. */
function square(gain: number): number {
  return Number((gain * gain).toPrecision(15));
}

/** What is left of the std of a normal distribution cut at two std: 0.8796, the constant of Keras and Flax. */
const stdTruncatedAtTwo = truncatedMoments(0, 1, -2, 2).std;

function schemeOf({ scale, mode }: VarianceScaling): Initializer['scheme'] {
  if (mode === 'fanAvg' && scale === 1) return 'xavier';
  if (mode !== 'fanAvg' && scale === 2) return 'he';
  return mode === 'fanIn' && scale === 1 ? 'lecun' : 'other';
}

function diagonal(family: 'identity' | 'dirac', gain: number | null, share: number | null): Initializer {
  const known = gain !== null && share !== null;
  return {
    ...fixed,
    family,
    mean: known ? gain * share : null,
    std: known ? Math.abs(gain) * Math.sqrt(share * (1 - share)) : null,
    ...(gain === null ? {} : { gain }),
  };
}
