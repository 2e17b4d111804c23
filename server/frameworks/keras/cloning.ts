import type { NativeContext } from '../../interpreter/native.ts';
import { optionArguments } from '../../interpreter/signature.ts';
import {
  type ClassValue,
  type DictValue,
  dictOf,
  type InstanceValue,
  string,
  type Value,
} from '../../interpreter/values.ts';
import { isLayer, isSequential, stateOf } from './layer-state.ts';
import { callSymbolically, flatTensors, inputOrigin, recall, symbolicInput } from './symbolic.ts';

/* Layers made again from what they were made of: `get_config`, `from_config`, `clone_model`. */

/** The arguments of a layer of the tables. A user's class adds its own to what this gives. */
export function configurationOf(layer: InstanceValue): DictValue {
  const { config, name } = stateOf(layer);
  const native = layer.class.order.find((class_) => class_.native !== null)?.native;
  const own = (native?.signature.parameters ?? []).flatMap((parameter): [string, Value][] => {
    const value = parameter.kind === 'keywordRest' || parameter.kind === 'rest' ? null : config.value(parameter.name);
    return value === null || value.type === 'unknown' ? [] : [[parameter.name, value]];
  });
  const entries = own.filter(([key]) => key !== 'name');
  const given = dictOf([...(name === null ? [] : [['name', string(name)] as const]), ...entries]);
  given.open = layer.class.native === null;
  if (isModel(layer)) given.entries.set(original, { key: string(original), value: layer });
  return given;
}

/** `Dense.from_config(config)`; a model's configuration knows the model that it is of. */
export function fromConfiguration(class_: ClassValue, config: Value, context: NativeContext): Value {
  const model = config.type === 'dict' ? config.entries.get(original)?.value : undefined;
  if (isLayer(model)) return cloned(model, context);
  return context.callWith(class_, optionArguments(config));
}

const original = 's(original)';

/** `clone_model(model)`: the same layers with weights of their own. Layers of the user's classes stay the same objects. */
export function cloned(layer: InstanceValue, context: NativeContext): InstanceValue {
  const clones = new Map<InstanceValue, InstanceValue>();
  const cloneOf = (one: InstanceValue): InstanceValue => {
    const known = clones.get(one);
    if (known !== undefined) return known;
    const made = cloneOne(one, cloneOf, context);
    clones.set(one, made);
    return made;
  };
  return cloneOf(layer);
}

type CloneOf = (layer: InstanceValue) => InstanceValue;

function cloneOne(layer: InstanceValue, cloneOf: CloneOf, context: NativeContext): InstanceValue {
  if (layer.class.native === null) return layer;
  const state = stateOf(layer);
  const copy: InstanceValue = { ...layer, attributes: new Map(layer.attributes), state: null };
  const made = stateOf(copy);
  const { config, name, isTrainable, inputShapes } = state;
  Object.assign(made, { config, name, isTrainable, inputShapes });
  made.layers.push(...state.layers.map(cloneOf));
  if (state.functional === null) return copy;
  const inputs = flatTensors(state.functional.inputs);
  const fresh = new Map(
    inputs.map((input) => [input, symbolicInput(input.shape, inputOrigin(input)?.name ?? null, context.at, null)]),
  );
  const [newInputs, newOutputs] = recall(
    [state.functional.inputs, state.functional.outputs],
    fresh,
    (call, arguments_) =>
      call.layer === null
        ? callSymbolically(arguments_, null, context, call.run)
        : context.callWith(cloneOf(call.layer), arguments_),
  );
  if (newInputs !== undefined && newOutputs !== undefined) made.functional = { inputs: newInputs, outputs: newOutputs };
  return copy;
}

function isModel(layer: InstanceValue): boolean {
  return layer.class.native !== null && (stateOf(layer).functional !== null || isSequential(layer));
}
