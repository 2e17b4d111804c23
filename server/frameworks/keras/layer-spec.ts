import type { Op } from '../../../core/graph/op.ts';
import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { Fans } from '../../../core/initializers/fans.ts';
import type { GivenArgument, InstanceValue, TensorValue, Value } from '../../interpreter/values.ts';
import type { Emitter } from './emitter.ts';

/*
 * How Keras' layers are described. TensorFlow.js has the same layers under other spellings, so one description serves both:
 * names are Keras' (`kernel_initializer`), and `server/frameworks/tfjs` translates.
 */

/** A weight that a layer makes when it is built. */
export interface WeightSpec {
  /** As Keras names it, below the layer's name: `kernel`, `lstm_cell/bias`. */
  readonly name: string;
  /** What it is to the op: `weight`, `bias`, `gain`. */
  readonly as: string;
  readonly role: ParameterRole;
  readonly shape: Shape;
  /** The argument that says how it starts. */
  readonly initializer: string;
  /** Where the framework does not take them from the shape. */
  readonly fans?: Fans;
  /** Moving averages are weights too, but not trained. */
  readonly isState?: boolean;
  /** LSTM: the part of the bias that belongs to the forget gate starts at one. */
  readonly hasForgetOnes?: boolean;
}

/** A layer of the tables. */
export interface LayerSpec {
  /** Parameters of the constructor, in Python's notation, without those that every layer has. */
  readonly parameters: string;
  /** The same parameters in older releases: `alpha` for `negative_slope`. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly weights?: (config: Config, inputs: readonly (Shape | null)[]) => readonly WeightSpec[];
  /** What it computes; `null` where an argument that it depends on is not known. */
  readonly op?: (config: Config, inputs: readonly (Shape | null)[]) => Op | null;
  /** The result's shape, where the op does not tell it. */
  readonly shape?: (config: Config, inputs: readonly (Shape | null)[]) => Shape | null;
  /** Where one op is not enough. */
  readonly forward?: (layer: ActiveLayer, inputs: readonly TensorValue[], emit: Emitter) => Value;
  /** `activation=` is a part of what it computes, not something behind it. */
  readonly hasOwnActivation?: boolean;
  /** Does nothing while a model is trained on its own data: masking, activity regularization. */
  readonly isTransparent?: boolean;
}

/** A layer while it runs. */
export interface ActiveLayer {
  readonly instance: InstanceValue;
  readonly config: Config;
  /** Its weights, by what they are to the op. */
  readonly weights: Readonly<Record<string, TensorValue>>;
  /** As the framework names it. */
  readonly name: string;
  /** The call's arguments beside tensors: `use_causal_mask=True`. */
  readonly callArgument: (name: string) => Value;
}

/** A layer's constructor arguments. */
export interface Config {
  value(name: string): Value;
  /** `null` where the default is used. */
  given(name: string): GivenArgument | null;
  dim(name: string): Dim;
  number(name: string): number | null;
  /** One number per axis; `null` where not known. */
  numbers(name: string, count: number): readonly number[] | null;
  text(name: string): string | null;
  flag(name: string): boolean;
}
