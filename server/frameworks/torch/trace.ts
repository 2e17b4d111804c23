import type { Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensorsIn } from '../../interpreter/traced-tensors.ts';
import { type InstanceValue, type NoneValue, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { type ForwardSignature, signatureOf, withOptional } from './forward-signature.ts';
import { candidateShapes } from './input-shapes.ts';
import { type Demand, fits, hasNoMisfit, runTrial, type Trial, type TrialKind } from './trial.ts';

/** Calls `forward` on symbolic inputs: of the given shapes, else of shapes that fit. */
export const trace: Framework['trace'] = (root, given, context) => {
  const signature = signatureOf(root);
  if (signature === null) return null;
  const forward: Forward = { root, signature, context };
  const demands = ask(forward);
  const { inputs, result } = given === null ? fittingPass(forward, demands) : givenPass(forward, given, demands);
  return { inputs, outputs: tensorsIn(result) };
};

interface Forward {
  readonly root: InstanceValue;
  readonly signature: ForwardSignature;
  readonly context: NativeContext;
}

/** A forward pass that has left its nodes in the graph. */
interface Pass {
  readonly inputs: readonly TensorValue[];
  readonly result: Value;
}

type Shapes = readonly (Shape | null)[];
type Demands = Trial['demands'];

/** `others`: arguments by name beside the inputs. */
function callForward(
  { root, signature, context }: Forward,
  inputs: readonly TensorValue[],
  others: ReadonlyMap<string, Value> = new Map(),
): Value {
  let next = 0;
  const values = signature.positional.map((name): Value => {
    if (name === null) return unknown('argument of forward');
    const input = inputs[next];
    next++;
    return input ?? unknown(name);
  });
  const named = inputs.slice(next).map((input, index) => [signature.tensors[next + index] ?? '', input] as const);
  return context.call(root, values, new Map<string, Value>([...named, ...others]));
}

function inputNode({ signature, context }: Forward, shape: Shape | null, index: number): TensorValue {
  return context.graph.add({
    op: { kind: 'input' },
    inputs: [],
    outputShape: shape,
    name: signature.tensors[index] ?? 'input',
    calledAt: context.at,
  });
}

function pass(forward: Forward, shapes: Shapes): Pass {
  const inputs = shapes.map((shape, index) => inputNode(forward, shape, index));
  return { inputs, result: callForward(forward, inputs) };
}

/** What the inputs meet first. */
function ask(forward: Forward): Demands {
  const shapes = forward.signature.tensors.map(() => null);
  const run = (inputs: readonly TensorValue[]) => callForward(forward, inputs);
  return forward.context.tryOut(() => runTrial(shapes, run, 'asking').trial.demands);
}

interface Attempt {
  readonly trial: Trial;
  /** Where it was good enough to be kept. */
  readonly pass: Pass | null;
}

/** A forward pass that leaves no trace unless it is good. */
function attempt(forward: Forward, shapes: Shapes, kind: TrialKind, isGood: (trial: Trial) => boolean): Attempt {
  const call = (inputs: readonly TensorValue[]): Pass => ({ inputs, result: callForward(forward, inputs) });
  const run = (): Attempt => {
    const { trial, value } = runTrial(shapes, call, kind, (shape, index) => inputNode(forward, shape, index));
    return { trial, pass: isGood(trial) ? value : null };
  };
  return forward.context.tryOut(run, (made) => made.pass !== null);
}

/** Many layers, many candidates: together they may take this many steps. */
const maxSteps = 30_000;

/** A pass on the first candidates that fit, of which the first inputs' may be known; else on those that fit best. */
function fittingPass(forward: Forward, demands: Demands, known: Shapes = []): Pass {
  const { tensors } = forward.signature;
  let candidates: Candidates = tensors.map((_, index) => {
    const shape = known[index] ?? null;
    return shape === null ? candidateShapes(demands.get(index)) : [shape];
  });
  let steps = 0;
  const tried: Tried[] = [];
  // Of tokens any number fits: that batch and tokens are one axis for a while is no accident.
  const isOfTokens = tensors.every((_, index) => meetsTable(demands.get(index)));
  const isFit = isOfTokens ? hasNoMisfit : fits;
  const rounds = () => Math.max(1, ...candidates.map((list) => list.length));
  for (let round = 0; round < rounds() && steps < maxSteps; round++) {
    const shapes = candidates.map((list) => list[Math.min(round, list.length - 1)] ?? null);
    const isGood = (trial: Trial) =>
      isFit(trial) && newlyFound(candidates, trial) === null && smaller(shapes, trial) === null;
    // Only inputs that have met nothing yet have something to learn after what does not fit.
    const kind = candidates.every(([first]) => first !== null) ? 'fitting' : 'whole';
    const { trial, pass: kept } = attempt(forward, shapes, kind, isGood);
    if (kept !== null) return kept;
    const more = withWanted(forward, shapes, trial);
    if (more !== null) return fittingPass(more, ask(more), shapes);
    steps += trial.steps;
    // Inputs that only meet others: now that those have shapes, so have they.
    const found = newlyFound(candidates, trial);
    if (found !== null) {
      candidates = found;
      round--;
      continue;
    }
    tried.push({ shapes, trial });
    if (tried.length === 2 && noneFits(forward, candidates, tried)) break;
    if (!isFit(trial)) continue;
    const shrunk = smaller(shapes, trial);
    return (shrunk === null ? null : attempt(forward, shrunk, 'fitting', fits).pass) ?? pass(forward, shapes);
  }
  return bestPass(forward, tried);
}

/**
 * Where a pass raises because it lacks an optional input (the decoder's tokens): the same with more inputs, `null` where that does
 * not help. Wanted are the parameters whose `None` the conditions around the `raise` ask about, wherever it has been passed on to.
 */
function withWanted(forward: Forward, shapes: Shapes, { askedAbout }: Pick<Trial, 'askedAbout'>): Forward | null {
  if (askedAbout.length === 0 || forward.signature.optional.length === 0) return null;
  const wanted = wantedInputs(forward, shapes)?.names ?? [];
  for (const name of wanted) {
    const more = { ...forward, signature: withOptional(forward.signature, name) };
    const [shape = null] = candidateShapes(ask(more).get(shapes.length));
    const still = wantedInputs(more, [...shapes, shape]);
    if (still === null) return more;
    // It asks for something else now.
    if (still.names.length > 0 && !still.names.some((other) => wanted.includes(other)))
      return withWanted(more, [...shapes, shape], still);
  }
  return null;
}

/** Optional parameters that a pass asks for by an exception; `null` where none is raised. */
function wantedInputs(
  forward: Forward,
  shapes: Shapes,
): (Pick<Trial, 'askedAbout'> & { readonly names: readonly string[] }) | null {
  const { optional } = forward.signature;
  // Each `None` is one of its own, so that it is known again wherever it turns up.
  const absent = new Map(optional.map((name): [string, NoneValue] => [name, { type: 'none' }]));
  const run = (inputs: readonly TensorValue[]) => callForward(forward, inputs, absent);
  const { trial } = forward.context.tryOut(() => runTrial(shapes, run));
  if (!trial.isRaised) return null;
  const asked = new Set(trial.askedAbout);
  const names = [...absent].flatMap(([name, value]) => (asked.has(value) ? [name] : []));
  return { askedAbout: trial.askedAbout, names };
}

/**
 * What does not fit whatever the sizes are (channels of one layer that are not those of the next) fits none of a hundred
 * candidates: one trial with their sizes left open tells, where it ends at the step at which the first candidates did.
 */
function noneFits(forward: Forward, candidates: Candidates, tried: readonly Tried[]): boolean {
  const endsAt = tried[0]?.trial.stepsBeforeMisfit;
  const endsThere = (trial: Trial) =>
    trial.isRefused && !trial.isRaised && trial.doubts === 0 && trial.stepsBeforeMisfit === endsAt;
  if (!tried.every(({ trial }) => endsThere(trial))) return false;
  const open = candidates.map(commonShape);
  return open.every((shape) => shape !== null) && endsThere(attempt(forward, open, 'fitting', () => false).trial);
}

/** What shapes have in common, other sizes as symbols; `null` where they have not even as many axes. */
function commonShape([first = null, ...others]: readonly (Shape | null)[]): Shape | null {
  if (first === null || others.some((other) => other?.length !== first.length)) return null;
  return first.map((dim, axis) => (others.every((other) => other?.[axis] === dim) ? dim : 'side'));
}

function meetsTable(demand: Demand | undefined): boolean {
  return demand?.kind === 'op' && demand.op.kind === 'embedding';
}

interface Tried {
  readonly shapes: Shapes;
  readonly trial: Trial;
}

/** A pass on the likeliest of what does not fit, unless what came farthest fits better. */
function bestPass(forward: Forward, tried: readonly Tried[]): Pass {
  const [first, ...others] = tried;
  if (first === undefined) throw new Error('nothing was tried');
  const rivals = first.trial.isRaised ? others.filter(({ trial }) => !trial.isRaised) : others;
  const farthest = rivals.reduce((best, one) => (isFarther(one.trial, best.trial) ? one : best), rivals[0] ?? first);
  if (farthest === first || !(first.trial.isRaised || isFarther(farthest.trial, first.trial)))
    return pass(forward, first.shapes);
  const { trial } = attempt(forward, first.shapes, 'whole', () => false);
  const isGood = (other: Trial) => isWorse(trial, other);
  return attempt(forward, farthest.shapes, 'whole', isGood).pass ?? pass(forward, first.shapes);
}

type Candidates = readonly (readonly (Shape | null)[])[];

/** The candidates with those for inputs that had none so far; `null` where there are no such. */
function newlyFound(candidates: Candidates, { demands }: Trial): Candidates | null {
  const found = candidates.map((list, index) => (list[0] === null ? candidateShapes(demands.get(index)) : list));
  return found.some((list, index) => list !== candidates[index] && list[0] !== null) ? found : null;
}

function isFarther(trial: Trial, known: Trial): boolean {
  const further = trial.stepsBeforeMisfit - known.stepsBeforeMisfit;
  return further > 0 || (further === 0 && trial.doubts < known.doubts);
}

function isWorse(known: Trial, other: Trial): boolean {
  if (known.isRaised || other.isRaised) return known.isRaised && !other.isRaised;
  return other.misfits < known.misfits || (other.misfits === known.misfits && other.doubts < known.doubts);
}

/** Where any size fits, a network that hardly shrinks its maps is made for small images; `null` for others. */
function smaller(shapes: Shapes, trial: Trial): Shapes | null {
  const strides = [...trial.demands.values()].flatMap((demand) =>
    demand.kind === 'op' && demand.op.kind === 'conv' ? demand.op.stride : [],
  );
  // A first layer that takes larger steps is made for large ones.
  if (trial.smallestMap === null || trial.smallestMap < 28 || strides.some((step) => step > 1)) return null;
  const shrunk = shapes.map((shape) => shape?.map((dim) => (dim === 224 ? 32 : dim)) ?? null);
  return shrunk.every((shape, index) => shape?.join() === shapes[index]?.join()) ? null : shrunk;
}

/**
 * A pass on the user's shapes, with or without the batch: what the first layer asks for tells which; where that does not fit (a
 * layer that adds an axis where one lacks), the other way is tried.
 */
function givenPass(forward: Forward, given: readonly Shape[], demands: Demands): Pass {
  const asAsked = readShapes(forward.signature, given, demands, false);
  const hasBatch = given.every((shape) => shape.includes(null));
  const first = attempt(forward, asAsked, hasBatch ? 'whole' : 'fitting', hasNoMisfit);
  if (first.pass !== null) return first.pass;
  const more = withWanted(forward, asAsked, first.trial);
  if (more !== null) return givenPass(more, given, ask(more));
  if (hasBatch) return pass(forward, asAsked);
  const otherwise = readShapes(forward.signature, given, demands, true);
  const other = attempt(forward, otherwise, 'fitting', hasNoMisfit);
  if (other.pass !== null) return other.pass;
  // Not by the number of misfits: after the first one little is known that could fail to fit.
  return pass(forward, other.trial.stepsBeforeMisfit > first.trial.stepsBeforeMisfit ? otherwise : asAsked);
}

function readShapes(
  signature: ForwardSignature,
  given: readonly Shape[],
  demands: Demands,
  isOtherwise: boolean,
): Shapes {
  return signature.tensors.map((_, index) => {
    const shape = given[index];
    const candidates = candidateShapes(demands.get(index));
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
