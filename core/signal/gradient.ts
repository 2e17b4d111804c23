import type { ActivationName } from '../graph/op.ts';
import { addKernels, atZero, constantKernel, type Kernel, mapKernel, scaleKernel } from './kernel.ts';
import type { Profile } from './marginal.ts';
import { mixPlaces, type Places } from './places.ts';

/**
 * The gradient of the mean loss with respect to one segment, as it came from one consumer. Kernels as in `Segment`; `shared` is
 * for two different inputs of the batch.
 */
export interface Contribution {
  readonly total: Kernel;
  readonly shared: Kernel;
  /** E g_a g_b of two different channels; -1/(C-1) of the whole where gradients sum to zero. */
  readonly coherence: number;
  /**
   * Kernels of the gradient times the standardized value below it, for a normalization there; absent where not known. Made when they
   * are asked for.
   */
  readonly timesValue?: () => TimesValue;
  /** Where in the map it is; even where it is not given. */
  readonly places?: Places | undefined;
  /** Over the cells of the tensor's marginal, where it has one and what came back depends on the value. */
  readonly profile?: Profile;
  /**
   * From a normalization of single channels: E 1/v over them, which is in `total`. Large where the channel's weights are small, so
   * that a convolution below passes it on without.
   */
  readonly inflation?: number;
  /** Of every channel, the sum of the gradient and of its product with the value are zero: a norm of single channels follows. */
  readonly isCentred?: boolean;
  /** The same by way of a map of single channels (depthwise), which a norm of single channels follows. */
  readonly isScaleFree?: boolean;
  /** What that norm's epsilon leaves of the products' sum over the batch: mean square over channels. */
  readonly scaleGradient?: number;
  /** What came to the activation above, before its slope. */
  readonly beforeSlope?: BeforeSlope;
  /** All of it is at elements that a maximum chose; correlation between two inputs of what chose them. */
  readonly chosenAlike?: number;
  /** It came through a maximum. */
  readonly keep?: Kept;
  /** All of it belongs to the last position; the kernels are means over all. */
  readonly lastOnly?: true;
}

export interface TimesValue {
  readonly total: Kernel;
  readonly shared: Kernel;
}

/** The elements that a maximum chose, below the activation that it commutes with. */
export interface Kept {
  /** E f'^2 of them: mostly on the slope, f' is theirs, not that of any element. */
  readonly slope: number;
  /** Mean and second moment of what the activation reads there. */
  readonly mean: number;
  readonly second: number;
  /** Correlation between two inputs of what chose them. */
  readonly alike: number;
}

/** A gradient g of which g f'(z) is the one below an activation f. */
export interface BeforeSlope {
  readonly total: Kernel;
  /** Factor on second moments from there to here. */
  readonly factor: number;
  readonly fn: ActivationName;
  readonly parameter: number | undefined;
  /** E z f'(z) of the standardized z. */
  readonly slopeOnValue: number;
  /** Of what f is applied to. */
  readonly mean: number;
  readonly variance: number;
}

/** Neither a constant nor a factor on the values below would change the loss. */
export function isScaleFree(contributions: readonly Contribution[]): boolean {
  return contributions.length > 0 && contributions.every((one) => one.isCentred === true || one.isScaleFree === true);
}

/** What epsilons leave of that, of all consumers together. */
export function scaleGradientOf(contributions: readonly Contribution[]): Pick<Contribution, 'scaleGradient'> {
  if (!isScaleFree(contributions)) return {};
  return { scaleGradient: contributions.reduce((sum, one) => sum + (one.scaleGradient ?? 0), 0) };
}

/** Gradient with respect to a tensor: per segment, all contributions. Those of different consumers are independent. */
export type Gradient = readonly (readonly Contribution[])[];

function zeroContribution(): Contribution {
  return { total: constantKernel(0), shared: constantKernel(0), coherence: 0 };
}

export function zeroGradient(segments: number): Gradient {
  return Array.from({ length: segments }, () => [zeroContribution()]);
}

/** All contributions as one; what only single ones have (`keep`, `timesValue`, `lastOnly`) is lost. */
export function total(contributions: readonly Contribution[]): Contribution {
  const [first = zeroContribution(), ...rest] = contributions;
  if (rest.length === 0) return first;
  return {
    total: rest.reduce((sum, next) => addKernels(sum, next.total), first.total),
    shared: rest.reduce((sum, next) => addKernels(sum, next.shared), first.shared),
    coherence: rest.reduce((sum, next) => sum + next.coherence, first.coherence),
    // All at once: a deep residual net has as many contributions as blocks.
    places: mixPlaces(contributions.map((one) => ({ places: one.places, share: atZero(one.total) }))),
  };
}

export function addGradients(a: Gradient, b: Gradient): Gradient {
  return a.map((contributions, i) => [...contributions, ...(b[i] ?? [])]);
}

/** Every kernel times a number. */
export function scaleContribution(contribution: Contribution, factor: number): Contribution {
  const scaled = mapContribution(contribution, (kernel) => scaleKernel(kernel, factor), factor);
  return { ...scaled, places: contribution.places };
}

/** A linear map of every kernel; `coherence` is the factor on what channels have in common. */
export function mapContribution(
  { total, shared, coherence }: Contribution,
  map: (kernel: Kernel) => Kernel,
  coherenceFactor: number,
): Contribution {
  return { total: map(total), shared: map(shared), coherence: coherence * coherenceFactor };
}

export function mapGradient(gradient: Gradient, map: (contribution: Contribution) => Contribution): Gradient {
  return gradient.map((contributions) => contributions.map(map));
}

/** Mean square over a tensor of these segments. */
export function gradientSquare(gradient: Gradient, segments: readonly { readonly channels: number | null }[]): number {
  let [channels, isKnown] = [0, true];
  for (const segment of segments) {
    channels += segment.channels ?? 0;
    isKnown &&= segment.channels !== null;
  }
  let square = 0;
  gradient.forEach((contributions, i) => {
    const share = isKnown ? (segments[i]?.channels ?? 0) / channels : 1 / gradient.length;
    for (const one of contributions) square += share * atZero(one.total);
  });
  return Math.max(square, 0);
}

/** No kernel below zero at offset zero: projections may round there. */
export function clampContribution(contribution: Contribution): Contribution {
  return atZero(contribution.total) >= 0
    ? contribution
    : { ...contribution, total: mapKernel(contribution.total, () => 0), shared: constantKernel(0), coherence: 0 };
}
