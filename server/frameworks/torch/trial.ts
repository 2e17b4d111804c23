import type { Op } from '../../../core/graph/op.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { Stop } from '../../interpreter/budget.ts';
import { Raised } from '../../interpreter/machine.ts';
import { tensor } from '../../interpreter/table.ts';
import type { InstanceValue, NoneValue, TensorValue } from '../../interpreter/values.ts';

/**
 * A forward pass on shapes that are being tried. It adds nothing to the graph; it tells what the layers that the inputs
 * meet first ask of them, and how well the shapes fit.
 */
export interface Trial {
  /** Steps that would raise. */
  misfits: number;
  /** The first of these is an op that refuses what is known of its inputs, whatever else their sizes are. */
  isRefused: boolean;
  /** The code itself raised. */
  isRaised: boolean;
  /** The very `None`s that the conditions around that `raise` asked about. */
  askedAbout: readonly NoneValue[];
  /** Steps that fit, but look as if by accident: a batch that turns into several. */
  doubts: number;
  steps: number;
  /** Steps before the first that would raise. */
  stepsBeforeMisfit: number;
  /** The first op with an opinion on the shape that meets each input, by the input's index. */
  readonly demands: Map<number, Demand>;
  /** Smallest side of a feature map on the way. */
  smallestMap: number | null;
}

/** What an input meets first. */
export type Demand =
  | {
      readonly kind: 'op';
      readonly op: Op;
      readonly parameters: Readonly<Record<string, TensorValue>>;
      /** Shapes of the op's other inputs, where they are known. */
      readonly others: readonly Shape[];
      readonly owner: InstanceValue | null;
      /** The input was flattened on its way here. */
      readonly isFlattened: boolean;
      /** The input's shape, from the shape that the op sees: undoes what was rearranged on the way. */
      readonly restore: Restore;
    }
  /** It is added to, or multiplied by, something of this shape. */
  | { readonly kind: 'alike'; readonly shape: Shape };

export type Restore = (shape: Shape) => Shape;

interface Origin {
  readonly input: number;
  readonly isFlattened: boolean;
  readonly restore: Restore;
}

interface Running {
  readonly trial: Trial;
  readonly kind: TrialKind;
  readonly inputs: number;
  readonly origins: WeakMap<TensorValue, Origin>;
}

/**
 * `asking` ends once every input has met what tells its shape; `shapes` adds nothing to the graph; `whole` is as good as a pass
 * that is no trial, where its shapes turn out to fit; so is `fitting`, which ends where one does not.
 */
export type TrialKind = 'asking' | 'shapes' | 'whole' | 'fitting';

/** Ends a trial that knows what it was to find out. */
class Answered extends Stop {
  constructor() {
    super('answered');
  }
}

let current: Running | null = null;

/** How a trial went; no value where it did not come to its end. */
export interface TrialOutcome<T> {
  readonly trial: Trial;
  readonly value: T | null;
}

/** Runs a forward pass as a trial, on inputs that `input` makes of shapes. The evaluator is synchronous: there is one at a time. */
export function runTrial<T>(
  shapes: readonly (Shape | null)[],
  forward: (inputs: readonly TensorValue[]) => T,
  kind: TrialKind = 'shapes',
  input: (shape: Shape | null, index: number) => TensorValue = (shape) => tensor({ shape }),
): TrialOutcome<T> {
  const trial: Trial = {
    misfits: 0,
    isRefused: false,
    isRaised: false,
    askedAbout: [],
    doubts: 0,
    steps: 0,
    stepsBeforeMisfit: 0,
    demands: new Map(),
    smallestMap: null,
  };
  const origins = new WeakMap<TensorValue, Origin>();
  const outer = current;
  current = { trial, kind, inputs: shapes.length, origins };
  try {
    const inputs = shapes.map((shape, index) => {
      const made = input(shape, index);
      origins.set(made, { input: index, isFlattened: false, restore: (seen) => seen });
      return made;
    });
    return { trial, value: forward(inputs) };
  } catch (error) {
    if (error instanceof Raised) {
      trial.isRaised = true;
      trial.askedAbout = error.askedAbout;
    } else if (!(error instanceof Answered)) throw error;
    return { trial, value: null };
  } finally {
    current = outer;
  }
}

export function fits(trial: Trial): boolean {
  return hasNoMisfit(trial) && trial.doubts === 0;
}

export function hasNoMisfit({ misfits, isRaised }: Trial): boolean {
  return misfits === 0 && !isRaised;
}

export function currentTrial(): Trial | null {
  return current?.trial ?? null;
}

/** What is tried out adds nothing to the graph, and needs no parameters. */
export function isShapesOnly(): boolean {
  return current?.kind === 'asking' || current?.kind === 'shapes';
}

export interface TrialStep {
  readonly op: Op;
  readonly inputs: readonly TensorValue[];
  readonly parameters: Readonly<Record<string, TensorValue>>;
  readonly owner?: InstanceValue | null;
  readonly restore?: Restore;
}

/** Notes a step of the trial that is running, if one is. */
export function noteTrialStep(step: TrialStep, result: TensorValue, problem: string | null): void {
  if (current === null) return;
  const { trial, kind, inputs } = current;
  trial.steps++;
  if (problem !== null) {
    trial.isRefused ||= trial.misfits === 0;
    trial.misfits++;
  }
  if (kind === 'fitting' && trial.misfits > 0) throw new Answered();
  if (trial.misfits === 0) trial.stepsBeforeMisfit++;
  noteMap(trial, step.op, result.shape);
  noteOrigins(step, result, current);
  if (kind === 'asking' && trial.demands.size === inputs) throw new Answered();
}

function noteOrigins(step: TrialStep, result: TensorValue, { trial, origins }: Running): void {
  const { op, restore } = step;
  for (const input of step.inputs) {
    const origin = origins.get(input);
    if (origin === undefined) continue;
    if (restore !== undefined) {
      origins.set(result, { ...origin, restore: (seen) => origin.restore(restore(seen)) });
    } else if (isTransparent(op)) {
      const isFlattened = origin.isFlattened || op.kind === 'flatten' || op.kind === 'reshape';
      if (!origins.has(result)) origins.set(result, { ...origin, isFlattened });
      noteAlike(step, input, origin, trial);
    } else if (!trial.demands.has(origin.input)) {
      const { isFlattened, restore: back } = origin;
      const { parameters, owner = null } = step;
      const others = step.inputs.flatMap((other) => (other === input || other.shape === null ? [] : [other.shape]));
      trial.demands.set(origin.input, { kind: 'op', op, parameters, others, owner, isFlattened, restore: back });
    }
  }
}

/** An input of unknown shape beside one of a known shape. */
function noteAlike(step: TrialStep, input: TensorValue, { input: index }: Origin, trial: Trial): void {
  if (input.shape !== null || trial.demands.has(index)) return;
  const other = step.inputs.find((candidate) => candidate.shape !== null);
  if (other?.shape != null) trial.demands.set(index, { kind: 'alike', shape: other.shape });
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
