import type { Op } from '../../../core/graph/op.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { isNone, itemsOf, numberOf, numbersOf, stringOf } from '../../interpreter/read.ts';
import { list, type TensorValue, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown } from '../torch/apply.ts';
import { embeddingLookup } from '../torch/embedding-lookup.ts';
import {
  concat,
  expand,
  flatten,
  permute,
  repeat,
  reshape,
  splitAt,
  squeeze,
  stack,
  transpose,
  unsqueeze,
} from '../torch/rearrange.ts';
import { onArray, type Row, row } from './numpy-row.ts';
import { shapeOf } from './shapes.ts';
import { step, tensorIn } from './torch-steps.ts';

/* Functions of `jax.numpy` that move elements, pick or join them. */

export const shapingRows: readonly Row[] = [
  {
    names: 'reshape',
    parameters: "a, *shape, order='C', **kwargs",
    isMethod: true,
    run: onArray('a', (input, given, context) => {
      const [first] = given.rest;
      const named = given.keywordRest.get('newshape') ?? given.keywordRest.get('shape');
      const target =
        given.rest.length > 1
          ? shapeOf(tuple(given.rest.map(({ value }) => value)))
          : shapeOf((first ?? named)?.value ?? unknown());
      return target === null || given.raw.open
        ? applyUnknown('reshape', [input], null, context)
        : reshape(input, target, context);
    }),
  },
  row('ravel flatten', 'a, **kwargs', (input, _, context) => flatten(input, 0, -1, context)),
  {
    names: 'transpose permute_dims',
    parameters: 'a, *axes',
    isMethod: true,
    run: onArray('a', (input, given, context) => {
      const [first] = given.rest;
      const listed = first === undefined ? null : itemsOf(first.value);
      const written = listed ?? given.rest.map(({ value }) => value);
      const named = given.raw.keyword.get('axes');
      const items = named === undefined ? written : (itemsOf(named.value) ?? []);
      const axes = items.filter((item) => !isNone(item)).map(numberOf);
      const rank = input.shape?.length;
      if (axes.length === 0 && rank !== undefined)
        return permute(
          input,
          Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
          context,
        );
      return axes.length > 0 && axes.every((axis) => axis !== null)
        ? permute(input, axes, context)
        : applyUnknown('transpose', [input], null, context);
    }),
  },
  row('swapaxes', 'a, axis1, axis2', (input, given, context) => {
    const [first, second] = [numberOf(given.get('axis1')), numberOf(given.get('axis2'))];
    return first === null || second === null
      ? applyUnknown('swapaxes', [input], null, context)
      : transpose(input, first, second, context);
  }),
  row('moveaxis', 'a, source, destination', (input, given, context) =>
    step('movedim', [input, given.get('source'), given.get('destination')], context),
  ),
  row('expand_dims', 'a, axis', (input, given, context) => {
    const axes = (itemsOf(given.get('axis')) ?? [given.get('axis')]).map(numberOf);
    return axes.reduce<TensorValue>(
      (result, axis) =>
        axis === null ? applyUnknown('expand_dims', [result], null, context) : unsqueeze(result, axis, context),
      input,
    );
  }),
  row('squeeze', 'a, axis=None', (input, given, context) => {
    const axis = given.get('axis');
    const axes = isNone(axis) ? null : (itemsOf(axis) ?? [axis]).flatMap((item) => numberOf(item) ?? []);
    return squeeze(input, axes, context);
  }),
  {
    names: 'concatenate concat',
    parameters: 'arrays, axis=0, dtype=None',
    run: (given, context) => joined(given, context, (inputs, axis) => concat(inputs, axis, context)),
  },
  {
    names: 'stack',
    parameters: 'arrays, axis=0, out=None, dtype=None',
    run: (given, context) => joined(given, context, (inputs, axis) => stack(inputs, axis, context)),
  },
  {
    names: 'hstack column_stack',
    parameters: 'arrays, axis=1',
    run: (given, context) => joined(given, context, (inputs, axis) => concat(inputs, axis, context)),
  },
  row('split array_split', 'ary, indices_or_sections, axis=0', (input, given, context) => {
    const cuts = given.get('indices_or_sections');
    const positions = itemsOf(cuts)?.map(numberOf);
    const at = numberOf(cuts) ?? (positions?.every((cut) => cut !== null) ? positions : null);
    const parts = at === null ? null : splitAt(input, at, numberOf(given.get('axis')) ?? 0, context);
    if (parts !== null) return list([...parts]);
    const count = numberOf(cuts);
    const shape = input.shape?.map(() => null) ?? null;
    return count === null
      ? unknown('sections')
      : list(Array.from({ length: count }, () => applyUnknown('split', [input], shape, context)));
  }),
  row('repeat', 'a, repeats, axis=None, **kwargs', (input, given, context) => {
    const [count, axis] = [numberOf(given.get('repeats')), numberOf(given.get('axis'))];
    if (input.shape === null || axis === null) return applyUnknown('repeat', [input], null, context);
    const place = axis < 0 ? axis + input.shape.length : axis;
    const shape = input.shape.map((dim, index) =>
      index !== place ? dim : isKnown(dim) && count !== null ? dim * count : null,
    );
    return apply({ op: { kind: 'reshape' }, inputs: [input], name: 'repeat', shape }, context);
  }),
  row('tile', 'a, reps', (input, given, context) => repeat(input, shapeOf(given.get('reps')) ?? [], context)),
  row('broadcast_to', 'a, shape', (input, given, context) => {
    const shape = shapeOf(given.get('shape'));
    return shape === null ? applyUnknown('broadcast_to', [input], null, context) : expand(input, shape, context);
  }),
  row('pad', "array, pad_width, mode='constant', **kwargs", (input, given, context) => padded(input, given, context)),
  row('take', 'a, indices, axis=None, **kwargs', (input, given, context) => {
    const indices = tensorIn(given.get('indices'));
    const axis = numberOf(given.get('axis'));
    if (indices === null) return applyUnknown('take', [input], null, context);
    if (input.isParameter && axis === 0 && input.shape?.length === 2)
      return embeddingLookup(indices, input, null, context);
    const shape =
      input.shape === null || indices.shape === null || axis === null
        ? null
        : [...input.shape.slice(0, axis), ...indices.shape, ...input.shape.slice(axis + 1)];
    return applyUnknown('take', [input, indices], shape, context);
  }),
  row('take_along_axis', 'arr, indices, axis=None, **kwargs', (input, given, context) => {
    const indices = tensorIn(given.get('indices'));
    return applyUnknown('gather', [input], indices?.shape ?? null, context);
  }),
  row('copy asarray_like', 'a, **kwargs', (input) => input),
];

