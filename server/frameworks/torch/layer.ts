import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Op } from '../../../core/graph/op.ts';
import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { torchFans } from '../../../core/initializers/fans.ts';
import type { BoundArguments, NativeContext, NativeMethod } from '../../interpreter/native.ts';
import { numbersOf } from '../../interpreter/read.ts';
import { signature as parse } from '../../interpreter/signature.ts';
import { method, nativeClass, storage, tensor } from '../../interpreter/table.ts';
import {
  type ClassValue,
  type InstanceValue,
  none,
  number,
  type TensorValue,
  tuple,
  type Value,
} from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { moduleClass } from './module.ts';
import { type Reader, readerOf } from './reader.ts';
import { moduleState } from './registry.ts';

/** A parameter of a layer. */
export interface ParameterRow {
  /** Its attribute: `weight`. */
  readonly name: string;
  /** What it is to the op: `weight`, `bias`, `gain`. */
  readonly as: string;
  readonly role: ParameterRole;
  readonly shape: Shape;
}

/** A row of the tables of layers: a module of `torch.nn` with an op of its own. */
export interface LayerRow {
  /** Signature of the constructor; its arguments are kept as attributes. */
  readonly parameters: string;
  readonly base?: ClassValue;
  /** Arguments that the layer keeps as one number per spatial axis. */
  readonly perAxis?: { readonly rank: number; readonly names: readonly string[] };
  /** What PyTorch derives from the arguments, before its parameters are made. */
  readonly prepare?: (layer: Reader, given: BoundArguments) => void;
  /** Its parameters in order of registration; `null` is registered as `None`. */
  readonly tensors?: (
    layer: Reader,
  ) => readonly (ParameterRow | (Pick<ParameterRow, 'name' | 'as'> & { readonly shape: null }))[];
  /** For layers with submodules: registers what they have, in place of `tensors`; then `_reset_parameters` runs. */
  readonly build?: (instance: InstanceValue, context: NativeContext) => void;
  /** What `reset_parameters` draws, by attribute. */
  readonly reset?: (layer: Reader) => Readonly<Record<string, Initializer>>;
  /** After `reset`: writes to parts. */
  readonly resetParts?: (layer: Reader, context: NativeContext) => void;
  /** `null` where an argument that it depends on is not known. */
  readonly op?: (layer: Reader, input: TensorValue) => Op | null;
  /** Without an op, the shape is taken to stay. */
  readonly keepsShape?: boolean;
  /** What the forward pass gives besides the op's output. */
  readonly result?: (layer: Reader, output: TensorValue) => Value;
  /** Replaces the forward pass made from `op`. */
  readonly forward?: NativeMethod;
  readonly methods?: Readonly<Record<string, NativeMethod>>;
}

/** Makes the class of a layer. */
export function layerClass(name: string, row: LayerRow): ClassValue {
  const reset = method('', (self, _, context) => {
    const layer = readerOf(self);
    for (const [attribute, initializer] of Object.entries(row.reset?.(layer) ?? {})) {
      const target = layer.tensor(attribute);
      if (target !== null) context.write(target, { initializer, by: `default of nn.${name}`, origin: 'default' });
    }
    row.resetParts?.(layer, context);
    return none;
  });
  const forward = method('input, *args, **kwargs', (self, given, context) =>
    onTensor(given.get('input'), context, (input) => {
      const layer = readerOf(self);
      const op = row.op?.(layer, input) ?? null;
      if (op === null) return applyUnknown(name, [input], row.keepsShape ? input.shape : null, context, self);
      const parameters: Record<string, TensorValue | null> = {};
      for (const { name: attribute, as } of row.tensors?.(layer) ?? []) parameters[as] = layer.source(attribute);
      const output = apply({ op, inputs: [input], owner: self, parameters }, context);
      return row.result?.(layer, output) ?? output;
    }),
  );
  return nativeClass(`torch.nn.${name}`, {
    bases: [row.base ?? moduleClass],
    parameters: row.parameters,
    construct: (instance, given, context) => {
      moduleState(instance);
      keepArguments(instance, given, row);
      const layer = readerOf(instance);
      row.prepare?.(layer, given);
      const tensors = row.tensors?.(layer) ?? [];
      for (const entry of tensors)
        registerParameter(instance, entry.name, entry.shape === null ? null : newParameter(entry));
      if (row.build !== undefined) {
        row.build(instance, context);
        const resetter = context.findAttribute(instance, '_reset_parameters');
        if (resetter !== null) context.call(resetter, []);
      }
      if (tensors.length > 0) context.call(context.getAttribute(instance, 'reset_parameters'), []);
    },
    methods: {
      forward: row.forward ?? forward,
      ...(row.tensors === undefined ? {} : { reset_parameters: reset }),
      ...row.methods,
    },
  });
}

/** A parameter with its memory, not yet written. */
export function newParameter({ shape, role }: { readonly shape: Shape; readonly role: ParameterRole }): TensorValue {
  return tensor({ shape, storage: storage(shape, { role, ...torchFans(shape) }), isParameter: true });
}

export function registerParameter(instance: InstanceValue, name: string, value: TensorValue | null): void {
  instance.attributes.delete(name);
  instance.attributes.set(name, value ?? none);
  moduleState(instance).registered.add(name);
}

const notKept = new Set(['device', 'dtype']);

function keepArguments(instance: InstanceValue, given: BoundArguments, row: LayerRow): void {
  for (const { name, kind } of signatureOf(row)) {
    if (notKept.has(name) || kind === 'rest' || kind === 'keywordRest') continue;
    const value = given.get(name);
    instance.attributes.set(name, row.perAxis?.names.includes(name) ? spread(value, row.perAxis.rank) : value);
  }
}

function signatureOf(row: LayerRow) {
  return parse(row.parameters).parameters;
}

function spread(value: Value, rank: number): Value {
  const numbers = numbersOf(value, rank);
  return numbers === null ? value : tuple(numbers.map((item) => number(item)));
}
