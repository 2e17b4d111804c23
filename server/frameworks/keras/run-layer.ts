import type { Op } from '../../../core/graph/op.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensor } from '../../interpreter/table.ts';
import {
  type CallArguments,
  type InstanceValue,
  none,
  type TensorValue,
  type Value,
} from '../../interpreter/values.ts';
import { activationOf } from './activations.ts';
import type { Dialect } from './dialect.ts';
import { createEmitter, type Emitter, emitActivation } from './emitter.ts';
import type { ActiveLayer, LayerSpec } from './layer-spec.ts';
import { stateOf } from './layer-state.ts';
import { currentName } from './names.ts';
import { flatTensors } from './symbolic.ts';

/** Runs a layer of the tables on tensors: its op, then its `activation=`. */
export function runSpec(
  spec: LayerSpec,
  instance: InstanceValue,
  arguments_: CallArguments,
  dialect: Dialect,
  context: NativeContext,
): Value {
  const inputs = inputsOf(arguments_, context);
  const layer = activeLayer(instance, arguments_, dialect);
  const emit = createEmitter(context);
  const [first] = inputs;
  if (first === undefined) return { type: 'unknown', reason: 'layer called without a tensor' };
  // In `Activation` the activation is the layer.
  const given = instance.class.name === 'Activation' ? none : layer.config.value('activation');
  if (spec.isTransparent === true)
    return emit.add({ op: { kind: 'activation', fn: 'identity' }, inputs: [first], owner: instance });
  if (spec.forward !== undefined) return spec.forward(layer, inputs, emit);
  const shapes = inputs.map((input) => input.shape);
  const shape = spec.shape?.(layer.config, shapes);
  const called = instance.class.name === 'Activation' ? activationOf(layer.config.value('activation')) : null;
  if (called !== null && 'call' in called) return callActivation(called.call, first, context);
  const op: Op = spec.op?.(layer.config, shapes) ?? { kind: 'unknown', name: instance.class.name };
  const result = emit.add({
    op,
    inputs,
    owner: instance,
    parameters: layer.weights,
    ...(shape !== undefined ? { shape } : op.kind === 'unknown' ? { shape: null } : {}),
  });
  return spec.hasOwnActivation === true ? result : withActivation(given, result, layer, emit);
}

/** What `activation=` puts behind a layer. */
function withActivation(given: Value, result: TensorValue, layer: ActiveLayer, emit: Emitter): Value {
  if (given.type === 'unknown' && given.reason?.startsWith('argument ')) return result;
  const activation = activationOf(given);
  if ('call' in activation) return callActivation(activation.call, result, emit.context);
  return activation.op === null ? result : emitActivation(activation.op, result, `${layer.name}/`, emit);
}

/** A function, or a layer or class of layers, as `activation=`. */
function callActivation(callee: Value, input: TensorValue, context: NativeContext): Value {
  const result = context.call(callee, [input]);
  return result.type === 'tensor' ? result : input;
}

function activeLayer(instance: InstanceValue, arguments_: CallArguments, dialect: Dialect): ActiveLayer {
  const state = stateOf(instance);
  const weights: Record<string, TensorValue> = {};
  for (const { as, tensor: weight, isState } of state.weights.values()) if (!isState) weights[as] = weight;
  return {
    instance,
    config: state.config,
    weights,
    name: currentName(instance, dialect),
    callArgument: (name) => arguments_.keyword.get(name)?.value ?? none,
  };
}

/** Tensors of a call in order; what is not known counts as one while a model is traced, so that later layers stay in the graph. */
function inputsOf(arguments_: CallArguments, context: NativeContext): TensorValue[] {
  const all = [...arguments_.positional, ...arguments_.keyword.values()].flatMap(({ value }) => flatTensors(value));
  const isUnknown = arguments_.positional[0]?.value.type === 'unknown';
  if (all.length > 0 || !isUnknown) return all;
  return [
    context.graph.isTracing
      ? createEmitter(context).add({ op: { kind: 'unknown', name: 'value' }, inputs: [], name: 'value', shape: null })
      : tensor(),
  ];
}
