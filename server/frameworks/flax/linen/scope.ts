import type { NativeContext } from '../../../interpreter/native.ts';
import type { InstanceValue, TensorValue, Value } from '../../../interpreter/values.ts';

/*
 * What linen knows of a module while a model runs: whose part it is, under which name, and the variables of the whole model by
 * their paths. A module that is made outside of a run is bound when a run first meets it.
 */

export interface LinenState {
  readonly kind: 'linen';
  /** The run in which it was bound; modules of an earlier run are as new. */
  run: Run | null;
  parent: InstanceValue | null;
  name: string | null;
  path: string;
  /** How many submodules of each class got their names by themselves. */
  counts: Map<string, number>;
  isInSetup: boolean;
  isSetUp: boolean;
  /** Modules made by `setup`, or handed to the module, may still get a name by being assigned. */
  isBound: boolean;
  compactDepth: number;
}

/** One forward pass, as `init` runs it. */
export interface Run {
  readonly variables: Map<string, TensorValue>;
  readonly modules: Map<InstanceValue, string>;
  /** Kernels that run normalized, by their paths. */
  readonly normalized: Map<string, 'spectral' | 'weight'>;
  /** Axes that `nn.scan` and `nn.vmap` add to the parameters below a path. */
  readonly stacks: Stack[];
}

export interface Stack {
  readonly axis: number;
  readonly length: number | null;
  /** The step that runs. */
  step: number;
}

export function newRun(): Run {
  return { variables: new Map(), modules: new Map(), normalized: new Map(), stacks: [] };
}

let current: Run | null = null;
const modules: InstanceValue[] = [];

export function currentRun(): Run | null {
  return current;
}

/** The module whose method runs. */
export function currentModule(): InstanceValue | null {
  return modules.at(-1) ?? null;
}

export function withRun<T>(run: Run, body: () => T): T {
  const outer = current;
  const outerModules = modules.splice(0);
  current = run;
  try {
    return body();
  } finally {
    current = outer;
    modules.splice(0, modules.length, ...outerModules);
  }
}

export function inModule<T>(module: InstanceValue, body: () => T): T {
  modules.push(module);
  try {
    return body();
  } finally {
    modules.pop();
  }
}

export function linenState(instance: InstanceValue): LinenState {
  const { state } = instance;
  if (isLinenState(state) && (state.run === current || current === null)) return state;
  const fresh: LinenState = {
    kind: 'linen',
    run: current,
    parent: null,
    name: isLinenState(state) && state.parent === null ? state.name : null,
    path: '',
    counts: new Map(),
    isInSetup: false,
    isSetUp: false,
    isBound: false,
    compactDepth: 0,
  };
  instance.state = fresh;
  return fresh;
}

function isLinenState(state: unknown): state is LinenState {
  return typeof state === 'object' && state !== null && 'kind' in state && state.kind === 'linen';
}

/** State that will be changed: the journal is told first. */
export function touchedState(instance: InstanceValue, context: NativeContext): LinenState {
  context.touch(instance);
  return linenState(instance);
}

export function isLinenModule(value: Value | undefined): value is InstanceValue {
  return value?.type === 'instance' && value.class.order.some(({ native }) => native?.name === 'flax.linen.Module');
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
