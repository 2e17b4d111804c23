import type { Initializer } from '../../../core/graph/initializer.ts';
import type { Op } from '../../../core/graph/op.ts';
import { constant } from '../../../core/initializers/make.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf } from '../../interpreter/read.ts';
import { nativeFunction, tensor } from '../../interpreter/table.ts';
import {
  type ClassValue,
  type NativeValue,
  type NumberValue,
  type TensorValue,
  tuple,
  type Value,
} from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { withNumbers } from './known-numbers.ts';
import { layerClass } from './layer.ts';
import { isMemory, mapMemory } from './memory.ts';
import { allocate, derived, rewrite } from './writes.ts';

/**
 * A row of an op without parameters, which PyTorch offers as a module (`nn.ReLU`), as functions (`F.relu`, `torch.relu`) and
 * as a method of tensors.
 */
export interface OpRow {
  readonly module?: string;
  readonly functions?: readonly string[];
  /** Of the module's constructor, and of the functions after their input. */
  readonly parameters?: string;
  /** `null` where an argument is not known, or says something that no op does. */
  readonly op: (argument: (name: string) => Value, input: TensorValue) => Op | null;
  /** Where no single op says it: several, one after the other. */
  readonly steps?: (argument: (name: string) => Value, input: TensorValue) => readonly Op[] | null;
  /** What memory holds after it; without, it is known where all elements are one number. */
  readonly held?: (held: Initializer, argument: (name: string) => Value) => Initializer;
  /** An argument that asks for the positions of what was taken too: `return_indices`. */
  readonly indices?: string;
  /** What becomes of the shape where there is no op: kept, or not known. */
  readonly keepsShape?: boolean;
}

export function modulesOf(rows: readonly OpRow[]): Readonly<Record<string, ClassValue>> {
  const classes: Record<string, ClassValue> = {};
  for (const row of rows) {
    if (row.module === undefined) continue;
    classes[row.module] = layerClass(row.module, {
      parameters: row.parameters ?? '',
      op: (layer, input) => row.op(layer.value, input),
      keepsShape: row.keepsShape ?? false,
      result: (layer, output) => withIndices(row, layer.value, output),
    });
  }
  return classes;
}

/** A function on a tensor, by name: what `torch`, `torch.nn.functional` and tensors share. */
export interface Operation {
  /** Parameters after the input. */
  readonly parameters: string;
  readonly run: (input: TensorValue, given: BoundArguments, context: NativeContext) => Value;
}

export type Operations = Readonly<Record<string, Operation>>;

/** Functions that people call while they make values. */
const keepsShape = new Set(['abs', 'exp', 'sigmoid', 'sin', 'square', 'tanh', 'relu']);

export function operationsOf(rows: readonly OpRow[]): Operations {
  const operations: Record<string, Operation> = {};
  for (const row of rows) {
    for (const name of row.functions ?? []) {
      operations[name] = {
        parameters: row.parameters ?? '',
        run: (input, given, context) => {
          if (isMemory(input, context) && row.held !== undefined) return changed(name, row.held, input, given, context);
          if (isMemory(input, context) && (row.keepsShape || keepsShape.has(name)))
            return mapMemory(name, input, context);
          const get = (name: string) => given.get(name);
          const op = row.op(get, input);
          if (op !== null) return withIndices(row, get, apply({ op, inputs: [input], name }, context));
          const steps = row.steps?.(get, input) ?? null;
          if (steps !== null) return steps.reduce((x, op) => apply({ op, inputs: [x], name }, context), input);
          return applyUnknown(name, [input], row.keepsShape ? input.shape : null, context);
        },
      };
    }
  }
  return operations;
}

function changed(
  name: string,
  change: NonNullable<OpRow['held']>,
  input: TensorValue,
  given: BoundArguments,
  context: NativeContext,
): Value {
  const apply = (held: Initializer) => change(held, (name) => given.get(name));
  if (!name.endsWith('_')) return derived(input, context, apply);
  rewrite(input, apply, `.${name}`, context);
  return input;
}

function withIndices({ indices }: OpRow, argument: (name: string) => Value, output: TensorValue): Value {
  const wanted = indices !== undefined && booleanOf(argument(indices)) === true;
  return wanted ? tuple([output, tensor({ shape: output.shape })]) : output;
}

/** A number as a tensor without axes. */
function numberTensor({ value }: NumberValue, context: NativeContext): TensorValue {
  return withNumbers(allocate([], constant(value), context), [value]);
}

/** An operation as a function whose first argument is the tensor; so it also serves as a method. */
export function functionOf(name: string, operation: Operation): NativeValue {
  const { parameters, run } = operation;
  return nativeFunction(name, parameters === '' ? 'input' : `input, ${parameters}`, (given, context) => {
    const first = given.get('input');
    // `torch.pow(2, x)`: a number may come first.
    const second = given.raw.positional[1]?.value;
    if (first.type === 'number' && second?.type === 'tensor') return run(numberTensor(first, context), given, context);
    return onTensor(first, context, (input) => run(input, given, context));
  });
}
