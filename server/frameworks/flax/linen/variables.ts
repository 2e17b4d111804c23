import type { Shape } from '../../../../core/graph/shape.ts';
import { flaxFans } from '../../../../core/initializers/fans.ts';
import type { BoundArguments, NativeContext } from '../../../interpreter/native.ts';
import { stringOf } from '../../../interpreter/read.ts';
import { storage, tensor } from '../../../interpreter/table.ts';
import { type InstanceValue, type TensorValue, unknown, type Value } from '../../../interpreter/values.ts';
import { copyInto } from '../../torch/writes.ts';
import { initializerOf } from '../initializer-values.ts';
import { markOurs } from '../ours.ts';
import { writeGiven } from '../parameters.ts';
import { shapeOf } from '../shapes.ts';
import { currentRun, joinPath, linenState, type Run } from './scope.ts';

/** The parameter of this name below a module: the one that is there already, else a new one. */
export function variableOf(module: InstanceValue, name: string, make: () => TensorValue): TensorValue {
  const run = currentRun();
  const path = joinPath(linenState(module).path, name);
  const made = run?.variables.get(path) ?? stacked(make(), run);
  run?.variables.set(path, made);
  return run === null || run.stacks.length === 0 ? made : unstacked(made, run);
}

/** `self.param(name, init_fn, *args)`: the function is called with a key and the arguments. */
export function declareParameter(module: InstanceValue, given: BoundArguments, context: NativeContext): Value {
  const name = stringOf(given.get('name'));
  if (name === null || currentRun() === null) return unknown('parameter');
  return variableOf(module, name, () => {
    const init = given.get('init_fn');
    const [first, ...others] = given.rest;
    const known = initializerOf(init);
    if (known !== null) {
      const shape = shapeOf((first ?? given.keywordRest.get('shape'))?.value ?? unknown());
      const made = newParameter(shape);
      writeGiven(made, { value: init, at: given.given('init_fn')?.at ?? null }, shape ?? [], null, context);
      return made;
    }
    const positional = [{ value: unknown('key'), at: null }, ...(first === undefined ? [] : [first, ...others])];
    const result = context.callWith(init, { positional, keyword: given.keywordRest, open: false });
    const made = newParameter(result.type === 'tensor' ? result.shape : null);
    if (result.type === 'tensor' && result.storage !== null) copyInto(made, result, context);
    else if (made.storage !== null) made.storage.overwrittenByUnknown = true;
    return made;
  });
}

function newParameter(shape: Shape | null): TensorValue {
  const memory = storage(shape, { role: 'other', ...(shape === null ? {} : flaxFans(shape)) });
  return markOurs(tensor({ shape, storage: memory, isParameter: true }));
}

/** Under `nn.scan` and `nn.vmap` a parameter holds one slice per step; every slice is drawn by itself. */
function stacked(slice: TensorValue, run: Run | null): TensorValue {
  const { storage: memory, shape } = slice;
  if (run === null || run.stacks.length === 0 || memory === null || shape === null) return slice;
  const { id: _id, writes, shape: _shape, ...fields } = memory;
  const whole = storage(
    placesOf(shape, run).reduce<Shape>(
      (sizes, { axis, length }) => [...sizes.slice(0, axis), length, ...sizes.slice(axis)],
      shape,
    ),
    fields,
  );
  whole.writes.push(...writes);
  return markOurs(tensor({ shape: whole.shape, storage: whole, isParameter: true }));
}

/** Where each transform puts its axis, the innermost first. */
function placesOf(shape: Shape, { stacks }: Run): readonly { axis: number; length: number | null; step: number }[] {
  let rank = shape.length;
  return [...stacks].reverse().map(({ axis, length, step }) => {
    rank++;
    return { axis: axis < 0 ? axis + rank : axis, length, step };
  });
}

/** The slice of the step that runs. */
function unstacked(whole: TensorValue, run: Run): TensorValue {
  const { shape } = whole;
  if (shape === null || shape.length < run.stacks.length) return whole;
  const slices = [...placesOf(shape.slice(run.stacks.length), run)]
    .reverse()
    .map(({ axis, step }) => ({ axis, index: step }));
  const own = slices.reduce<Shape>((sizes, { axis }) => sizes.filter((_, index) => index !== axis), shape);
  return markOurs({ ...whole, shape: own, slices });
}
