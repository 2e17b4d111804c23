import type { CallArguments, ClassValue, InstanceValue } from '../../../interpreter/values.ts';

/* `model.init(key, jnp.ones((1, 28, 28, 1)))`: what the code itself calls a model with says its shapes. */

const calls = new WeakMap<InstanceValue | ClassValue, CallArguments>();

/** The first call counts, of the object and of its class. */
export function rememberCall(module: InstanceValue, arguments_: CallArguments): void {
  for (const key of [module, module.class]) if (!calls.has(key)) calls.set(key, arguments_);
}

export function rememberedCall(module: InstanceValue): CallArguments | null {
  return calls.get(module) ?? calls.get(module.class) ?? null;
}
