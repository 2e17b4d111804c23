import type { ClassValue, InstanceValue, TensorValue, Value } from '../../interpreter/values.ts';

/*
 * Which submodules and parameters a module has. PyTorch keeps them in dictionaries of their own; here they are the instance's
 * attributes that are modules or parameters, in the order in which they were registered.
 */

export type NamedModule = readonly [name: string, module: InstanceValue];
export type NamedTensor = readonly [name: string, tensor: TensorValue];

/** What `nn.Module` keeps beside the attributes. */
export interface ModuleState {
  /** Names that hold, or have held, a parameter or submodule: they keep their place. */
  readonly registered: Set<string>;
  readonly buffers: Set<string>;
}

export function moduleState(instance: InstanceValue): ModuleState {
  if (isModuleState(instance.state)) return instance.state;
  const state: ModuleState = { registered: new Set(), buffers: new Set() };
  instance.state = state;
  return state;
}

export function isModule(value: Value | undefined): value is InstanceValue {
  if (value?.type !== 'instance') return false;
  let answer = moduleClasses.get(value.class);
  if (answer === undefined) {
    answer = value.class.order.some((class_) => class_.native?.name === 'torch.nn.Module');
    moduleClasses.set(value.class, answer);
  }
  return answer;
}

/** Whether they derive from `nn.Module`: asked for every attribute of every module. */
const moduleClasses = new WeakMap<ClassValue, boolean>();

export function isParameter(value: Value | undefined): value is TensorValue {
  return value?.type === 'tensor' && value.isParameter;
}

/** `named_children()`: each module once, under its first name. */
export function namedChildren(instance: InstanceValue): NamedModule[] {
  const seen = new Set<InstanceValue>();
  const children: NamedModule[] = [];
  for (const [name, value] of instance.attributes) {
    if (!isModule(value) || seen.has(value)) continue;
    seen.add(value);
    children.push([name, value]);
  }
  return children;
}

/** `named_modules()`: the module itself, then its submodules, parents before children, each once if so wished. */
export function namedModules(root: InstanceValue, prefix = '', unique = true): NamedModule[] {
  const found: NamedModule[] = [];
  /** All that were met, or else those on the way down: a module may hold its own parent. */
  const seen = new Set<InstanceValue>();
  visit(root, prefix);
  return found;

  function visit(module: InstanceValue, name: string): void {
    if (seen.has(module)) return;
    seen.add(module);
    found.push([name, module]);
    for (const [key, value] of module.attributes) {
      if (isModule(value)) visit(value, joinNames(name, key));
    }
    if (!unique) seen.delete(module);
  }
}

/** `named_parameters()`: own before submodules', a tied one once, under its first name, or under all of them. */
export function namedParameters(root: InstanceValue, prefix = '', recurse = true, unique = true): NamedTensor[] {
  return parametersIn(recurse ? namedModules(root, prefix, unique) : [[prefix, root]], unique);
}

/** The parameters of these modules themselves. */
export function parametersIn(modules: readonly NamedModule[], unique = true): NamedTensor[] {
  const found: NamedTensor[] = [];
  const seen = new Set<unknown>();
  for (const [name, module] of modules) {
    for (const [key, value] of module.attributes) {
      if (!isParameter(value)) continue;
      const identity = value.storage ?? value;
      if (unique && seen.has(identity)) continue;
      seen.add(identity);
      found.push([joinNames(name, key), value]);
    }
  }
  return found;
}

/** `named_buffers()`. */
export function namedBuffers(root: InstanceValue, prefix = '', recurse = true): NamedTensor[] {
  const found: NamedTensor[] = [];
  for (const [name, module] of recurse ? namedModules(root, prefix) : [[prefix, root] as const]) {
    for (const key of moduleState(module).buffers) {
      const value = module.attributes.get(key);
      if (value?.type === 'tensor') found.push([joinNames(name, key), value]);
    }
  }
  return found;
}

/** The order in which `apply` meets modules: children before their parent. */
export function childrenFirst(root: InstanceValue): InstanceValue[] {
  const path = new Set<InstanceValue>();
  const order: InstanceValue[] = [];
  visit(root);
  return order;

  function visit(module: InstanceValue): void {
    // A module that holds its own parent would recurse for ever.
    if (path.has(module)) return;
    path.add(module);
    for (const [, child] of namedChildren(module)) visit(child);
    path.delete(module);
    order.push(module);
  }
}

function joinNames(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function isModuleState(state: unknown): state is ModuleState {
  return typeof state === 'object' && state !== null && 'registered' in state && 'buffers' in state;
}
