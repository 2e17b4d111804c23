import type { FrameworkId, GraphNote, Layer, LossKind, ModelGraph } from '../../core/graph/graph.ts';
import type { Initializer, Write } from '../../core/graph/initializer.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Span } from '../../core/graph/span.ts';
import { unknownInitializer } from '../../core/initializers/make.ts';
import { mixtureOf } from '../../core/initializers/mixture.ts';
import { namedActivations } from '../../core/signal/written-activation.ts';
import type { Framework } from '../frameworks/framework.ts';
import type { TracedNode } from './graph-builder.ts';
import type { InstanceValue, Storage, TensorValue } from './values.ts';

/** A model as the evaluator leaves it: its object, and the nodes of its traced forward pass. */
export interface TracedModel {
  readonly name: string;
  readonly framework: FrameworkId;
  readonly at: Span;
  readonly nameAt: Span;
  readonly description: ReturnType<Framework['describe']>;
  readonly nodes: readonly TracedNode[];
  /** Nodes made by functions that are the result of a module's own code. */
  readonly results: ReadonlyMap<number, InstanceValue>;
  readonly inputs: readonly TensorValue[];
  readonly outputs: readonly TensorValue[];
  readonly loss: LossKind | null;
  readonly notes: readonly GraphNote[];
}

/** Names nodes and parameters, drops what no output depends on, and judges whether everything was understood. */
export function finalize(model: TracedModel): ModelGraph {
  const outputs = layersOf(model.outputs);
  const ends = [...outputs, ...layersOf(model.inputs)];
  const nodes = reachable(withActivations(reachable(withOwners(model), ends)), ends);
  const { parameters, idOf } = collectParameters(model.description.parameters, nodes);
  const newIds = new Map(nodes.map((node, index) => [node.id, index]));
  const names = createNames(model.description.modules);
  const layers = nodes.map(
    (node): Layer => ({
      id: newIds.get(node.id) ?? 0,
      name: names(node),
      isModule: node.owner !== null && model.description.modules.has(node.owner),
      op: node.op,
      parameters: Object.fromEntries(
        Object.entries(node.parameters).flatMap(([role, { storage }]) =>
          storage === null ? [] : [[role, idOf(storage)] as const],
        ),
      ),
      ...slicesOf(node.parameters),
      inputs: node.inputs.flatMap((input) => (input.layer === null ? [] : (newIds.get(input.layer) ?? []))),
      outputShape: node.outputShape,
      at: node.owner?.at ?? null,
      calledAt: node.calledAt,
    }),
  );
  const isWhole = nodes.every(
    (node) => node.op.kind !== 'unknown' && node.inputs.every((input) => input.layer !== null),
  );
  return {
    name: model.name,
    framework: model.framework,
    at: model.at,
    nameAt: model.nameAt,
    layers,
    parameters,
    inputs: layersOf(model.inputs).flatMap((id) => newIds.get(id) ?? []),
    outputs: outputs.flatMap((id) => newIds.get(id) ?? []),
    loss: model.loss,
    complete: isWhole && outputs.length > 0 && model.notes.length === 0,
    notes: model.notes,
  };
}

function slicesOf(parameters: TracedNode['parameters']): Pick<Layer, 'slices'> {
  const sliced = Object.entries(parameters).flatMap(([role, { slices }]) =>
    slices === undefined ? [] : [[role, slices] as const],
  );
  return sliced.length === 0 ? {} : { slices: Object.fromEntries(sliced) };
}

/** A module without submodules whose code is functions (`LayerNorm2d`) gives its name to the last of them, its output. */
function withOwners({ nodes, results, description }: TracedModel): readonly TracedNode[] {
  if (results.size === 0) return nodes;
  const parents = new Set([...description.modules.values()].map((name) => /^(.*)[./]/.exec(name)?.[1]));
  return nodes.map((node) => {
    const owner = results.get(node.id);
    const name = owner === undefined ? undefined : description.modules.get(owner);
    return owner === undefined || name === undefined || name === '' || parents.has(name) ? node : { ...node, owner };
  });
}

/** Activations that are written out have the node of their result. */
function withActivations(nodes: readonly TracedNode[]): readonly TracedNode[] {
  const named = namedActivations(
    nodes.map(({ id, op, inputs }) => ({ id, op, inputs: inputs.map(({ layer }) => layer ?? -1) })),
  );
  if (named.size === 0) return nodes;
  const tensors = new Map(nodes.flatMap(({ inputs }) => inputs.map((input) => [input.layer, input] as const)));
  return nodes.map((node) => {
    const found = named.get(node.id);
    if (found === undefined) return node;
    const inputs = found.inputs.flatMap((id) => tensors.get(id) ?? []);
    const name = found.op.kind === 'activation' ? found.op.fn : found.op.kind;
    return { ...node, op: found.op, inputs, name };
  });
}

