import type { Initializer, Write } from './initializer.ts';
import type { Shape } from './shape.ts';

export type ParameterRole =
  | 'weight' // of a dense or convolution layer, or of an attention projection
  | 'recurrentWeight' // hidden-to-hidden
  | 'bias'
  | 'normGain'
  | 'normBias'
  | 'embedding'
  | 'scale' // a learned factor: LayerScale, ReZero, PReLU's slope
  | 'other'; // class tokens, positions, free parameters

export interface Parameter {
  /** Unique in its graph. */
  readonly id: number;
  /** As the framework names it: `layer1.0.conv1.weight`, `dense/kernel`. */
  readonly name: string;
  readonly role: ParameterRole;
  /** In the framework's own layout: `[out, in]` for PyTorch, `[in, out]` for Keras. */
  readonly shape: Shape;
  readonly trainable: boolean;
  /** As the framework's initializers count them; `null` where not known or not defined (a vector in PyTorch). */
  readonly fanIn: number | null;
  readonly fanOut: number | null;
  /** What it starts with: the last write. */
  readonly initializer: Initializer;
  /** All writes, oldest first; the last one is `initializer`'s. */
  readonly writes: readonly Write[];
  /**
   * Layers multiply by it over its largest singular value (Miyato et al. 2018), so that its own scale has no effect: `estimated` by one
   * step of the power iteration, or `converged`.
   */
  readonly spectralNorm?: 'estimated' | 'converged';
  /** The parameter's value leaves the graph's knowledge: loaded from a checkpoint, or written by code we could not follow. */
  readonly overwrittenByUnknown?: boolean;
}
