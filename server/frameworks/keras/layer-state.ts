import type { LossKind } from '../../../core/graph/graph.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { InstanceValue, TensorValue, Value } from '../../interpreter/values.ts';
import { emptyConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import type { Config } from './layer-spec.ts';

/** What the tables keep about a layer or model. */
export interface LayerState {
  /** Order of construction; automatic names count by it. */
  readonly serial: number;
  config: Config;
  /** `name=`. */
  name: string | null;
  isTrainable: boolean;
  /** Name scopes that were open when it was built. */
  scope: readonly string[];
  /** What it was built for; `null` before. */
  builtFor: readonly (Shape | null)[] | null;
  /** Weights by their own name (`kernel`). */
  readonly weights: Map<string, LayerWeight>;
  /** Sequential: its layers. Wrappers: what they wrap. */
  readonly layers: InstanceValue[];
  /** Functional models. */
  functional: { readonly inputs: Value; readonly outputs: Value } | null;
  /** What it was last called with, and gave, while a functional model was made. */
  lastCall: { readonly inputs: Value; readonly outputs: Value } | null;
  /** Shapes that the model was called with, or that `build`, `input_shape=` or an `InputLayer` names. */
  inputShapes: readonly (Shape | null)[] | null;
  loss: LossKind | null;
}

interface LayerWeight {
  /** What it is to the op. */
  readonly as: string;
  readonly tensor: TensorValue;
  /** Not trained. */
  readonly isState: boolean;
  /** The framework makes a name: `variable`, `variable_1`, in the order of all such weights. */
  readonly isUnnamed?: boolean;
}

let lastSerial = 0;

export function stateOf(instance: InstanceValue): LayerState {
  if (isLayerState(instance.state)) return instance.state;
  const state: LayerState = {
    serial: lastSerial++,
    config: emptyConfig,
    name: null,
    isTrainable: true,
    scope: [],
    builtFor: null,
    weights: new Map(),
    layers: [],
    functional: null,
    lastCall: null,
    inputShapes: null,
    loss: null,
  };
  instance.state = state;
  return state;
}

function isLayerState(state: unknown): state is LayerState {
  return typeof state === 'object' && state !== null && 'builtFor' in state;
}

/** Is it a layer or model of Keras' or TensorFlow.js', or of a class derived from one? */
export function isLayer(value: Value | undefined): value is InstanceValue {
  return value?.type === 'instance' && inheritsFrom(value, /^(?:(?:keras|tfjs)\.layers\.Layer|tensorflow\.Module)$/);
}

/** Is it a model of this framework's, or of a class derived from one? */
export function isModel(instance: InstanceValue, dialect: Dialect): boolean {
  return inheritsFrom(instance, dialect.id === 'keras' ? kerasModels : new RegExp(`^${modelClassName(dialect)}$`));
}

const kerasModels = /^(?:keras\.Model|tensorflow\.Module)$/;

/** `tf.Module`: variables and modules below a name, run by the user's own `__call__`. */
export function isPlainModule(instance: InstanceValue): boolean {
  return inheritsFrom(instance, /^tensorflow\.Module$/);
}

export function isSequential(instance: InstanceValue): boolean {
  return inheritsFrom(instance, /^(?:keras|tfjs)\.Sequential$/);
}

export function layerClassName(dialect: Dialect): string {
  return `${dialect.id}.layers.Layer`;
}

export function modelClassName(dialect: Dialect): string {
  return `${dialect.id}.Model`;
}

export function sequentialClassName(dialect: Dialect): string {
  return `${dialect.id}.Sequential`;
}

function inheritsFrom(instance: InstanceValue, name: RegExp): boolean {
  return instance.class.order.some(({ native }) => native !== null && name.test(native.name));
}
