import type { Layer, ModelGraph } from './graph.ts';
import type { Parameter } from './parameter.ts';

/** What a graph says only indirectly, computed once: look-ups by id and who reads whom. */
interface GraphIndex {
  readonly layers: ReadonlyMap<number, Layer>;
  readonly parameters: ReadonlyMap<number, Parameter>;
  /** Layer id to the layers that read it, in order. */
  readonly consumers: ReadonlyMap<number, readonly Layer[]>;
  /** Parameter id to the layers that use it; more than one where it is tied. */
  readonly users: ReadonlyMap<number, readonly Layer[]>;
}

const indexes = new WeakMap<ModelGraph, GraphIndex>();

/** The index of a graph; graphs never change, so it is made once. */
export function indexOf(graph: ModelGraph): GraphIndex {
  const known = indexes.get(graph);
  if (known !== undefined) return known;
  const made = makeIndex(graph);
  indexes.set(graph, made);
  return made;
}

function makeIndex(graph: ModelGraph): GraphIndex {
  const consumers = new Map<number, Layer[]>(graph.layers.map((layer) => [layer.id, []]));
  const users = new Map<number, Layer[]>(graph.parameters.map((parameter) => [parameter.id, []]));
  for (const layer of graph.layers) {
    for (const input of new Set(layer.inputs)) consumers.get(input)?.push(layer);
    for (const id of new Set(Object.values(layer.parameters))) users.get(id)?.push(layer);
  }
  return {
    layers: new Map(graph.layers.map((layer) => [layer.id, layer])),
    parameters: new Map(graph.parameters.map((parameter) => [parameter.id, parameter])),
    consumers,
    users,
  };
}
