import type { LossKind } from '../../../core/graph/graph.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { nativeClass } from '../../interpreter/table.ts';
import { type ClassValue, type InstanceValue, list, type TensorValue, type Value } from '../../interpreter/values.ts';
import { stateOf } from './layer-state.ts';
import { openScopes } from './name-scopes.ts';
import { flatTensors, inputsOf, symbolicInput } from './symbolic.ts';

/*
 * TensorFlow 1 has no model objects: there is one graph, which begins at placeholders. It is seen as a functional model from
 * them to what a loss or an optimizer is asked for. What belongs to it is the state of an instance, and undone like all else.
 */
interface DefaultGraph {
  model: InstanceValue | null;
  /** `get_variable` gives the same one for the same name. */
  readonly variables: Map<string, TensorValue>;
  /** `tf.layers.dense(x, 10, name='fc', reuse=True)`. */
  readonly layers: Map<string, Value>;
}

const holder: InstanceValue = {
  type: 'instance',
  class: nativeClass('tensorflow.DefaultGraph', {}),
  attributes: new Map(),
  at: null,
  state: null,
};

export function defaultGraph(context: NativeContext): DefaultGraph {
  context.touch(holder);
  const known = holder.state as DefaultGraph | null;
  if (known !== null) return known;
  const made: DefaultGraph = { model: null, variables: new Map(), layers: new Map() };
  holder.state = made;
  return made;
}

export function scopedName(name: string): string {
  return [...openScopes(), name].join('/');
}

/** Files a variable under a name of its own: `Variable`, `Variable_1`. */
export function addVariable(wanted: string, variable: TensorValue, context: NativeContext): void {
  const { variables, model } = defaultGraph(context);
  const base = scopedName(wanted);
  let name = base;
  for (let count = 1; variables.has(name); count++) name = `${base}_${count}`;
  variables.set(name, variable);
  if (model !== null) {
    context.touch(model);
    model.attributes.set(name, variable);
  }
}

/** `tf.placeholder`: the first one begins the graph's model. */
export function placeholder(
  shape: Shape | null,
  name: string | null,
  functional: ClassValue,
  context: NativeContext,
): TensorValue {
  const graph = defaultGraph(context);
  const input = symbolicInput(shape, name, context.at, null);
  if (graph.model === null) {
    const made = context.instantiate(functional, [list([input]), list([input])]);
    if (made.type !== 'instance') return input;
    graph.model = made;
    for (const [key, variable] of graph.variables) made.attributes.set(key, variable);
  }
  return input;
}

/** What a loss is computed of, or an optimizer makes smaller, is what the graph's model puts out. */
export function setOutputs(value: Value, loss: LossKind | null, context: NativeContext): void {
  const { model } = defaultGraph(context);
  const [output] = flatTensors(value);
  if (model === null || output === undefined) return;
  context.touch(model);
  const state = stateOf(model);
  // A loss says more than the optimizer that is asked for its mean.
  if (state.loss !== null && loss === null) return;
  const inputs = inputsOf(output);
  if (inputs.length === 0) return;
  state.functional = { inputs: list([...inputs]), outputs: list([output]) };
  state.inputShapes = inputs.map((input) => input.shape);
  state.loss = loss ?? state.loss;
}
