import { checkShapes, inferShape } from '../../../core/graph/infer-shape.ts';
import type { ActivationName, Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { Span } from '../../../core/graph/span.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensor } from '../../interpreter/table.ts';
import type { InstanceValue, TensorValue } from '../../interpreter/values.ts';
import type { ActiveLayer } from './layer-spec.ts';
import { markOurs } from './ours.ts';

export interface Step {
  readonly op: Op;
  readonly inputs: readonly TensorValue[];
  /** By what they are to the op. */
  readonly parameters?: Readonly<Record<string, TensorValue>>;
  readonly owner?: InstanceValue | null;
  /** Basis of the node's name where no layer owns it. */
  readonly name?: string;
  /** The result's shape, where the op does not tell it. */
  readonly shape?: Shape | null;
}

/** Computes tensors: their shapes always, their nodes in the graph while a model is traced. */
export interface Emitter {
  readonly context: NativeContext;
  add(step: Step): TensorValue;
}

let callSite: Span | null = null;

/** Runs `body` with all nodes called at `at`; `null`: where the code that runs calls them. */
export function withCallSite<T>(at: Span | null, body: () => T): T {
  const outer = callSite;
  callSite = at;
  try {
    return body();
  } finally {
    callSite = outer;
  }
}

export function createEmitter(context: NativeContext): Emitter {
  const at = callSite ?? context.at;
  const add = (step: Step): TensorValue => {
    const shapes = step.inputs.map((input) => input.shape);
    const isGiven = step.shape !== undefined;
    const problem = isGiven ? null : checkShapes(step.op, shapes);
    const shape = step.shape !== undefined ? step.shape : problem === null ? inferShape(step.op, shapes) : null;
    if (!context.graph.isTracing) return markOurs(tensor({ shape }));
    if (problem !== null) context.note(`${step.owner?.class.name ?? step.name ?? step.op.kind} ${problem}`);
    const made = context.graph.add({
      op: step.op,
      inputs: step.inputs.map(asNode),
      outputShape: shape,
      owner: step.owner ?? null,
      ...(step.name === undefined ? {} : { name: step.name }),
      parameters: step.parameters ?? {},
      calledAt: at,
    });
    return markOurs(made);
  };
  /** Weights and tensors made on the way become nodes when something reads them. */
  const asNode = (input: TensorValue): TensorValue => {
    if (input.layer !== null) return input;
    return context.graph.add({
      op: input.isParameter ? { kind: 'parameter' } : { kind: 'constant', value: null },
      inputs: [],
      outputShape: input.shape,
      name: input.isParameter ? 'parameter' : 'constant',
      ...(input.isParameter ? { parameters: { value: input } } : {}),
      calledAt: at,
    });
  };
  return { context, add };
}

/** A layer's own op, and what `activation=` puts behind it. */
export function emitLayer(
  layer: ActiveLayer,
  step: Omit<Step, 'owner'>,
  activation: Op | null,
  emit: Emitter,
): TensorValue {
  const result = emit.add({ ...step, owner: layer.instance });
  return activation === null ? result : emitActivation(activation, result, `${layer.name}/`, emit);
}

export function emitActivation(op: Op, input: TensorValue, prefix: string, emit: Emitter): TensorValue {
  return emit.add({ op, inputs: [input], name: `${prefix}${nameOf(op)}` });
}

function nameOf(op: Op): string {
  if (op.kind === 'activation') return activationNames[op.fn] ?? op.fn;
  return op.kind === 'unknown' ? op.name : op.kind;
}

const activationNames: Partial<Record<ActivationName, string>> = {
  leakyRelu: 'leaky_relu',
  geluTanh: 'gelu',
  hardSigmoid: 'hard_sigmoid',
  hardSwish: 'hard_swish',
  hardTanh: 'hard_tanh',
  logSigmoid: 'log_sigmoid',
};
