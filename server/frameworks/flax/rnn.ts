import type { Op } from '../../../core/graph/op.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { booleanOf, isNone } from '../../interpreter/read.ts';
import { type InstanceValue, type TensorValue, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from '../torch/apply.ts';
import { concat, expand, select, unsqueeze } from '../torch/rearrange.ts';
import { type ActiveLayer, outputWidth } from './layer-row.ts';
import { carryOf, cellKind, runCell } from './layers/recurrent.ts';

/* `RNN` and `Bidirectional` of linen and nnx: a cell over the steps of a sequence. */

export interface SequenceCell {
  readonly cell: Value;
  /** The cell as a layer; `null` for a cell of the user's. */
  readonly activate: (shape: TensorValue['shape'], context: NativeContext) => ActiveLayer | null;
}

export function runRnn(cell: SequenceCell, self: InstanceValue, given: BoundArguments, context: NativeContext): Value {
  return onTensor(given.get('inputs'), context, (input) => {
    const timeMajor = flag(self, given, 'time_major');
    const layer = cell.activate(input.shape, context);
    const kind = layer === null ? undefined : cellKind(layer.instance.class.name);
    const outputs =
      layer === null || kind === undefined
        ? userCell(cell.cell, input, timeMajor ? 0 : 1, context)
        : runCell(kind, layer, input, true, context, timeMajor);
    if (!flag(self, given, 'return_carry')) return outputs;
    const last = outputs.shape === null ? outputs : select(outputs, timeMajor ? 0 : 1, -1, context);
    return tuple([carryOf(kind ?? null, last, context), outputs]);
  });
}

/** Both directions are one layer of the graph where their cells are alike and their results are put side by side. */
export function bidirectional(
  self: InstanceValue,
  [forward, backward]: readonly [InstanceValue, InstanceValue],
  cells: readonly [SequenceCell, SequenceCell],
  given: BoundArguments,
  context: NativeContext,
): Value {
  return onTensor(given.get('inputs'), context, (input) => {
    const layers = cells.map((cell) => cell.activate(input.shape, context));
    const merge = self.attributes.get('merge_fn');
    const joined = merge === undefined || isNone(merge) ? joint(self, layers, input, given) : null;
    const returnsCarry = flag(self, given, 'return_carry');
    if (joined !== null && !returnsCarry) return apply(joined, context);
    const [left, right] = [forward, backward].map((rnn, index) => {
      const cell = cells[index];
      return cell === undefined ? unknown() : runRnn(cell, rnn, given, context);
    });
    const carries = [left, right].map((result) =>
      returnsCarry && result?.type === 'tuple' ? result.items[0] : unknown(),
    );
    const outputs = [left, right].map((result) =>
      returnsCarry && result?.type === 'tuple' ? result.items[1] : result,
    );
    const tensors = outputs.flatMap((output) => (output?.type === 'tensor' ? [output] : []));
    if (tensors.length < 2) return unknown('bidirectional');
    const merged = merge === undefined || isNone(merge) ? concat(tensors, -1, context) : context.call(merge, tensors);
    return returnsCarry ? tuple([tuple(carries.map((carry) => carry ?? unknown())), merged]) : merged;
  });
}

function joint(
  self: InstanceValue,
  [forward, backward]: readonly (ActiveLayer | null | undefined)[],
  input: TensorValue,
  given: BoundArguments,
) {
  if (forward == null || backward == null) return null;
  const kind = cellKind(forward.instance.class.name);
  const hiddenSize = outputWidth(forward.config);
  if (kind == null || backward.instance.class.name !== forward.instance.class.name) return null;
  if (hiddenSize !== outputWidth(backward.config)) return null;
  const isPlain = [forward, backward].every(({ config }) =>
    ['gate_fn', 'activation_fn'].every((name) => isNone(config.value(name)) || config.value(name).type === 'unknown'),
  );
  if (!isPlain) return null;
  const op: Op = {
    kind: 'recurrent',
    cell: kind,
    activation: 'tanh',
    inputSize: input.shape?.at(-1) ?? null,
    hiddenSize,
    layers: 1,
    bidirectional: true,
    batchFirst: !flag(self, given, 'time_major'),
    returnSequences: true,
    resetAfter: true,
  };
  const reverse = Object.entries(backward.weights).map(([role, weight]) => [reverseRole(role), weight] as const);
  const shape =
    input.shape === null ? null : [...input.shape.slice(0, -1), isKnown(hiddenSize) ? 2 * hiddenSize : null];
  return {
    op,
    inputs: [input],
    owner: self,
    parameters: { ...forward.weights, ...Object.fromEntries(reverse) },
    shape,
  };
}

/** `weightGate0` to `weightReverseGate0`. */
function reverseRole(role: string): string {
  const [, name = role, gate = ''] = /^(.*?)(Gate\d+)?$/.exec(role) ?? [];
  return `${name}Reverse${gate}`;
}

/** A cell of the user's runs on one step, which stands for all of them. */
function userCell(cell: Value, input: TensorValue, axis: number, context: NativeContext): TensorValue {
  const { shape } = input;
  if (shape === null) return applyUnknown('RNN', [input], null, context);
  const step = select(input, axis, 0, context);
  const start = context.findAttribute(cell, 'initialize_carry');
  const sizes = tuple([]);
  const carry = start === null ? unknown('carry') : context.call(start, [unknown('key'), stepShape(step) ?? sizes]);
  const result = context.call(cell, [carry, step]);
  const output = result.type === 'tuple' ? result.items[1] : undefined;
  if (output?.type !== 'tensor') return applyUnknown('RNN', [input], null, context);
  return repeated(output, axis, shape[axis] ?? null, context);
}

function stepShape({ shape }: TensorValue): Value | null {
  return shape === null
    ? null
    : tuple(shape.map((dim) => (typeof dim === 'number' ? { type: 'number', value: dim, isFloat: false } : unknown())));
}

/** One step's result for every step. */
export function repeated(
  one: TensorValue,
  axis: number,
  length: number | string | null,
  context: NativeContext,
): TensorValue {
  if (one.shape === null) return one;
  const place = axis < 0 ? axis + one.shape.length + 1 : axis;
  const raised = unsqueeze(one, place, context);
  const sizes = one.shape;
  return expand(raised, [...sizes.slice(0, place), length, ...sizes.slice(place)], context);
}

function flag(self: InstanceValue, given: BoundArguments, name: string): boolean {
  const called = given.get(name);
  return booleanOf(isNone(called) ? (self.attributes.get(name) ?? called) : called) ?? false;
}