function joined(
  given: BoundArguments,
  context: NativeContext,
  join: (inputs: readonly TensorValue[], axis: number) => TensorValue,
): Value {
  const items = context.iterate(given.get('arrays'));
  const inputs = items?.flatMap((item) => tensorIn(item) ?? []) ?? [];
  const axis = numberOf(given.get('axis'));
  return items === null || inputs.length === 0 || inputs.length < items.length || axis === null
    ? unknown('concatenation')
    : join(inputs, axis);
}

/** Pairs for every axis; the op's belong to the last ones. */
function padded(input: TensorValue, given: BoundArguments, context: NativeContext): TensorValue {
  const width = given.get('pad_width');
  const rank = input.shape?.length ?? 0;
  const items = itemsOf(width) ?? Array.from({ length: rank }, () => width);
  const pairs = items.map((item) => numbersOf(item, 2));
  if (pairs.length !== rank || !pairs.every((pair) => pair !== null))
    return applyUnknown('pad', [input], null, context);
  const mode = stringOf(given.get('mode'));
  const op: Op = {
    kind: 'pad',
    padding: pairs.map(([before = 0, after = 0]) => [before, after] as const),
    mode: mode === 'reflect' ? 'reflect' : mode === 'edge' ? 'replicate' : 'constant',
  };
  return apply({ op, inputs: [input], name: 'pad' }, context);
}
