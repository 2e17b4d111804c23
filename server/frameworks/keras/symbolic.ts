import type { Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { valueOfDim, valueOfShape } from '../../interpreter/read.ts';
import { tensor } from '../../interpreter/table.ts';
import {
  type CallArguments,
  type GivenArgument,
  type InstanceValue,
  list,
  none,
  type TensorValue,
  tuple,
  type Value,
} from '../../interpreter/values.ts';
import { withCallSite } from './emitter.ts';
import { markOurs } from './ours.ts';

/*
 * The functional API: layers and functions are called on symbolic tensors before there is a model. Every such call is
 * remembered with its result, and is made again on traced tensors when the model that reaches back to it runs.
 */

export interface Call {
  /** Grows with time: the order in which calls are made again. */
  readonly serial: number;
  readonly arguments: CallArguments;
  readonly run: (arguments_: CallArguments) => Value;
  /** The layer that was called; `null` for functions. */
  readonly layer: InstanceValue | null;
}

type Origin =
  | { readonly kind: 'input'; readonly name: string | null; readonly at: Span; readonly layer: InstanceValue | null }
  | { readonly kind: 'result'; readonly call: Call; readonly index: number };

const origins = new WeakMap<TensorValue, Origin>();
let serial = 0;

/** `keras.Input(shape)`. */
export function symbolicInput(
  shape: Shape | null,
  name: string | null,
  at: Span,
  layer: InstanceValue | null,
): TensorValue {
  const made = markOurs(tensor({ shape }));
  origins.set(made, { kind: 'input', name, at, layer });
  return made;
}

/** Is it, or does it hold, a tensor of a functional model? */
export function isSymbolic(value: Value): boolean {
  return flatTensors(value).some((tensor) => origins.has(tensor));
}

export function inputOrigin(value: TensorValue): Extract<Origin, { kind: 'input' }> | null {
  const origin = origins.get(value);
  return origin?.kind === 'input' ? origin : null;
}

/**
 * The shape that user code sees. What `keras.Input` leaves open is `None` in all that is computed from it; the number of
 * channels is never open, so that one that is not known may be any.
 */
export function shapeValueOf(value: TensorValue): Value {
  const { shape } = value;
  if (shape === null || !shape.includes(null) || !origins.has(value)) return valueOfShape(shape);
  const hasOpenAxes = shape.slice(1, -1).includes(null) && inputsBehind([value]).some(isOpenInput);
  return tuple(
    shape.map((dim, axis) => {
      const isOpen = axis === 0 || (hasOpenAxes && axis < shape.length - 1);
      return dim === null && isOpen ? none : valueOfDim(dim);
    }),
  );
}

/** JavaScript's shapes are arrays. */
export function inLanguage(shape: Value, context: NativeContext): Value {
  return shape.type === 'tuple' && context.language === 'javascript' ? list([...shape.items]) : shape;
}

function isOpenInput({ shape }: TensorValue): boolean {
  return shape?.slice(1).includes(null) === true;
}

/** Runs a call; if one of its arguments is symbolic, so is what it returns. */
export function callSymbolically(
  arguments_: CallArguments,
  layer: InstanceValue | null,
  context: NativeContext,
  run: (arguments_: CallArguments) => Value,
): Value {
  const result = run(arguments_);
  if (context.graph.isTracing || !tensorsOf(arguments_).some((value) => origins.has(value))) return result;
  const call: Call = { serial: serial++, arguments: arguments_, run, layer };
  let index = 0;
  return mapTensors(result, (value) => {
    // A copy: a layer may return its own input.
    const made = markOurs({ ...value });
    origins.set(made, { kind: 'result', call, index: index++ });
    return made;
  });
}

/**
 * Makes the calls again that lead to `outputs`, with `bound` in place of the tensors that are its keys. Returns what the
 * outputs are now. Tensors that are neither bound nor results stay as they are.
 */
export function replay(outputs: readonly Value[], bound: ReadonlyMap<TensorValue, TensorValue>): Value[] {
  // Every call knows its own place.
  return recall(outputs, bound, (call, arguments_) => withCallSite(null, () => call.run(arguments_)));
}

/** The same, each call made by `make`. */
export function recall(
  outputs: readonly Value[],
  bound: ReadonlyMap<TensorValue, TensorValue>,
  make: (call: Call, arguments_: CallArguments) => Value,
): Value[] {
  const results = new Map<TensorValue, TensorValue>(bound);
  const made = new Map<Call, readonly TensorValue[]>();
  const resolve = (value: TensorValue): TensorValue => {
    const known = results.get(value);
    if (known !== undefined) return known;
    const origin = origins.get(value);
    if (origin?.kind !== 'result') return value;
    return made.get(origin.call)?.[origin.index] ?? value;
  };
  for (const call of callsBehind(outputs, bound))
    made.set(call, flatTensors(make(call, mapArguments(call.arguments, resolve))));
  return outputs.map((output) => mapTensors(output, resolve));
}

/** Layers behind the outputs, in the order of their first call. */
export function layersBehind(outputs: readonly Value[]): InstanceValue[] {
  const layers = new Set<InstanceValue>();
  const inputs = inputsBehind(outputs);
  for (const input of inputs) {
    const layer = inputOrigin(input)?.layer;
    if (layer != null) layers.add(layer);
  }
  for (const call of callsBehind(outputs, new Map())) if (call.layer !== null) layers.add(call.layer);
  return [...layers];
}

/** The inputs of the functional model that computes this tensor. */
export function inputsOf(value: TensorValue): readonly TensorValue[] {
  return inputsBehind([value]);
}

function inputsBehind(outputs: readonly Value[]): TensorValue[] {
  const calls = callsBehind(outputs, new Map());
  const all = [...outputs.flatMap(flatTensors), ...calls.flatMap((call) => tensorsOf(call.arguments))];
  return [...new Set(all)].filter((value) => origins.get(value)?.kind === 'input');
}

function callsBehind(outputs: readonly Value[], bound: ReadonlyMap<TensorValue, unknown>): Call[] {
  const calls = new Set<Call>();
  const open = outputs.flatMap(flatTensors);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const origin = bound.has(next) ? undefined : origins.get(next);
    if (origin?.kind !== 'result' || calls.has(origin.call)) continue;
    calls.add(origin.call);
    open.push(...tensorsOf(origin.call.arguments));
  }
  return [...calls].sort((a, b) => a.serial - b.serial);
}

