import type { Span } from './span.ts';

/** The family of an initial distribution. `mixture`: parts were written differently. `uninitialized` is memory that nobody wrote; `unknown` is what we cannot tell. */
export type InitializerFamily =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'uniform'
  | 'normal'
  | 'truncatedNormal'
  | 'orthogonal'
  | 'identity'
  | 'dirac'
  | 'sparse'
  | 'mixture'
  | 'uninitialized'
  | 'unknown';

/** The fan that a variance-scaling initializer divides by. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

/** Var w = scale / fan. Xavier: scale 1, fanAvg. He: scale 2, fanIn. LeCun: scale 1, fanIn. PyTorch's default: scale 1/3, fanIn. */
export interface VarianceScaling {
  readonly scale: number;
  readonly mode: FanMode;
}

/** The name by which the field knows an initialization scheme. */
export type Scheme = 'xavier' | 'he' | 'lecun' | 'orthogonal' | 'fixed' | 'constant' | 'default' | 'other';

/**
 * The distribution a parameter starts with, per element. `std` is the true standard deviation of what is drawn (after
 * truncation), `null` where a size that it depends on is not known; `scaling` then still gives the gain.
 */
export interface Initializer {
  readonly family: InitializerFamily;
  readonly scheme: Scheme;
  readonly mean: number | null;
  readonly std: number | null;
  /** Bounds of a uniform or truncated distribution, `null` where there are none or they are not known. */
  readonly low: number | null;
  readonly high: number | null;
  readonly scaling: VarianceScaling | null;
  /** Gain of an orthogonal, identity or dirac initializer (1 where not given). */
  readonly gain?: number;
  /** The activation that the code names (`nonlinearity='relu'`, `calculate_gain('tanh')`), as it is written. */
  readonly nonlinearity?: string;
}

/** A box of a tensor: the places from `start` up to, not including, `stop`, for every axis. */
export type Region = readonly (readonly [start: number, stop: number])[];

export type WriteOrigin = 'default' | 'explicit' | 'applied' | 'unknown';

/**
 * One write of values into a parameter: who wrote, where, what. Quick-fixes need the source ranges, so they are kept.
 */
export interface Write {
  readonly initializer: Initializer;
  /** `default`: the framework's own; `explicit`: the user's, at this parameter; `applied`: by a function or loop over many modules. */
  readonly origin: WriteOrigin;
  /** Where the initializer is written: the call or argument, e.g. all of `nn.init.zeros_(self.fc.weight)` or `"glorot_uniform"`. */
  readonly at: Span | null;
  /** In words: `default of nn.Linear`, `nn.init.zeros_`, `self.apply(init_weights)`. */
  readonly by: string;
  /** The callee as written, e.g. `nn.init.xavier_uniform_`, `init.zeros_`, `glorot_uniform`; `null` for defaults. */
  readonly callee: string | null;
  /** Only part of the tensor was written (a slice). */
  readonly partial?: boolean;
  /** Which part, where that is known. */
  readonly region?: Region;
}
