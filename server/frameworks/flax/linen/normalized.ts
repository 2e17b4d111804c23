import type { Initializer } from '../../../../core/graph/initializer.ts';
import { type Dim, sizeOf } from '../../../../core/graph/shape.ts';
import { scaled, unknownInitializer } from '../../../../core/initializers/make.ts';
import type { NativeContext } from '../../../interpreter/native.ts';
import { booleanOf } from '../../../interpreter/read.ts';
import {
  type CallArguments,
  type InstanceValue,
  none,
  type TensorValue,
  unknown,
  type Value,
} from '../../../interpreter/values.ts';
import { emptyConfig } from '../../keras/config.ts';
import { makeParameter } from '../parameters.ts';
import { currentRun, isLinenModule, linenState, type Run } from './scope.ts';
import { variableOf } from './variables.ts';

/* `nn.WeightNorm` and `nn.SpectralNorm`: a layer runs with its kernels normalized. */

/**
 * w · g / ‖w‖ (Salimans & Kingma 2016), with the norm over all axes but the last; `init` already keeps the product as the kernel.
 * Every kernel has its gains in the wrapper, under the layer's name.
 */
export function runWeightNorm(self: InstanceValue, arguments_: CallArguments, context: NativeContext): Value {
  const layer = self.attributes.get('layer_instance') ?? unknown();
  const result = context.callWith(layer, arguments_);
  const hasGain = booleanOf(self.attributes.get('use_scale') ?? none) !== false;
  for (const { name, path } of kernelsOf(layer)) {
    const run = currentRun();
    const kernel = run?.variables.get(path);
    if (run === null || kernel === undefined) continue;
    const gain = hasGain ? gainOf(self, `${name}/scale`, kernel.shape?.at(-1) ?? null, context) : null;
    if (run.normalized.has(path)) continue;
    run.normalized.set(path, 'weight');
    const initializer = withNorm(kernel, hasGain ? meanOf(gain) : 1);
    context.write(kernel, { initializer, by: 'nn.WeightNorm', origin: 'default', at: self.at });
  }
  return result;
}

function gainOf(self: InstanceValue, name: string, width: Dim, context: NativeContext): TensorValue {
  const config = { ...emptyConfig, value: (key: string) => self.attributes.get(key) ?? none };
  const spec = { name, as: 'scale', role: 'scale', shape: [width], init: 'scale_init' } as const;
  return variableOf(self, name, () => makeParameter(spec, config, self, 'nn.WeightNorm', context));
}

function meanOf(gain: TensorValue | null): number | null {
  return gain?.storage?.writes.at(-1)?.initializer.mean ?? null;
}

function withNorm({ shape, storage }: TensorValue, norm: number | null): Initializer {
  const drawn = storage?.writes.at(-1)?.initializer;
  const size = shape === null ? null : sizeOf(shape.slice(0, -1));
  if (drawn == null || drawn.mean === null || drawn.std === null || size === null || norm === null)
    return unknownInitializer();
  const second = drawn.mean ** 2 + drawn.std ** 2;
  return second === 0 ? drawn : { ...scaled(drawn, norm / Math.sqrt(size * second)), scheme: 'default', scaling: null };
}

/** Over the largest singular value, which one step of the power iteration estimates (Miyato et al. 2018). */
export function runSpectralNorm(self: InstanceValue, arguments_: CallArguments, context: NativeContext): Value {
  const layer = self.attributes.get('layer_instance') ?? unknown();
  const keyword = new Map([...arguments_.keyword].filter(([name]) => name !== 'update_stats'));
  const result = context.callWith(layer, { ...arguments_, keyword });
  for (const { path } of kernelsOf(layer)) currentRun()?.normalized.set(path, 'spectral');
  return result;
}

/** The kernels below a layer: how they are called from its parent, and where they are in the model. */
function kernelsOf(layer: Value): readonly { name: string; path: string }[] {
  const run: Run | null = currentRun();
  if (run === null || !isLinenModule(layer)) return [];
  const { path, name } = linenState(layer);
  return [...run.variables.keys()]
    .filter((key) => key.startsWith(`${path}/`) && key.endsWith('/kernel'))
    .map((key) => ({ name: `${name ?? ''}${key.slice(path.length)}`, path: key }));
}
