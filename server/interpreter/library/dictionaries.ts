import { maxItems } from '../budget.ts';
import { keyOf } from '../keys.ts';
import type { BoundArguments, NativeContext } from '../native.ts';
import { type DictValue, string, type Value } from '../values.ts';

/** The dictionary that a value is, or that an object of a dictionary's subclass keeps; `null` for others. */
export function asDictionary(value: Value): DictValue | null {
  if (value.type === 'dict') return value;
  return value.type === 'instance' && isDictionary(value.state) ? value.state : null;
}

function isDictionary(state: unknown): state is DictValue {
  return typeof state === 'object' && state !== null && 'type' in state && state.type === 'dict';
}

/** `dict(a=1)`, `dict(other)`, `dict([(key, value)])`. */
export function toDict(given: BoundArguments, context: NativeContext): DictValue {
  const dict: DictValue = { type: 'dict', entries: new Map(), open: given.raw.open };
  fillDict(dict, given.get('source'), context);
  for (const [name, item] of given.keywordRest) {
    dict.entries.set(`s${name}`, { key: string(name), value: item.value, at: item.at });
  }
  return dict;
}

export function fillDict(dict: DictValue, source: Value, context: NativeContext): void {
  const other = asDictionary(source);
  if (other !== null) {
    for (const [key, entry] of other.entries) dict.entries.set(key, entry);
    dict.open ||= other.open;
    return;
  }
  const pairs = context.iterate(source);
  if (pairs === null) {
    dict.open = true;
    return;
  }
  for (const pair of pairs.slice(0, maxItems)) {
    const [key, value] = context.iterate(pair) ?? [];
    const file = key === undefined ? null : keyOf(key);
    if (key === undefined || value === undefined || file === null) dict.open = true;
    else dict.entries.set(file, { key, value });
  }
}
