import type { NativeContext } from '../../interpreter/native.ts';
import { type CallArguments, none, type Value } from '../../interpreter/values.ts';

/** Calls one after the other on what the one before gave: a tuple is spread out, a dictionary goes by its keys. */
export function callChain(callees: readonly Value[], arguments_: CallArguments, context: NativeContext): Value {
  let next = arguments_;
  let result: Value = none;
  for (const callee of callees) {
    result = context.callWith(callee, next);
    next = argumentsFrom(result);
  }
  return result;
}

function argumentsFrom(value: Value): CallArguments {
  const argument = (item: Value) => ({ value: item, at: null });
  if (value.type === 'tuple') return { positional: value.items.map(argument), keyword: new Map(), open: false };
  if (value.type === 'dict') {
    const keyword = [...value.entries.values()].flatMap(({ key, value: item }) =>
      key.type === 'string' ? [[key.value, argument(item)] as const] : [],
    );
    return { positional: [], keyword: new Map(keyword), open: value.open };
  }
  return { positional: [argument(value)], keyword: new Map(), open: false };
}
