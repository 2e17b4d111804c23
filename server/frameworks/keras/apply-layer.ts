import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, stringOf } from '../../interpreter/read.ts';
import { type CallArguments, type ClassValue, type GivenArgument, none, type Value } from '../../interpreter/values.ts';
import { defaultGraph, scopedName } from './default-graph.ts';
import type { Dialect } from './dialect.ts';
import { isLayer, stateOf } from './layer-state.ts';
import { openScopes, scopeInitializer } from './name-scopes.ts';

type Members = Readonly<Record<string, Value>>;

/** What TensorFlow 1's functions are made of. */
export interface V1Parts {
  readonly dialect: Dialect;
  readonly functional: ClassValue;
  readonly layer: (className: string) => Value;
  readonly initializers: Members;
}

/** Makes a layer and calls it; one of the same name in the same scope is called again. */
export function applyLayer(class_: Value, given: CallArguments, input: Value, context: NativeContext): Value {
  const keyword = new Map(given.keyword);
  const fallback = scopeInitializer();
  const own = keyword.get('kernel_initializer');
  if (fallback !== null && (own === undefined || isNone(own.value)))
    keyword.set('kernel_initializer', argument(fallback));
  const { layers } = defaultGraph(context);
  const name = stringOf(keyword.get('name')?.value ?? none);
  const key = name === null ? null : scopedName(name);
  const known = key === null ? undefined : layers.get(key);
  const layer = known ?? context.callWith(class_, { ...given, keyword });
  if (key !== null && isLayer(layer)) layers.set(key, layer);
  if (isLayer(layer) && stateOf(layer).builtFor === null) stateOf(layer).scope = openScopes();
  return context.call(layer, [input]);
}

export function argument(value: Value): GivenArgument {
  return { value, at: null };
}

export function without(
  given: ReadonlyMap<string, GivenArgument>,
  names: readonly string[],
): Map<string, GivenArgument> {
  return new Map([...given].filter(([name]) => !names.includes(name)));
}
