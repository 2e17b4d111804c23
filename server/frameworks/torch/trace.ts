import type { Shape } from '../../../core/graph/shape.ts';
import { Raised } from '../../interpreter/machine.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensorsIn } from '../../interpreter/traced-tensors.ts';
import {
  type FunctionValue,
  type InstanceValue,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { candidateShapes } from './input-shapes.ts';
import { runTrial, type Trial } from './trial.ts';

/** Calls `forward` on symbolic inputs: of the given shapes, else of shapes that fit. */
export const trace: Framework['trace'] = (root, given, context) => {
  const signature = signatureOf(root);
  if (signature === null) return null;
  const first = attempt(
    root,
    signature,
    signature.tensors.map(() => null),
    context,
  );
  const shapes =
    given === null
      ? fittingShapes(root, signature, first, context)
      : givenShapes(root, signature, given, first, context);
  const inputs = shapes.map((shape, index) =>
    context.graph.add({
      op: { kind: 'input' },
      inputs: [],
      outputShape: shape,
      name: signature.tensors[index] ?? 'input',
      calledAt: context.at,
    }),
  );
  const result = callForward(root, signature, inputs, context);
  return { inputs, outputs: tensorsIn(result) };
};

/** Parameters of `forward` that take tensors; what must be given but is none gets an unknown value. */
interface ForwardSignature {
  readonly tensors: readonly string[];
  /** All that are given, in order; `null` for what is no tensor. */
  readonly positional: readonly (string | null)[];
}

function signatureOf(root: InstanceValue): ForwardSignature | null {
  for (const class_ of root.class.order) {
    const member = class_.members.get('forward') ?? class_.members.get('__call__');
    // Behind a decorator's `*args` is what the user wrote.
    if (member?.type === 'function') return ofFunction(innermost(member));
    // What a class of PyTorch's own does with its input.
    const native = class_.native?.methods.forward ?? class_.native?.methods.__call__;
    if (native === undefined) continue;
    const names = native.signature.parameters
      .filter((parameter) => parameter.kind === 'normal' && parameter.default === null)
      .map((parameter) => parameter.name);
    return { tensors: names, positional: names };
  }
  return null;
}

function innermost(function_: FunctionValue): FunctionValue {
  return function_.wraps === undefined ? function_ : innermost(function_.wraps);
}

const plainTypes = new Set(['int', 'float', 'bool', 'str']);

function ofFunction({ node }: FunctionValue): ForwardSignature {
  const parameters = node.parameters.slice(1);
  const required = parameters.filter(
    (parameter) => parameter.default === null && (parameter.kind === 'normal' || parameter.kind === 'positionalOnly'),
  );
  // `forward(self, input_ids=None, …)` and `forward(self, *inputs)` take one too.
  const chosen = required.length > 0 ? required : parameters.slice(0, 1);
  const positional = chosen.map(({ target, annotation }) => {
    if (annotation?.type === 'Name' && plainTypes.has(annotation.name)) return null;
    return target.type === 'Name' ? target.name : 'input';
  });
  return { tensors: positional.filter((name) => name !== null), positional };
}

function callForward(
  root: InstanceValue,
  signature: ForwardSignature,
  inputs: readonly TensorValue[],
  context: NativeContext,
): Value {
  let next = 0;
  const values = signature.positional.map((name): Value => {
    if (name === null) return unknown('argument of forward');
    const input = inputs[next];
    next++;
    return input ?? unknown(name);
  });
  return context.call(root, values);
}

/** A trial; one that raises fits worst, whatever else it did not meet any more. */
function attempt(
  root: InstanceValue,
  signature: ForwardSignature,
  shapes: readonly (Shape | null)[],
  context: NativeContext,
): Trial {
  let hasRaised = false;
  const trial = runTrial(shapes, (inputs) =>
    context.tryOut(() => {
      try {
        callForward(root, signature, inputs, context);
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        hasRaised = true;
      }
    }),
  );
  if (hasRaised) trial.misfits += 1000;
  return trial;
}

/** Many layers, many candidates: together they may take this many steps. */
const maxSteps = 30_000;

/** The first candidates that fit; else those that fit best. */
function fittingShapes(
  root: InstanceValue,
  signature: ForwardSignature,
  first: Trial,
  context: NativeContext,
): readonly (Shape | null)[] {
  let candidates = signature.tensors.map((_, index) => candidateShapes(first.demands.get(index)));
  let steps = first.steps;
  let best: { readonly shapes: readonly (Shape | null)[]; readonly trial: Trial } | null = null;
  const rounds = () => Math.max(1, ...candidates.map((list) => list.length));
  for (let round = 0; round < rounds() && steps < maxSteps; round++) {
    const shapes = candidates.map((list) => list[Math.min(round, list.length - 1)] ?? null);
    const trial = attempt(root, signature, shapes, context);
    steps += trial.steps;
    // Inputs that only meet others: now that those have shapes, so have they.
    const found = candidates.map((list, index) =>
      list[0] === null ? candidateShapes(trial.demands.get(index)) : list,
    );
    if (found.some((list, index) => list !== candidates[index] && list[0] !== null)) {
      candidates = found;
      round--;
      continue;
    }
    if (best === null || worse(best.trial, trial)) best = { shapes, trial };
    if (trial.misfits === 0 && trial.doubts === 0) return smaller(root, signature, { shapes, trial }, context);
  }
  return best?.shapes ?? signature.tensors.map(() => null);
}

function worse(known: Trial, other: Trial): boolean {
  return other.misfits < known.misfits || (other.misfits === known.misfits && other.doubts < known.doubts);
}

/** Where any size fits, a network that hardly shrinks its maps is made for small images. */
function smaller(
  root: InstanceValue,
  signature: ForwardSignature,
  { shapes, trial }: { readonly shapes: readonly (Shape | null)[]; readonly trial: Trial },
  context: NativeContext,
): readonly (Shape | null)[] {
  const strides = [...trial.demands.values()].flatMap((demand) =>
    demand.kind === 'op' && demand.op.kind === 'conv' ? demand.op.stride : [],
  );
  // A first layer that takes larger steps is made for large ones.
  if (trial.smallestMap === null || trial.smallestMap < 28 || strides.some((step) => step > 1)) return shapes;
  const shrunk = shapes.map((shape) => shape?.map((dim) => (dim === 224 ? 32 : dim)) ?? null);
  if (shrunk.every((shape, index) => shape?.join() === shapes[index]?.join())) return shapes;
  const again = attempt(root, signature, shrunk, context);
  return again.misfits === 0 && again.doubts === 0 ? shrunk : shapes;
}

/**
 * The user's shapes, with or without the batch: what the first layer asks for tells which; where that does not fit (a layer
 * that adds an axis where one lacks), the other way is tried.
 */
function givenShapes(
  root: InstanceValue,
  signature: ForwardSignature,
  given: readonly Shape[],
  first: Trial,
  context: NativeContext,
): readonly (Shape | null)[] {
  const asAsked = readShapes(signature, given, first, false);
  if (given.every((shape) => shape.includes(null))) return asAsked;
  const { misfits, stepsBeforeMisfit } = attempt(root, signature, asAsked, context);
  if (misfits === 0) return asAsked;
  const otherwise = readShapes(signature, given, first, true);
  // Not by the number of misfits: after the first one little is known that could fail to fit.
  const other = attempt(root, signature, otherwise, context);
  return other.misfits === 0 || other.stepsBeforeMisfit > stepsBeforeMisfit ? otherwise : asAsked;
}

function readShapes(
  signature: ForwardSignature,
  given: readonly Shape[],
  first: Trial,
  isOtherwise: boolean,
): readonly (Shape | null)[] {
  return signature.tensors.map((_, index) => {
    const shape = given[index];
    const candidates = candidateShapes(first.demands.get(index));
    if (shape === undefined) return candidates[0] ?? null;
    if (shape.includes(null)) return shape;
    const ranks = candidates.flatMap((candidate) => candidate?.length ?? []);
    const isWhole = (ranks.includes(shape.length) && !ranks.includes(shape.length + 1)) !== isOtherwise;
    const batch =
      candidates
        .find((candidate) => candidate?.length === (isWhole ? shape.length : shape.length + 1))
        ?.indexOf(null) ?? 0;
    const place = Math.max(batch, 0);
    return isWhole
      ? shape.map((dim, axis) => (axis === place ? null : dim))
      : [...shape.slice(0, place), null, ...shape.slice(place)];
  });
}
