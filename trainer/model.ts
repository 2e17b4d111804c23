import type { Layer, ModelGraph, ParameterSlice } from '../core/graph/graph.ts';
import type { Ops, Tensor } from './backend-ops.ts';
import { BuildError, type NodeContext } from './ops/builder.ts';
import { compute } from './ops/registry.ts';
import type { Random } from './random.ts';
import { logicalValue, type Value } from './value.ts';

/** A layer that cannot be rebuilt or does not fit its input, and why. */
export class LayerFailure extends Error {
  readonly kind: 'unsupportedOp' | 'badShape';
  readonly layer: Layer;

  constructor(kind: LayerFailure['kind'], layer: Layer, reason: string) {
    super(`${layer.name}: ${reason}`);
    this.kind = kind;
    this.layer = layer;
  }
}

export interface Run {
  /** By parameter id, in the framework's layout. */
  readonly parameters: ReadonlyMap<number, Tensor>;
  /** One per graph input, with the batch. */
  readonly inputs: readonly Tensor[];
  readonly batch: number;
  readonly random: Random;
  /** Told of every node as it is computed; may compute it again after changing something (LSUV). */
  readonly visit?: (layer: Layer, value: Value, again: () => Value) => Value;
}

/** Computes every layer that an output needs, in the graph's order. */
export function runModel(ops: Ops, graph: ModelGraph, run: Run): ReadonlyMap<number, Value> {
  const values = new Map<number, Value>();
  graph.inputs.forEach((id, index) => {
    const tensor = run.inputs[index];
    if (tensor !== undefined) values.set(id, logicalValue(tensor));
  });
  for (const layer of neededLayers(graph)) {
    if (layer.op.kind === 'input') continue;
    const once = () => runLayer(ops, graph, layer, values, run);
    const value = once();
    values.set(layer.id, run.visit === undefined ? value : run.visit(layer, value, once));
  }
  return values;
}

const needed = new WeakMap<ModelGraph, readonly Layer[]>();

/** The layers that lead to an output; others take no part in training. */
export function neededLayers(graph: ModelGraph): readonly Layer[] {
  const known = needed.get(graph);
  if (known !== undefined) return known;
  const wanted = new Set(graph.outputs);
  for (const layer of graph.layers.toReversed()) {
    if (wanted.has(layer.id)) for (const id of layer.inputs) wanted.add(id);
  }
  const layers = graph.layers.filter((layer) => wanted.has(layer.id));
  needed.set(graph, layers);
  return layers;
}

function runLayer(ops: Ops, graph: ModelGraph, layer: Layer, values: ReadonlyMap<number, Value>, run: Run): Value {
  const { op } = layer;
  if (op.kind === 'input') throw new LayerFailure('badShape', layer, 'an input has no data');
  try {
    const inputs = layer.inputs.map((id) => {
      const value = values.get(id);
      if (value === undefined) throw new BuildError('badShape', 'one of its inputs is not computed before it');
      return value;
    });
    return compute(op, inputs, contextOf(ops, graph, layer, run));
  } catch (error) {
    if (error instanceof LayerFailure) throw error;
    if (error instanceof BuildError) throw new LayerFailure(error.kind, layer, error.message);
    throw new LayerFailure('badShape', layer, error instanceof Error ? error.message : String(error));
  }
}

function sliceOf(ops: Ops, x: Tensor, { axis, index }: ParameterSlice): Tensor {
  const start = x.shape.map((_, k) => (k === axis ? index : 0));
  const size = x.shape.map((_, k) => (k === axis ? 1 : -1));
  return ops.reshape(
    ops.slice(x, start, size),
    x.shape.filter((_, k) => k !== axis),
  );
}

function contextOf(ops: Ops, graph: ModelGraph, layer: Layer, run: Run): NodeContext {
  const optional = (role: string): Tensor | null => {
    const id = layer.parameters[role];
    const whole = id === undefined ? undefined : run.parameters.get(id);
    return whole === undefined ? null : (layer.slices?.[role] ?? []).reduce((x, one) => sliceOf(ops, x, one), whole);
  };
  return {
    ops,
    layer,
    framework: graph.framework,
    batch: run.batch,
    random: run.random,
    optional,
    parameter(role) {
      const found = optional(role);
      if (found === null) throw new BuildError('badShape', `its ${role} is not known`);
      return found;
    },
  };
}
