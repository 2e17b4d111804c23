import type { InstanceValue, TensorValue, Value } from '../../../interpreter/values.ts';

/* Which modules and parameters an nnx module has: its attributes, and what lists and dictionaries among them hold. */

/** Parameters of nnx's own layers, by their names below the layer. */
export interface NnxState {
  readonly kind: 'nnx';
  readonly weights: Map<string, { readonly as: string; readonly tensor: TensorValue }>;
}

export function nnxState(instance: InstanceValue): NnxState {
  const { state } = instance;
  if (isNnxState(state)) return state;
  const fresh: NnxState = { kind: 'nnx', weights: new Map() };
  instance.state = fresh;
  return fresh;
}

function isNnxState(state: unknown): state is NnxState {
  return typeof state === 'object' && state !== null && 'kind' in state && state.kind === 'nnx';
}

export function isNnxModule(value: Value | undefined): value is InstanceValue {
  return value?.type === 'instance' && value.class.order.some(({ native }) => native?.name === 'flax.nnx.Module');
}

/** A layer's parameters by what they are to the op, as its attributes have them now. */
export function weightsOf(instance: InstanceValue): Readonly<Record<string, TensorValue | null>> {
  const weights: Record<string, TensorValue | null> = {};
  for (const [name, { as, tensor }] of nnxState(instance).weights) {
    const own = instance.attributes.get(name);
    weights[as] = own === undefined ? tensor : own.type === 'tensor' ? own : null;
  }
  return weights;
}

/** All modules and parameters below a root by their paths, each once, under its first name. */
export function describeNnx(root: InstanceValue) {
  const modules = new Map<InstanceValue, string>();
  const parameters: { name: string; tensor: TensorValue }[] = [];
  const seen = new Set<unknown>();
  visit(root, '', 0);
  return { modules, parameters };

  function visit(value: Value, path: string, depth: number): void {
    if (depth > 24) return;
    if (value.type === 'tensor') {
      add(value, path);
    } else if (isNnxModule(value)) {
      if (seen.has(value)) return;
      seen.add(value);
      modules.set(value, path);
      for (const [name, { tensor }] of nnxState(value).weights)
        if (!value.attributes.has(name)) add(tensor, join(path, name.replaceAll('/', '.')));
      for (const [name, item] of value.attributes) visit(item, join(path, name), depth + 1);
    } else if (value.type === 'list' || value.type === 'tuple') {
      value.items.forEach((item, index) => {
        visit(item, join(path, `${index}`), depth + 1);
      });
    } else if (value.type === 'dict') {
      for (const { key, value: item } of value.entries.values())
        if (key.type === 'string' || key.type === 'number') visit(item, join(path, `${key.value}`), depth + 1);
    }
  }

  function add(tensor: TensorValue, name: string): void {
    if (!tensor.isParameter || seen.has(tensor.storage)) return;
    seen.add(tensor.storage);
    parameters.push({ name, tensor });
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
