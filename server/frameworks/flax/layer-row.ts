import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { dimOf, isNone } from '../../interpreter/read.ts';
import type { InstanceValue, TensorValue, Value } from '../../interpreter/values.ts';
import type { Config } from '../keras/layer-spec.ts';

/*
 * One description serves both of Flax's systems: linen's layers make their parameters when they first meet an input, nnx's
 * are told the input's features and make them at once.
 */

export interface WeightSpec {
  /** As Flax names it below the layer; parts of a path are joined by `/`: `query/kernel`. */
  readonly name: string;
  /** What it is to the op: `weight`, `bias`, `gain`. */
  readonly as: string;
  readonly role: ParameterRole;
  readonly shape: Shape;
  /** The shape that the initializer is called with, where it is another: dense layers over several axes flatten it. */
  readonly drawn?: Shape;
  /** The argument that says how it starts. */
  readonly init: string;
}

/** A layer while it runs. */
export interface ActiveLayer {
  readonly instance: InstanceValue;
  readonly config: Config;
  /** By what they are to the op. */
  readonly weights: Readonly<Record<string, TensorValue | null>>;
}

export interface LayerRow {
  /** Constructor parameters of the linen class, in Python's notation; `null` where linen has no such layer. */
  readonly linen: string | null;
  readonly nnx: string | null;
  /** Its class in nnx, where it has another name. */
  readonly nnxName?: string;
  /** Of nnx: the shape of the input that its arguments promise. */
  readonly promised?: (config: Config) => Shape;
  /** Call parameters. */
  readonly call?: string;
  /** Those that are arrays of the signal; without it the first one only. */
  readonly operands?: readonly string[];
  readonly weights?: (config: Config, inputs: readonly (Shape | null)[]) => readonly WeightSpec[];
  readonly forward: (
    layer: ActiveLayer,
    inputs: readonly [TensorValue, ...TensorValue[]],
    given: BoundArguments,
    context: NativeContext,
  ) => Value;
  /** Further methods: `attend`. */
  readonly methods?: Readonly<
    Record<
      string,
      {
        readonly parameters: string;
        /** It reads the layer's parameters, whose shapes no input has to tell. */
        readonly usesWeights?: boolean;
        readonly run: (layer: ActiveLayer, given: BoundArguments, context: NativeContext) => Value;
      }
    >
  >;
}

export type LayerRows = Readonly<Record<string, LayerRow>>;

/** The width a layer makes: `features` in linen, `out_features` or `hidden_features` in nnx. */
export function outputWidth(config: Config): Dim {
  return dimOf(outputValue(config));
}

export function outputValue(config: Config): Value {
  for (const name of ['features', 'out_features', 'hidden_features']) {
    const value = config.value(name);
    if (value.type !== 'unknown' && !isNone(value)) return value;
  }
  return { type: 'unknown', reason: 'features' };
}

export function lastOf(shape: Shape | null | undefined): Dim {
  return shape?.at(-1) ?? null;
}

/** A bias, where the layer has one. */
export function biasOf(config: Config, shape: Shape, name = 'bias', as = 'bias', init = 'bias_init'): WeightSpec[] {
  if (!config.flag('use_bias')) return [];
  return [{ name, as, role: 'bias', shape, init }];
}
