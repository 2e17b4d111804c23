import type { Machine, Site } from './machine.ts';
import type { CallArguments, InstanceValue, Storage, Value } from './values.ts';

/**
 * A call that cannot be followed gets tensors or modules among its arguments. If its name says that it writes values
 * (`init_weights_(w)`, `load_pretrained(model)`), what they start with is no longer known; analyzers must then be silent.
 */
export function noteUnknownCall(machine: Machine, arguments_: CallArguments, site: Site): void {
  if (site.callee === null) return;
  const text = site.module.text.slice(site.callee.start, site.callee.end);
  if (!writes.test(text.slice(text.lastIndexOf('.') + 1))) return;
  for (const argument of arguments_.positional) forget(machine, argument.value);
  for (const argument of arguments_.keyword.values()) forget(machine, argument.value);
}

const writes = /init|reset|load|restore|pretrain|fill|normal|uniform|orthogonal|xavier|kaiming|trunc|[^_]_$/i;

/** What every parameter in `value` starts with is no longer known. */
function forget(machine: Machine, value: Value, depth = 0): void {
  if (value.type === 'tensor' && value.storage !== null) overwrite(machine, value.storage);
  if (value.type === 'instance') for (const storage of storagesOf(machine, value)) overwrite(machine, storage);
  if ((value.type === 'list' || value.type === 'tuple') && depth < 3) {
    for (const item of value.items) forget(machine, item, depth + 1);
  }
}

function overwrite(machine: Machine, storage: Storage): void {
  machine.journal.touch(storage);
  storage.overwrittenByUnknown = true;
}

function storagesOf(machine: Machine, instance: InstanceValue): readonly Storage[] {
  for (const framework of machine.frameworks) {
    const { parameters } = framework.describe(instance);
    if (parameters.length > 0) return parameters.flatMap(({ tensor }) => tensor.storage ?? []);
  }
  return [];
}
