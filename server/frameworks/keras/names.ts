import type { InstanceValue, TensorValue, Value } from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { isLayer, stateOf } from './layer-state.ts';
import { layersBehind } from './symbolic.ts';

/** All layers below a root, and all weights, by the names that the framework gives them. */
export function describeModel(root: InstanceValue, dialect: Dialect) {
  const owners = collect(root);
  const names = nameLayers([...owners.keys()], dialect);
  const modules = new Map<InstanceValue, string>();
  /** Name scopes are part of the weights' names, but not of the layers'. */
  const prefixes = new Map<InstanceValue, string>();
  for (const [layer, owner] of owners) {
    const name = names.get(layer) ?? '';
    const scoped = [...stateOf(layer).scope, name].join('/');
    const isInside = owner !== null && owner !== root;
    modules.set(layer, isInside ? nameInside(owner, layer, modules.get(owner) ?? '', name, dialect) : name);
    prefixes.set(layer, isInside ? nameInside(owner, layer, prefixes.get(owner) ?? '', scoped, dialect) : scoped);
  }
  const unnamed = nameWeights([root, ...modules.keys()]);
  const parameters: { name: string; tensor: TensorValue }[] = [];
  const seen = new Set<unknown>();
  const addWeights = (layer: InstanceValue, prefix: string) => {
    for (const [name, { tensor, isState }] of stateOf(layer).weights) {
      if (isState || seen.has(tensor.storage)) continue;
      seen.add(tensor.storage);
      parameters.push({ name: `${prefix}${unnamed.get(tensor) ?? name}`, tensor });
    }
  };
  const addVariables = (layer: InstanceValue, prefix: string) => {
    for (const [name, value] of layer.attributes) {
      if (value.type !== 'tensor' || !value.isParameter || seen.has(value.storage)) continue;
      seen.add(value.storage);
      parameters.push({ name: `${prefix}${name}`, tensor: value });
    }
  };
  addWeights(root, '');
  addVariables(root, '');
  for (const [layer, prefix] of prefixes) {
    addWeights(layer, `${prefix}/`);
    addVariables(layer, `${prefix}/`);
  }
  for (const [layer, name] of modules) givenNames.set(layer, name);
  return { parameters, modules };
}

/** What wraps one layer, or a few, names them in its own way. */
const wrappers = new Set(['TimeDistributed', 'RNN', 'StackedRNNCells']);

function nameInside(owner: InstanceValue, layer: InstanceValue, above: string, name: string, dialect: Dialect): string {
  if (!wrappers.has(owner.class.name)) return `${above}/${name}`;
  return dialect.wrappedName(above, name, owner.class.name, stateOf(owner).layers.indexOf(layer));
}

/** `variable`, `variable_1`: weights without a name count over the whole model, as they are made. */
function nameWeights(layers: readonly InstanceValue[]): Map<TensorValue, string> {
  const unnamed = layers.flatMap((layer) =>
    [...stateOf(layer).weights.values()].flatMap(({ tensor, isUnnamed }) => (isUnnamed === true ? [tensor] : [])),
  );
  const inOrder = unnamed.sort((a, b) => (a.storage?.id ?? 0) - (b.storage?.id ?? 0));
  return new Map(inOrder.map((tensor, index) => [tensor, index === 0 ? 'variable' : `variable_${index}`]));
}

/** The name that a layer got when its model was last described; before that, what its class suggests. */
export function currentName(layer: InstanceValue, dialect: Dialect): string {
  return givenNames.get(layer) ?? stateOf(layer).name ?? dialect.layerName(layer.class.name, 0);
}

const givenNames = new WeakMap<InstanceValue, string>();

/** Every layer below the root with the layer or model that holds it, parents first. */
function collect(root: InstanceValue): Map<InstanceValue, InstanceValue | null> {
  const owners = new Map<InstanceValue, InstanceValue | null>();
  const open: [InstanceValue, InstanceValue | null][] = [[root, null]];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const [layer, owner] = next;
    if (layer !== root) {
      if (owners.has(layer)) continue;
      owners.set(layer, owner);
    }
    // Depth first, in order: the children of this layer come before its siblings.
    open.unshift(...childrenOf(layer).map((child): [InstanceValue, InstanceValue] => [child, layer]));
  }
  return owners;
}

/** Layers that a layer holds: a model's, what a wrapper wraps, and attributes that are layers or collections of them. */
export function childrenOf(layer: InstanceValue): InstanceValue[] {
  const state = stateOf(layer);
  const children = new Set<InstanceValue>(state.layers);
  if (state.functional !== null) for (const child of layersBehind([state.functional.outputs])) children.add(child);
  for (const value of layer.attributes.values()) addLayers(value, children, 0);
  addLayers(state.config.value('activation'), children, 0);
  children.delete(layer);
  return [...children];
}

function addLayers(value: Value, found: Set<InstanceValue>, depth: number): void {
  if (isLayer(value)) found.add(value);
  else if (depth > 4) return;
  else if (value.type === 'list' || value.type === 'tuple')
    for (const item of value.items) addLayers(item, found, depth + 1);
  else if (value.type === 'dict') for (const entry of value.entries.values()) addLayers(entry.value, found, depth + 1);
}

/** `name=`, else the class's name with a number: `dense`, `dense_1`, in the order of construction. */
function nameLayers(layers: readonly InstanceValue[], dialect: Dialect): Map<InstanceValue, string> {
  const counts = new Map<string, number>();
  const names = new Map<InstanceValue, string>();
  for (const layer of [...layers].sort((a, b) => stateOf(a).serial - stateOf(b).serial)) {
    const given = stateOf(layer).name;
    const class_ = layer.class.name;
    const count = counts.get(class_) ?? 0;
    if (given === null) counts.set(class_, count + 1);
    names.set(layer, given ?? dialect.layerName(class_, count));
  }
  return names;
}