function layersOf(tensors: readonly TensorValue[]): readonly number[] {
  return tensors.flatMap((tensor) => tensor.layer ?? []);
}

/** Both sides of a condition leave nodes, and so do forward passes that only ask for a shape: what no output needs is dropped. */
function reachable(nodes: readonly TracedNode[], from: readonly number[]): readonly TracedNode[] {
  if (from.length === 0) return nodes;
  const known = new Map(nodes.map((node) => [node.id, node]));
  const needed = new Set<number>();
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    pending.push(...layersOf(known.get(id)?.inputs ?? []));
  }
  return nodes.filter((node) => needed.has(node.id));
}

function collectParameters(
  described: TracedModel['description']['parameters'],
  nodes: readonly TracedNode[],
): { readonly parameters: readonly Parameter[]; readonly idOf: (storage: Storage) => number } {
  const ids = new Map<Storage, number>();
  const parameters: Parameter[] = [];
  const add = (name: string, storage: Storage, trainable: boolean, spectralNorm?: Parameter['spectralNorm']): void => {
    if (ids.has(storage)) return;
    ids.set(storage, parameters.length);
    const made = parameterOf(parameters.length, name, storage, trainable);
    parameters.push(spectralNorm === undefined ? made : { ...made, spectralNorm });
  };
  for (const { name, tensor, spectralNorm } of described)
    if (tensor.storage !== null) add(name, tensor.storage, tensor.storage.trainable, spectralNorm);
  for (const node of nodes) {
    for (const [role, { storage }] of Object.entries(node.parameters)) {
      // A tensor that is used as a weight but is no parameter of the model: a buffer, a constant.
      if (storage !== null) add(`${node.name ?? node.op.kind}_${node.id}.${role}`, storage, false);
    }
  }
  return { parameters, idOf: (storage) => ids.get(storage) ?? 0 };
}

function parameterOf(id: number, name: string, storage: Storage, trainable: boolean): Parameter {
  const { role, shape, fanIn, fanOut, writes, overwrittenByUnknown } = storage;
  return {
    id,
    name,
    role,
    shape: shape ?? [],
    trainable,
    fanIn,
    fanOut,
    initializer: overwrittenByUnknown ? unknownInitializer() : effective(storage, writes),
    // A copy: the evaluator's own record is undone when the analysis ends.
    writes: [...writes],
    ...(overwrittenByUnknown ? { overwrittenByUnknown } : {}),
  };
}

/** The last writer wins; where it wrote only a part, the whole is a mixture. */
function effective({ shape, role }: Storage, writes: readonly Write[]): Initializer {
  const last = writes.at(-1);
  if (last === undefined) return unknownInitializer();
  if (!last.partial) return last.initializer;
  const mixture = shape === null ? null : mixtureOf(shape, writes);
  if (mixture !== null) return mixture;
  const whole = writes.findLast((write) => !write.partial);
  // Of a table of unknown size, the padding row leaves the rest as it was.
  if (role === 'embedding' && whole !== undefined && last.initializer.family === 'zeros') return whole.initializer;
  // A part that gets the constant that the whole already has.
  const isSame = (write: Write) => write.initializer.std === 0 && write.initializer.mean === whole?.initializer.mean;
  if (whole?.initializer.std === 0 && writes.slice(writes.indexOf(whole)).every(isSame)) return whole.initializer;
  return unknownInitializer();
}

/** The framework's names for modules; made-up ones for functions. A module that is called again gets a number. */
function createNames(modules: ReadonlyMap<InstanceValue, string>): (node: TracedNode) => string {
  const used = new Set<string>(modules.values());
  const called = new Set<string>();
  const counts = new Map<string, number>();
  return (node) => {
    const qualified = node.owner === null ? undefined : modules.get(node.owner);
    if (qualified !== undefined && qualified !== '' && !called.has(qualified)) {
      called.add(qualified);
      return qualified;
    }
    const base = qualified || node.name || node.owner?.class.name.toLowerCase() || node.op.kind;
    for (let count = counts.get(base) ?? 0; ; count++) {
      const name = count === 0 ? base : `${base}_${count}`;
      if (used.has(name)) continue;
      used.add(name);
      counts.set(base, count + 1);
      return name;
    }
  };
}
