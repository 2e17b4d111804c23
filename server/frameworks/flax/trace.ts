import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { booleanOf } from '../../interpreter/read.ts';
import { signature } from '../../interpreter/signature.ts';
import { tensorsIn } from '../../interpreter/traced-tensors.ts';
import {
  boolean,
  type CallArguments,
  type GivenArgument,
  type InstanceValue,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import type { Framework } from '../framework.ts';
import { candidateShapes } from '../torch/input-shapes.ts';
import { type Demand, fits, runTrial, type Trial } from '../torch/trial.ts';
import { rememberedCall } from './linen/init-calls.ts';
import { bindAt } from './linen/naming.ts';
import { isLinenModule, newRun, type Run, withRun } from './linen/scope.ts';
import { markOurs, whileTracing } from './ours.ts';

/** What the last run of a linen model made; `describe` reads it. */
const runs = new WeakMap<InstanceValue, Run>();

export function lastRun(root: InstanceValue): Run | null {
  return runs.get(root) ?? null;
}

/** Calls the model on symbolic inputs: of the user's shapes, those that its code initializes it with, or those that fit. */
export const trace: Framework['trace'] = (root, given, context) =>
  whileTracing(() => {
    const plan = planOf(root);
    const shapes = shapesFor(root, plan, given, context);
    const inputs = shapes.map((shape, index) =>
      markOurs(
        context.graph.add({
          op: { kind: 'input' },
          inputs: [],
          outputShape: shape,
          name: plan.inputs[index]?.name ?? 'input',
          calledAt: context.at,
        }),
      ),
    );
    const result = run(root, plan, inputs, context);
    return { inputs, outputs: tensorsIn(result) };
  });

/** Runs the model once without leaving a trace, for what it makes on the way. */
export function tryRun(root: InstanceValue, context: NativeContext): void {
  whileTracing(() => {
    const plan = planOf(root);
    attempt(
      root,
      plan,
      plan.inputs.map(({ shape }) => shape),
      context,
    );
  });
}

/** The call that is made: arrays in the order in which they stand in it, and what else is given. */
interface Plan {
  readonly inputs: readonly { readonly name: string; readonly shape: Shape | null }[];
  readonly call: (inputs: readonly TensorValue[]) => CallArguments;
}

function run(root: InstanceValue, plan: Plan, inputs: readonly TensorValue[], context: NativeContext): Value {
  const call = () => context.callWith(root, plan.call(inputs));
  if (!isLinenModule(root)) return call();
  const made = newRun();
  runs.set(root, made);
  return withRun(made, () => {
    bindAt(root, '', context);
    return call();
  });
}

function planOf(root: InstanceValue): Plan {
  const parameters = parametersOf(root);
  const remembered = rememberedCall(root);
  return remembered === null ? planFromSignature(parameters) : planFromCall(remembered, parameters);
}

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isKeyword: boolean;
  /** Annotated as a number, text or flag. */
  readonly isPlain: boolean;
}

const plainTypes = new Set(['int', 'float', 'bool', 'str']);

function parametersOf(root: InstanceValue): readonly Parameter[] {
  for (const class_ of root.class.order) {
    const member = class_.members.get('__call__');
    if (member?.type === 'function')
      return member.node.parameters.slice(1).flatMap(({ target, kind, default: value, annotation }) =>
        target.type !== 'Name' || kind === 'keywordRest' || (kind === 'rest' && member.node.parameters.length > 2)
          ? []
          : [
              {
                name: target.name,
                isRequired: value === null,
                isKeyword: kind === 'keywordOnly',
                isPlain: annotation?.type === 'Name' && plainTypes.has(annotation.name),
              },
            ],
      );
    const native = class_.native?.methods.__call__;
    if (native === undefined) continue;
    const [only] = native.signature.parameters;
    return only === undefined
      ? []
      : [{ name: only.name === 'args' ? 'inputs' : only.name, isRequired: true, isKeyword: false, isPlain: false }];
  }
  return signature('inputs').parameters.map(({ name }) => ({
    name,
    isRequired: true,
    isKeyword: false,
    isPlain: false,
  }));
}

/** Flags that say whether the model is trained: it is. */
function trainingFlag(name: string): Value | null {
  if (/^(?:train|training|is_training|train_mode)$/.test(name)) return boolean(true);
  if (/^(?:deterministic|eval|eval_mode|is_eval|inference|use_running_average)$/.test(name)) return boolean(false);
  return null;
}

