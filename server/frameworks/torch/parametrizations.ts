import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Parameter } from '../../../core/graph/parameter.ts';
import { isKnown, sizeOf } from '../../../core/graph/shape.ts';
import { normal, unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction } from '../../interpreter/table.ts';
import type { InstanceValue, Storage, TensorValue, Value } from '../../interpreter/values.ts';
import { newParameter, registerParameter } from './layer.ts';
import { moduleClass } from './module.ts';
import { readerOf } from './reader.ts';
import { isModule, moduleState } from './registry.ts';
import { contentsOf, derived } from './writes.ts';

/*
 * `torch.nn.utils.weight_norm`, `spectral_norm` and `parametrizations`: the weight is no parameter any more but computed from
 * others, so that what is written into it later is lost.
 */

/** w = g · v / ‖v‖ (Salimans & Kingma 2016): v holds what the weight held, g its norms. */
function weightNorm(module: InstanceValue, name: string, dim: number | null, context: NativeContext) {
  const weight = readerOf(module).tensor(name);
  if (weight === null) return null;
  const direction = { ...derived(weight, context), isParameter: true };
  if (direction.storage !== null && weight.storage !== null) direction.storage.role = weight.storage.role;
  const shape = weight.shape?.map((size, axis) => (axis === dim ? size : 1)) ?? [];
  const magnitude = newParameter({ role: 'scale', shape: dim === null ? [] : shape });
  context.write(magnitude, { initializer: norms(weight, dim), by: 'norms of the weight', origin: 'default' });
  return { direction, magnitude };
}

/** Norms of n independent elements: mean σ·√(n − ½), spread σ·√((κ − 1)/4) for a kurtosis κ; to first order in 1/n. */
function norms(weight: TensorValue, dim: number | null): Initializer {
  const held = weight.storage === null ? unknownInitializer() : contentsOf(weight.storage);
  const size = weight.shape === null ? null : sizeOf(weight.shape);
  const kept = dim === null ? 1 : (weight.shape?.[dim] ?? null);
  if (held.std === null || held.mean === null || size === null || !isKnown(kept)) return unknownInitializer();
  const n = size / kept;
  const second = held.std ** 2 + held.mean ** 2;
  const kurtosis = held.family === 'uniform' ? 9 / 5 : held.std === 0 ? 1 : 3;
  const spread = Math.sqrt((second * (kurtosis - 1)) / 4);
  return { ...normal(Math.sqrt(Math.max(n * second - spread ** 2, 0)), spread), family: 'unknown', scheme: 'default' };
}

/** The weight is a tensor of its own from now on: what is written into it reaches no parameter. */
function replaceWeight(module: InstanceValue, name: string, weight: TensorValue, context: NativeContext): void {
  context.touch(module);
  module.attributes.delete(name);
  moduleState(module).registered.delete(name);
  module.attributes.set(name, derived(weight, context));
}

const parametrizationList = nativeClass('torch.nn.utils.parametrize.ParametrizationList', { bases: [moduleClass] });
const parametrizationDict = nativeClass('torch.nn.utils.parametrize.ParametrizationDict', { bases: [moduleClass] });

/** `module.parametrizations.weight`, made on first use. */
function listFor(module: InstanceValue, name: string, context: NativeContext): InstanceValue | null {
  const child = (parent: InstanceValue, key: string, class_: typeof parametrizationList): Value => {
    const known = parent.attributes.get(key);
    if (known !== undefined) return known;
    const made = context.instantiate(class_, []);
    context.setAttribute(parent, key, made);
    return made;
  };
  const all = child(module, 'parametrizations', parametrizationDict);
  const one = isModule(all) ? child(all, name, parametrizationList) : null;
  return one !== null && isModule(one) ? one : null;
}