/** Tensors in a value, lists and dictionaries included, in order. */
export function flatTensors(value: Value): TensorValue[] {
  const found: TensorValue[] = [];
  mapTensors(value, (item) => {
    found.push(item);
    return item;
  });
  return found;
}

/** Tensors among the arguments of a call, in order. */
export function tensorsOf(arguments_: CallArguments): TensorValue[] {
  return [...arguments_.positional, ...arguments_.keyword.values()].flatMap(({ value }) => flatTensors(value));
}

/** The same value with other tensors in it. Lists and dictionaries are copied. */
function mapTensors(value: Value, change: (value: TensorValue) => Value, depth = 0): Value {
  if (depth > maxDepth) return value;
  switch (value.type) {
    case 'tensor':
      return change(value);
    case 'list':
      return { ...value, items: value.items.map((item) => mapTensors(item, change, depth + 1)) };
    case 'tuple':
      return { ...value, items: value.items.map((item) => mapTensors(item, change, depth + 1)) };
    case 'dict':
      return {
        ...value,
        entries: new Map(
          [...value.entries].map(([key, entry]) => [
            key,
            { ...entry, value: mapTensors(entry.value, change, depth + 1) },
          ]),
        ),
      };
    default:
      return value;
  }
}

/** A list that holds itself must end somewhere. */
const maxDepth = 8;

function mapArguments(arguments_: CallArguments, change: (value: TensorValue) => Value): CallArguments {
  const mapOne = (given: GivenArgument) => ({ at: given.at, value: mapTensors(given.value, change) });
  return {
    ...arguments_,
    positional: arguments_.positional.map(mapOne),
    keyword: new Map([...arguments_.keyword].map(([name, given]) => [name, mapOne(given)])),
  };
}