function planFromSignature(parameters: readonly Parameter[]): Plan {
  const isInput = (one: Parameter) => one.isRequired && !one.isPlain && trainingFlag(one.name) === null;
  const required = parameters.filter(isInput);
  const chosen = required.length > 0 ? required : parameters.filter((one) => !one.isPlain).slice(0, 1);
  return {
    inputs: chosen.map(({ name }) => ({ name, shape: null })),
    call: (inputs) => {
      const keyword = new Map<string, GivenArgument>();
      for (const parameter of parameters) {
        const { name, isRequired } = parameter;
        const flag = trainingFlag(name);
        const input = inputs[chosen.indexOf(parameter)];
        if (input !== undefined) keyword.set(name, { value: input, at: null });
        else if (flag !== null) keyword.set(name, { value: flag, at: null });
        else if (isRequired) keyword.set(name, { value: unknown(name), at: null });
      }
      return byPlace(parameters, keyword);
    },
  };
}

/** Arguments without a name go by place: what a native `__call__` takes, and `*inputs`. */
function byPlace(parameters: readonly Parameter[], given: ReadonlyMap<string, GivenArgument>): CallArguments {
  const positional: GivenArgument[] = [];
  const keyword = new Map(given);
  for (const { name, isKeyword } of parameters) {
    const argument = keyword.get(name);
    if (argument === undefined || isKeyword) break;
    positional.push(argument);
    keyword.delete(name);
  }
  return { positional, keyword, open: false };
}

/** The call that the code itself makes, with the arrays in it as inputs; whatever it says of training, it is trained. */
function planFromCall(call: CallArguments, parameters: readonly Parameter[]): Plan {
  const arrays: TensorValue[] = [];
  const collect = (value: Value): void => {
    mapTensors(value, (one) => {
      arrays.push(one);
      return one;
    });
  };
  for (const { value } of [...call.positional, ...call.keyword.values()]) collect(value);
  const names = parameters.map(({ name }) => name);
  return {
    inputs: arrays.map((array, index) => ({ name: names[index] ?? 'input', shape: withBatch(array.shape) })),
    call: (inputs) => {
      let next = 0;
      const replace = (value: Value): Value => mapTensors(value, () => inputs[next++] ?? unknown('input'));
      const positional = call.positional.map(({ value, at }, index) => ({
        value: flagOr(names[index], replace(value)),
        at,
      }));
      const keyword = new Map(
        [...call.keyword]
          .filter(([name]) => name !== 'method' && name !== 'mutable')
          .map(([name, { value, at }]) => [name, { value: flagOr(name, replace(value)), at }] as const),
      );
      for (const [index, { name }] of parameters.entries()) {
        const flag = trainingFlag(name);
        if (flag !== null && index >= positional.length && !keyword.has(name))
          keyword.set(name, { value: flag, at: null });
      }
      return { positional, keyword, open: call.open };
    },
  };
}

function flagOr(name: string | undefined, value: Value): Value {
  const flag = name === undefined ? null : trainingFlag(name);
  return flag !== null && (booleanOf(value) !== null || value.type === 'unknown') ? flag : value;
}

/** The first axis is the batch. */
function withBatch(shape: Shape | null): Shape | null {
  return shape === null || shape.length === 0 ? shape : [null, ...shape.slice(1)];
}

function mapTensors(value: Value, change: (one: TensorValue) => Value, depth = 0): Value {
  if (value.type === 'tensor') return change(value);
  if (depth > 4) return value;
  switch (value.type) {
    case 'tuple':
    case 'list':
      return { ...value, items: value.items.map((item) => mapTensors(item, change, depth + 1)) };
    case 'dict':
      return {
        ...value,
        entries: new Map(
          [...value.entries].map(([key, entry]) => [
            key,
            { ...entry, value: mapTensors(entry.value, change, depth + 1) },
          ]),
        ),
      };
    default:
      return value;
  }
}

function shapesFor(
  root: InstanceValue,
  plan: Plan,
  given: readonly Shape[] | null,
  context: NativeContext,
): readonly (Shape | null)[] {
  const first = attempt(
    root,
    plan,
    plan.inputs.map(({ shape }) => shape),
    context,
  );
  const candidates = plan.inputs.map(({ shape }, index) =>
    shape === null ? channelsLast(first.demands.get(index)) : [shape],
  );
  if (given !== null)
    return asGiven(
      given,
      candidates.map((list) => list[0] ?? null),
    );
  return fitting(root, plan, candidates, context);
}

