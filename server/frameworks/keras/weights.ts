import type { Initializer } from '../../../core/graph/initializer.ts';
import { isKnown, type Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import { unknownInitializer, zeros } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { isNone, stringOf, valueOfShape } from '../../interpreter/read.ts';
import { bind, optionArguments, signature } from '../../interpreter/signature.ts';
import { storage, tensor } from '../../interpreter/table.ts';
import {
  type GivenArgument,
  type InstanceValue,
  string,
  type TensorValue,
  type Value,
} from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { initializerClassName, initializerRows, type Target } from './initializers.ts';
import type { Config, WeightSpec } from './layer-spec.ts';
import { stateOf } from './layer-state.ts';
import { contentsOf } from './memory.ts';
import { markOurs } from './ours.ts';

/** Makes a layer's weight and writes what it starts with. `by` is the layer's class: `keras.layers.Dense`. */
export function makeWeight(
  layer: InstanceValue,
  spec: WeightSpec,
  config: Config,
  dialect: Dialect,
  context: NativeContext,
  by: string,
): void {
  const given = config.given(spec.initializer);
  // A string without an argument behind it is the initializer itself (`ones`).
  const value = given?.value ?? config.value(spec.initializer);
  const initializer =
    value.type === 'unknown' && given === null ? ({ type: 'string', value: spec.initializer } as const) : value;
  const made = newWeight(spec, dialect, stateOf(layer).isTrainable && spec.isState !== true);
  const written = given === null ? null : { at: given.at, value: initializer };
  writeInitial(made, written ?? initializer, dialect, context, `default of ${by}`, layer.at);
  if (spec.hasForgetOnes === true && given === null) {
    context.write(made, { initializer: forgetOnes, by: `default of ${by}`, origin: 'default', at: layer.at });
  }
  stateOf(layer).weights.set(dialect.weightName(spec.name), {
    as: spec.as,
    tensor: made,
    isState: spec.isState === true,
  });
}

export function newWeight(
  spec: Pick<WeightSpec, 'role' | 'fans'> & { readonly shape: Shape | null },
  dialect: Dialect,
  trainable: boolean,
): TensorValue {
  const memory = storage(spec.shape, { role: spec.role, trainable, ...(spec.fans ?? dialect.fans(spec.shape ?? [])) });
  return markOurs(tensor({ shape: spec.shape, storage: memory, isParameter: true }));
}

/** Writes the first values of a weight: by an argument (with its place), or by the default (a plain value). */
export function writeInitial(
  weight: TensorValue,
  source: GivenArgument | Value,
  dialect: Dialect,
  context: NativeContext,
  defaultBy: string,
  layerAt: Span | null,
): void {
  if ('type' in source) {
    const initializer = asDefault(resolveInitializer(source, weight, dialect, context));
    context.write(weight, { initializer, by: defaultBy, origin: 'default', at: layerAt ?? context.at });
    return;
  }
  const text = textOf(source, context);
  const callee = calleeOf(text);
  context.write(weight, {
    initializer: resolveInitializer(source.value, weight, dialect, context),
    by: callee,
    origin: 'explicit',
    at: source.at ?? layerAt ?? context.at,
    callee,
  });
}

/** What any way to say an initializer means: string, instance, class, configuration, function of the shape. */
function resolveInitializer(value: Value, weight: TensorValue, dialect: Dialect, context: NativeContext): Initializer {
  const { fanIn = null, fanOut = null } = weight.storage ?? {};
  const target: Target = { shape: weight.shape ?? [], fans: { fanIn, fanOut }, truncated: dialect.truncated };
  if (isNone(value)) return initializerNamed('GlorotUniform', { type: 'none' }, target);
  const text = stringOf(value);
  if (text !== null) return initializerNamed(initializerClassName(text), { type: 'none' }, target);
  if (value.type === 'class' && value.native !== null)
    return initializerNamed(tableClass(value.native.name), { type: 'none' }, target);
  if (value.type === 'instance') {
    const table = tableInstance(value, target);
    if (table !== null) return table;
  }
  if (value.type === 'dict') {
    const name = stringOf(
      value.entries.get('sclass_name')?.value ?? value.entries.get('sclassName')?.value ?? { type: 'none' },
    );
    const config = value.entries.get('sconfig')?.value ?? { type: 'none' };
    return initializerNamed(name === null ? null : initializerClassName(name), config, target);
  }
  return initializerCalled(value, weight, context);
}

/** An instance of a class of the table, or of one derived from it that draws as it does; `null`: it is asked itself. */
export function tableInstance(value: InstanceValue, target: Target): Initializer | null {
  for (const class_ of value.class.order) {
    if (class_.members.has('__call__') || class_.members.has('apply')) return null;
    const name = tableClass(class_.native?.name);
    const row = name === null ? undefined : initializerRows[name];
    if (row !== undefined) return row.make((key) => value.attributes.get(key) ?? { type: 'none' }, target);
  }
  return null;
}

/** A function of the user's, or an object that is called: what the tensor holds that it gives for the weight's shape. */
function initializerCalled(value: Value, weight: TensorValue, context: NativeContext): Initializer {
  const callee = value.type === 'class' ? context.instantiate(value, []) : value;
  if (!callable.has(callee.type)) return unknownInitializer();
  const apply = callee.type === 'instance' ? context.findAttribute(callee, 'apply') : null;
  const isJavaScript = context.language === 'javascript' && apply !== null;
  const options: ReadonlyMap<string, Value> = isJavaScript ? new Map() : new Map([['dtype', string('float32')]]);
  const made = context.call(isJavaScript ? apply : callee, [valueOfShape(weight.shape)], options);
  return made.type === 'tensor' && made.layer === null ? contentsOf(made) : unknownInitializer();
}

const callable: ReadonlySet<Value['type']> = new Set(['function', 'bound', 'native', 'partial', 'instance']);

function initializerNamed(name: string | null, config: Value, target: Target): Initializer {
  const row = name === null ? undefined : initializerRows[name];
  if (row === undefined) return unknownInitializer();
  const given = bind(signature(row.parameters), optionArguments(config));
  return row.make((key) => given.get(key), target);
}

/** LSTM's bias: ones for the forget gate, a quarter of it, zeros for the others; mean and std are those of the whole. */
const forgetOnes: Initializer = {
  ...zeros(),
  family: 'constant',
  scheme: 'default',
  mean: 0.25,
  std: Math.sqrt(3) / 4,
};

/** `keras.initializers.HeNormal` to `HeNormal`. */
function tableClass(name: string | undefined): string | null {
  const prefix = 'keras.initializers.';
  return name?.startsWith(prefix) ? name.slice(prefix.length) : null;
}

/** The scheme of a default is that it is one; its numbers stay. */
function asDefault(initializer: Initializer): Initializer {
  return initializer.scheme === 'constant' ? initializer : { ...initializer, scheme: 'default' };
}

/** `keras.initializers.HeNormal(seed=1)` to `keras.initializers.HeNormal`, `"he_normal"` to `he_normal`. */
function calleeOf(text: string): string {
  const string = /^[a-zA-Z]?(['"`])(.*)\1$/s.exec(text);
  if (string?.[2] !== undefined) return string[2];
  return /^(?:new\s+)?([\w.$]+)/.exec(text)?.[1] ?? text.slice(0, 40);
}

/** The argument as written; of a variable, the call that made what it holds. */
function textOf({ value, at }: GivenArgument, context: NativeContext): string {
  const text = at === null ? '' : context.textOf(at);
  if (value.type === 'instance' && value.at !== null && !text.includes('(')) return context.textOf(value.at);
  if (text !== '') return text;
  return stringOf(value) ?? (value.type === 'instance' ? value.class.name : 'initializer');
}

/** Some size is not known yet. */
export function isOpen(shape: Shape | null): boolean {
  return shape === null || !shape.every(isKnown);
}
