import type { Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import { flaxFans } from '../../../core/initializers/fans.ts';
import { constant, unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { numberOf, valueOfShape } from '../../interpreter/read.ts';
import { storage, tensor } from '../../interpreter/table.ts';
import {
  type GivenArgument,
  type InstanceValue,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import type { Config } from '../keras/layer-spec.ts';
import { copyInto } from '../torch/writes.ts';
import { initializerOf } from './initializer-values.ts';
import type { WeightSpec } from './layer-row.ts';
import { markOurs } from './ours.ts';

/** Makes a layer's parameter with what it starts with; `by` is the layer's class: `nn.Dense`. */
export function makeParameter(
  spec: WeightSpec,
  config: Config,
  layer: InstanceValue,
  by: string,
  context: NativeContext,
): TensorValue {
  const drawn = spec.drawn ?? spec.shape;
  const memory = storage(spec.shape, { role: spec.role, ...flaxFans(drawn) });
  const made = markOurs(tensor({ shape: spec.shape, storage: memory, isParameter: true }));
  const given = config.given(spec.init);
  if (given === null) writeDefault(made, config.value(spec.init), spec, `default of ${by}`, layer.at, context);
  else writeGiven(made, given, drawn, layer.at, context);
  return made;
}

function writeDefault(
  target: TensorValue,
  value: Value,
  spec: WeightSpec,
  by: string,
  at: Span | null,
  context: NativeContext,
): void {
  // A string without an argument behind it is the initializer itself (`ones`); a number a constant.
  const initial = value.type === 'unknown' ? ({ type: 'string', value: spec.init } as const) : value;
  const number = numberOf(initial);
  const made = number === null ? initializerOf(initial)?.make(spec.drawn ?? spec.shape) : constant(number);
  const initializer = made ?? unknownInitializer();
  context.write(target, {
    initializer: initializer.scheme === 'constant' ? initializer : { ...initializer, scheme: 'default' },
    by,
    origin: 'default',
    at: at ?? context.at,
  });
}

/** Writes what an initializer that the code names draws: by a row of the table, else by running the user's function. */
export function writeGiven(
  target: TensorValue,
  { value, at }: GivenArgument,
  drawn: Shape,
  layerAt: Span | null,
  context: NativeContext,
): void {
  const known = initializerOf(value);
  const number = numberOf(value);
  if (known !== null || number !== null) {
    const place = known?.at ?? at ?? layerAt ?? context.at;
    const callee = known?.callee ?? (at === null ? 'initializer' : context.textOf(at));
    context.write(target, {
      initializer: known?.make(drawn) ?? constant(number),
      by: callee,
      origin: 'explicit',
      at: place,
      callee,
    });
    return;
  }
  const result =
    value.type === 'unknown' ? value : context.call(value, [unknown('key'), valueOfShape(drawn), unknown('dtype')]);
  if (result.type === 'tensor' && result.storage !== null) copyInto(target, result, context);
  else if (target.storage !== null) target.storage.overwrittenByUnknown = true;
}
