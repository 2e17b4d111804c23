import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { tensor } from '../../interpreter/table.ts';
import type { TensorValue } from '../../interpreter/values.ts';

/**
 * A forward pass on shapes that are being tried. It adds nothing to the graph; it tells what the layers that the inputs
 * meet first ask of them, and how well the shapes fit.
 */
export interface Trial {
  /** Steps that would raise. */
  misfits: number;
  /** Steps that fit, but look as if by accident: a batch that turns into several. */
  doubts: number;
  /** The first op with an opinion on the shape that meets each input, by the input's index. */
  readonly demands: Map<number, Demand>;
  /** Smallest number of positions of a feature map on the way. */
  smallestMap: number | null;
}

export interface Demand {
  readonly op: Op;
  readonly parameters: Readonly<Record<string, TensorValue>>;
  /** The input was flattened on its way here. */
  readonly isFlattened: boolean;
  /** The input's shape, from the shape that the op sees: undoes what was rearranged on the way. */
  readonly restore: Restore;
}

export type Restore = (shape: Shape) => Shape;

interface Origin {
  readonly input: number;
  readonly isFlattened: boolean;
  readonly restore: Restore;
}

let current: { readonly trial: Trial; readonly origins: WeakMap<TensorValue, Origin> } | null = null;

/** Runs a forward pass as a trial. The evaluator is synchronous: there is one at a time. */
export function tryOut(
  inputs: readonly Shape[] | readonly null[],
  forward: (inputs: readonly TensorValue[]) => void,
): Trial {
  const trial: Trial = { misfits: 0, doubts: 0, demands: new Map(), smallestMap: null };
  const origins = new WeakMap<TensorValue, Origin>();
  const outer = current;
  current = { trial, origins };
  try {
    const tensors = inputs.map((shape, index) => {
      const made = tensor({ shape });
      origins.set(made, { input: index, isFlattened: false, restore: (seen) => seen });
      return made;
    });
    forward(tensors);
  } finally {
    current = outer;
  }
  return trial;
}

export function currentTrial(): Trial | null {
  return current?.trial ?? null;
}

interface TrialStep {
  readonly op: Op;
  readonly inputs: readonly TensorValue[];
  readonly parameters: Readonly<Record<string, TensorValue>>;
  readonly restore?: Restore;
}

/** One step of a trial: its result, of which only the shape is known. */
export function trialStep(step: TrialStep, shape: Shape | null, problem: string | null): TensorValue {
  const result = tensor({ shape });
  if (current === null) return result;
  const { trial, origins } = current;
  if (problem !== null) trial.misfits++;
  noteMap(trial, step.op, shape);
  for (const input of step.inputs) {
    const origin = origins.get(input);
    if (origin === undefined) continue;
    const { restore } = step;
    if (restore !== undefined) {
      origins.set(result, { ...origin, restore: (shape) => origin.restore(restore(shape)) });
      break;
    }
    if (isTransparent(step.op)) {
      const isFlattened = origin.isFlattened || step.op.kind === 'flatten' || step.op.kind === 'reshape';
      origins.set(result, { ...origin, isFlattened });
      break;
    }
    if (!trial.demands.has(origin.input)) {
      const { isFlattened, restore: back } = origin;
      trial.demands.set(origin.input, { op: step.op, parameters: step.parameters, isFlattened, restore: back });
    }
  }
  return result;
}

/** Ops that say nothing about the shape of what they get. */
function isTransparent(op: Op): boolean {
  switch (op.kind) {
    case 'activation':
    case 'dropout':
    case 'affine':
    case 'scale':
    case 'flatten':
    case 'reshape':
    case 'pad':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'softmax':
    case 'unknown':
      return true;
    default:
      return false;
  }
}

function noteMap(trial: Trial, op: Op, shape: Shape | null): void {
  if (op.kind !== 'conv' && op.kind !== 'maxPool' && op.kind !== 'averagePool') return;
  const size = shape?.at(-1);
  if (typeof size !== 'number') return;
  trial.smallestMap = Math.min(trial.smallestMap ?? size, size);
}