const oldWeightNorm = nativeFunction('torch.nn.utils.weight_norm', "module, name='weight', dim=0", (given, context) => {
  const { module, name, dim } = argumentsOf(given.get('module'), given.get('name'), given.get('dim'));
  const made = module === null ? null : weightNorm(module, name, dim, context);
  if (module === null || made === null) return given.get('module');
  replaceWeight(module, name, made.direction, context);
  registerParameter(module, `${name}_g`, made.magnitude);
  registerParameter(module, `${name}_v`, made.direction);
  return module;
});

const newWeightNorm = nativeFunction(
  'torch.nn.utils.parametrizations.weight_norm',
  "module, name='weight', dim=0",
  (given, context) => {
    const { module, name, dim } = argumentsOf(given.get('module'), given.get('name'), given.get('dim'));
    const made = module === null ? null : weightNorm(module, name, dim, context);
    if (module === null || made === null) return given.get('module');
    replaceWeight(module, name, made.direction, context);
    const holder = listFor(module, name, context);
    if (holder === null) return module;
    registerParameter(holder, 'original0', made.magnitude);
    registerParameter(holder, 'original1', made.direction);
    return module;
  },
);

type SpectralNorm = NonNullable<Parameter['spectralNorm']>;

const spectral = new WeakMap<Storage, SpectralNorm>();

/** How a layer finds the largest singular value by which it divides this parameter, if it does. */
export function spectralNormOf({ storage }: TensorValue): SpectralNorm | undefined {
  return storage === null ? undefined : spectral.get(storage);
}

/** The weight over its largest singular value (Miyato et al. 2018); the parameter keeps what it held. */
const oldSpectralNorm = nativeFunction(
  'torch.nn.utils.spectral_norm',
  "module, name='weight', n_power_iterations=1, eps=1e-12, dim=None",
  (given, context) => {
    const { module, name } = argumentsOf(given.get('module'), given.get('name'), given.get('dim'));
    const weight = module === null ? null : readerOf(module).tensor(name);
    if (module === null || weight === null) return given.get('module');
    replaceWeight(module, name, weight, context);
    registerParameter(module, `${name}_orig`, weight);
    if (weight.storage !== null) spectral.set(weight.storage, 'estimated');
    return module;
  },
);

/** One parameter that the new weight is computed from. */
function single(name: 'spectral_norm' | 'orthogonal', parameters: string): Value {
  return nativeFunction(`torch.nn.utils.parametrizations.${name}`, parameters, (given, context) => {
    const { module, name: attribute } = argumentsOf(given.get('module'), given.get('name'), given.get('dim'));
    const weight = module === null ? null : readerOf(module).tensor(attribute);
    if (module === null || weight === null) return given.get('module');
    replaceWeight(module, attribute, weight, context);
    const holder = listFor(module, attribute, context);
    if (holder !== null) registerParameter(holder, 'original', weight);
    if (name === 'spectral_norm' && weight.storage !== null) spectral.set(weight.storage, 'converged');
    return module;
  });
}

function argumentsOf(module: Value, name: Value, dim: Value) {
  return {
    module: isModule(module) ? module : null,
    name: stringOf(name) ?? 'weight',
    dim: isNone(dim) ? null : numberOf(dim),
  };
}

const removes = (name: string) =>
  nativeFunction(`torch.nn.utils.${name}`, 'module, *args', (given) => given.get('module'));

export const utilFunctions: Readonly<Record<string, Value>> = {
  weight_norm: oldWeightNorm,
  spectral_norm: oldSpectralNorm,
  remove_weight_norm: removes('remove_weight_norm'),
  remove_spectral_norm: removes('remove_spectral_norm'),
};

export const parametrizationFunctions: Readonly<Record<string, Value>> = {
  weight_norm: newWeightNorm,
  spectral_norm: single('spectral_norm', "module, name='weight', n_power_iterations=1, eps=1e-12, dim=None"),
  orthogonal: single('orthogonal', "module, name='weight', orthogonal_map=None, *, use_trivialization=True"),
};
