import { type Contribution, isScaleFree } from './gradient.ts';
import {
  affineKernel,
  aligned,
  type Kernel,
  multiplyKernels,
  pairMean,
  type Size,
  scaleKernel,
  zeroEntries,
} from './kernel.ts';

interface Pair {
  readonly total: Kernel;
  readonly shared: Kernel;
}

/** What a norm takes away along the standardized values: a share of what they are like. */
export interface Along {
  readonly share: { readonly total: number; readonly shared: number };
  readonly like: Pair;
}

/**
 * Of each contribution, from the kernels of it times the standardized value; where an activation's slope goes with the value, from what
 * it told of them. What a maximum chose is alike with the value of its own place only: g - a z has -2 a^2 there and a^2 z z' everywhere.
 */
export function alongEach(
  contributions: readonly Contribution[],
  values: Pair,
  share: (times: Pair) => Along['share'],
): readonly Along[] {
  return contributions.flatMap((one) => {
    if (isScaleFree([one])) return [];
    const times = one.timesValue?.() ?? {
      total: multiplyKernels(values.total, one.total),
      shared: multiplyKernels(values.shared, one.shared),
    };
    const { chosenAlike } = one;
    const like =
      chosenAlike === undefined
        ? values
        : {
            total: oppositeBut(values.total, 2),
            shared: oppositeBut(values.shared, 2 * chosenAlike),
          };
    return [{ share: share(times), like }];
  });
}

function oppositeBut(values: Kernel, atOrigin: number): Kernel {
  const data = scaleKernel(values, -1).data;
  data[0] = (data[0] ?? 0) + atOrigin;
  return { ...values, data };
}

/** `factor` times what of a gradient is neither its mean nor along the values. */
export function projected(
  gradient: Kernel,
  alongs: readonly Along[],
  kind: 'total' | 'shared',
  mean: number,
  factor: number,
): Kernel {
  const [first, ...others] = alongs;
  if (first === undefined) return affineKernel(gradient, mean, factor);
  const { rows, columns, entries } = aligned(gradient, first.like[kind]);
  const [g, value] = entries;
  const share = first.share[kind];
  const data = zeroEntries(g.length);
  for (let i = 0; i < data.length; i++) data[i] = factor * ((g[i] ?? 0) - mean - share * (value[i] ?? 0));
  const left = { rows, columns, data };
  return others.length === 0 ? left : projected(left, scaledBy(others, factor), kind, 0, 1);
}

function scaledBy(alongs: readonly Along[], factor: number): readonly Along[] {
  return alongs.map(({ share, like }) => ({
    share: { total: share.total * factor, shared: share.shared * factor },
    like,
  }));
}

/**
 * Variance of the logarithm of an input's own variance, a mean of squares over positions and channels: neighbours go together, so that
 * it is a mean over few. Of a log-normal v, E v · E 1/v is exp of it, and E v · E (v v')^(-1/2) exp of 3/4 of it and 1/4 of the covariance.
 */
export function chanceOf(values: Kernel, size: Size, apart: number): number {
  return Math.log1p((2 * pairMean(multiplyKernels(values, values), size)) / apart);
}
