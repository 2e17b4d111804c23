import { checkShapes, inferShape } from '../../../core/graph/infer-shape.ts';
import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import { withoutCounts } from '../../interpreter/batches.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensor } from '../../interpreter/table.ts';
import { type InstanceValue, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { assembled } from './assembled.ts';
import { watchStep } from './attention-pattern.ts';
import { maxNumbersOfNode, numbersIn } from './known-numbers.ts';
import { watchNorm } from './norm-pattern.ts';
import { noteFormat } from './number-formats.ts';
import { giveRoles } from './roles.ts';
import { currentTrial, isShapesOnly, noteTrialStep, type Restore } from './trial.ts';
import { materialize } from './views.ts';
import { watchStandardization } from './weight-standardization.ts';
import { contentsOf } from './writes.ts';

export interface Step {
  readonly op: Op;
  readonly inputs: readonly TensorValue[];
  /** Role in the op to the parameter; those that are `None` are left out. */
  readonly parameters?: Readonly<Record<string, TensorValue | null>>;
  readonly owner?: InstanceValue | null;
  /** Basis of the node's name where no module owns it. */
  readonly name?: string;
  /** The result's shape, where the op does not tell it. */
  readonly shape?: Shape | null;
  /** For ops that only move axes: the shape before, from the shape after. */
  readonly restore?: Restore;
}

/**
 * Computes a tensor: its shape always; its node in the graph too while a forward pass is traced. Shapes that do not fit are
 * reported, and the pass goes on with what is still known.
 */
export function apply(step: Step, context: NativeContext): TensorValue {
  const result = compute(step, context);
  watchStep(step, result);
  watchNorm(step, result);
  watchStandardization(step, result);
  noteFormat(step.op, step.inputs, result);
  return result;
}

function compute(step: Step, context: NativeContext): TensorValue {
  const { op } = step;
  const shapes = step.inputs.map((input) => input.shape);
  const problem = step.shape === undefined ? checkShapes(op, shapes) : null;
  const shape =
    step.shape !== undefined ? step.shape : inferShape(op, problem === null ? shapes : shapes.map(ranksOnly));
  const parameters = present(step.parameters ?? {});
  giveRoles(op, step.inputs, parameters, context);
  const result =
    isShapesOnly() || !context.graph.isTracing ? tensor({ shape }) : addNode({ ...step, parameters }, shape, context);
  noteTrialStep({ ...step, parameters }, result, problem);
  if (problem !== null && isTracing(context))
    context.note(`${step.owner?.class.name ?? step.name ?? op.kind} ${problem}`);
  return result;
}

function addNode(
  { op, inputs, owner = null, name, parameters }: Step & { readonly parameters: Readonly<Record<string, TensorValue>> },
  shape: Shape | null,
  context: NativeContext,
): TensorValue {
  const made = context.graph.add({
    op,
    inputs: inputs.map((input) => asNode(input, context)),
    outputShape: withoutCounts(shape),
    owner,
    ...(name === undefined ? {} : { name }),
    parameters,
    calledAt: context.at,
  });
  return { ...made, shape };
}

/** An op that the tables do not know, or whose arguments are not known; `shape` is what is assumed of its result. */
export function applyUnknown(
  name: string,
  inputs: readonly TensorValue[],
  shape: Shape | null,
  context: NativeContext,
  owner: InstanceValue | null = null,
): TensorValue {
  return apply({ op: { kind: 'unknown', name }, inputs, shape, owner, name }, context);
}

/** A step on a value that should be a tensor; on anything else nothing can be computed. */
export function onTensor(value: Value, context: NativeContext, step: (input: TensorValue) => Value): Value {
  if (value.type === 'tensor') return step(value);
  // What comes out of code that could not be followed goes on as a tensor, so that later layers stay in the graph.
  if (value.type === 'unknown' && isTracing(context)) return step(applyUnknown('value', [], null, context));
  return unknown('result for something that is no tensor');
}

export function isTracing(context: NativeContext): boolean {
  return currentTrial() !== null || context.graph.isTracing;
}

/** A tensor as a node: parameters and tensors made on the way become nodes when something reads them. */
function asNode(input: TensorValue, context: NativeContext): TensorValue {
  if (input.layer !== null) return input;
  const numbers = numbersIn(input);
  const base = numbers === null ? materialize(input, (step) => apply(step, context)) : null;
  if (base !== null) return base;
  const whole = numbers === null ? assembled(input, (step) => apply(step, context)) : null;
  if (whole !== null) return whole;
  if (input.isParameter) {
    return context.graph.add({
      op: { kind: 'parameter' },
      inputs: [],
      outputShape: input.shape,
      name: 'parameter',
      parameters: { value: input },
      calledAt: context.at,
    });
  }
  const constant = (op: Op) =>
    context.graph.add({ op, inputs: [], outputShape: input.shape, name: 'constant', calledAt: context.at });
  // A table of angles is read by every layer.
  if (numbers !== null && numbers.length > 0 && numbers.length <= maxNumbersOfNode)
    return context.graph.shared(numbers, input.shape, () => constant(constantOp(numbers)));
  return constant(constantOf(input));
}

function constantOf({ storage }: TensorValue): Op {
  const { mean, std } = storage === null ? unknownInitializer() : contentsOf(storage);
  if (mean === null || std === null) return { kind: 'constant', value: null };
  if (std === 0) return { kind: 'constant', value: mean };
  return { kind: 'constant', value: null, moments: { mean, second: mean * mean + std * std } };
}

function constantOp(numbers: readonly number[]): Op {
  const [first = 0] = numbers;
  if (!numbers.every(Number.isFinite)) return { kind: 'constant', value: null };
  if (numbers.every((one) => one === first)) return { kind: 'constant', value: first };
  const meanOf = (f: (x: number) => number) => numbers.reduce((sum, x) => sum + f(x), 0) / numbers.length;
  return { kind: 'constant', value: null, moments: { mean: meanOf((x) => x), second: meanOf((x) => x * x) }, numbers };
}

function ranksOnly(shape: Shape | null): Shape | null {
  return shape === null ? null : shape.map(() => null);
}

function present(parameters: Readonly<Record<string, TensorValue | null>>): Readonly<Record<string, TensorValue>> {
  const kept: Record<string, TensorValue> = {};
  for (const [role, value] of Object.entries(parameters)) if (value !== null) kept[role] = value;
  return kept;
}