/** Many layers, many candidates: together they may take this many steps. */
const maxSteps = 30_000;

function fitting(
  root: InstanceValue,
  plan: Plan,
  candidates: readonly (readonly (Shape | null)[])[],
  context: NativeContext,
): readonly (Shape | null)[] {
  const rounds = Math.max(1, ...candidates.map((list) => list.length));
  let best: { readonly shapes: readonly (Shape | null)[]; readonly misfits: number } | null = null;
  for (let round = 0, steps = 0; round < rounds && steps < maxSteps; round++) {
    const shapes = candidates.map((list) => list[Math.min(round, list.length - 1)] ?? null);
    // Nothing to try out.
    if (rounds === 1) return shapes;
    const trial = attempt(root, plan, shapes, context);
    steps += trial.steps;
    const misfits = trial.isRaised ? Number.POSITIVE_INFINITY : trial.misfits;
    if (best === null || misfits < best.misfits) best = { shapes, misfits };
    if (fits(trial)) return shapes;
  }
  return best?.shapes ?? plan.inputs.map(() => null);
}

function attempt(root: InstanceValue, plan: Plan, shapes: readonly (Shape | null)[], context: NativeContext): Trial {
  const call = (inputs: readonly TensorValue[]) => run(root, plan, inputs.map(markOurs), context);
  return context.tryOut(() => runTrial(shapes, call).trial);
}

/** With the batch, or all of them without it, where what an input meets first expects one axis more. */
function asGiven(given: readonly Shape[], expected: readonly (Shape | null)[]): readonly (Shape | null)[] {
  const isShort = (shape: Shape | undefined, other: Shape | null) => shape?.length === (other?.length ?? 0) - 1;
  const withoutBatch = expected.some((other, index) => isShort(given[index], other));
  return expected.map((other, index) => {
    const shape = given[index];
    if (shape === undefined) return other;
    if (shape.includes(null)) return shape;
    const isWhole = !withoutBatch || (other !== null && !isShort(shape, other));
    return isWhole ? withBatch(shape) : [null, ...shape];
  });
}

/**
 * Shapes for an input, from what it meets first, with the channels last. Sizes that nothing in the model tells (linen's layers
 * take their widths from the input) stay unknown: only the number of axes is known then.
 */
function channelsLast(demand: Demand | undefined): readonly (Shape | null)[] {
  if (demand === undefined || (demand.kind === 'op' && !telling.has(demand.op.kind))) return ranks;
  const shapes = candidateShapes(demand).map((shape) => (shape === null ? null : moved(shape, demand)));
  if (demand?.kind !== 'op' || isTold(demand)) return shapes;
  const [first] = shapes;
  return [first == null ? null : first.map(() => null)];
}

/** Ops that tell at least how many axes they need. */
const telling = new Set([
  ...['conv', 'dense', 'embedding', 'recurrent', 'attention', 'maxPool', 'averagePool', 'upsample'],
  ...['batchNorm', 'instanceNorm', 'groupNorm', 'layerNorm', 'rmsNorm'],
]);

/** Where nothing tells: a vector, a sequence, an image. */
const ranks: readonly (Shape | null)[] = [...[2, 3, 4].map((rank) => Array.from({ length: rank }, () => null)), null];

const mapped = new Set(['conv', 'maxPool', 'averagePool', 'batchNorm', 'instanceNorm', 'groupNorm', 'upsample']);

function moved(shape: Shape, demand: Demand | undefined): Shape {
  const isMap = demand?.kind === 'op' && mapped.has(demand.op.kind) && shape.length > 2;
  if (!isMap && shape.length < 4) return shape;
  const [batch = null, channels = null, ...spatial] = shape;
  return [batch, ...spatial, channels];
}

function isTold({ op, parameters }: Extract<Demand, { kind: 'op' }>): boolean {
  const isKnown = (dim: Dim | undefined) => typeof dim === 'number';
  switch (op.kind) {
    case 'conv':
      return isKnown(op.inChannels);
    case 'dense':
      return isKnown(op.inFeatures);
    case 'recurrent':
      return isKnown(op.inputSize);
    case 'embedding':
      return true;
    case 'attention':
      return isKnown(op.width) && isKnown(parameters.query?.shape?.[0]);
    default:
      return parameters.gain?.shape?.every(isKnown) ?? false;
  }
}
