import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { dimOf, stringOf } from '../../interpreter/read.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, dictOf, none, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { einsumOf } from './math-operations.ts';
import { moduleClass } from './module.ts';
import { expand, permute, reshape, stack } from './rearrange.ts';
import { currentTrial } from './trial.ts';

/*
 * einops: shapes by their axes' names (`b (h w) c -> b c h w`). Each call is a reshape to single axes, an order of them, what
 * reduces or repeats, and a reshape to the groups on the right.
 */

/** An axis, or several that are counted as one. */
type Group = readonly string[];

interface Pattern {
  readonly left: readonly Group[];
  readonly right: readonly Group[];
}

/** `b (h w) 1 -> b ...`; `null` where it cannot be read. */
function parsePattern(text: string, rank: number): Pattern | null {
  const [left, right, ...more] = text.split('->').map((side) => parseSide(side));
  if (left == null || right == null || more.length > 0) return null;
  const hidden = rank - left.filter((group) => !isDots(group)).length;
  const isDotted = left.some(isDots);
  if (hidden < 0 || (!isDotted && hidden !== 0)) return null;
  const axes = Array.from({ length: hidden }, (_, index) => `…${index}`);
  const spread = (groups: readonly Group[]) =>
    groups.flatMap((group): readonly Group[] => {
      if (isDots(group)) return axes.map((axis) => [axis]);
      return [group.flatMap((axis) => (axis === '...' ? axes : [axis]))];
    });
  return { left: spread(left), right: spread(right) };
}

/** `...` by itself: as many axes as there are; inside of brackets they are counted as one. */
const dots: Group = ['all the others'];

function isDots(group: Group): boolean {
  return group[0] === dots[0];
}

function parseSide(side: string): readonly Group[] | null {
  const groups: Group[] = [];
  let open: string[] | null = null;
  for (const token of side.match(/\(|\)|\.{3}|\w+/g) ?? []) {
    if (token === '(') {
      if (open !== null) return null;
      open = [];
    } else if (token === ')') {
      if (open === null) return null;
      groups.push(open);
      open = null;
    } else if (open !== null) open.push(token);
    else groups.push(token === '...' ? dots : [token]);
  }
  // An axis of length one has no name.
  return open === null ? groups.map((group) => group.filter((axis) => axis !== '1')) : null;
}

/** Lengths of the axes on the left: given by name, or what is left over of their group. */
function lengthsOf(
  shape: Shape,
  left: readonly Group[],
  given: ReadonlyMap<string, Dim>,
  misfit?: () => void,
): Map<string, Dim> {
  const lengths = new Map<string, Dim>(given);
  left.forEach((group, place) => {
    const total = shape[place] ?? null;
    const open = group.filter((axis) => typeof lengths.get(axis) !== 'number');
    const known = group.reduce((product, axis) => product * (Number(lengths.get(axis) ?? 1) || 1), 1);
    const [only] = open;
    if (only === undefined || open.length > 1) return;
    const isWhole = typeof total === 'number' && Number.isInteger(total / known);
    if (typeof total === 'number' && !isWhole) misfit?.();
    lengths.set(only, group.length === 1 ? total : isWhole ? total / known : null);
  });
  return lengths;
}

const productOf = (group: Group, lengths: ReadonlyMap<string, Dim>): Dim => {
  if (group.length === 1) return lengths.get(group[0] ?? '') ?? null;
  const dims = group.map((axis) => lengths.get(axis) ?? null);
  return dims.every((dim) => typeof dim === 'number') ? dims.reduce((product, dim) => product * Number(dim), 1) : null;
};

/** `rearrange`, `reduce` with the function named, `repeat`: one of them by what the right side lacks or adds. */
function run(
  input: TensorValue,
  text: string | null,
  given: ReadonlyMap<string, Dim>,
  reduction: string | null,
  context: NativeContext,
): TensorValue {
  const name = reduction ?? 'rearrange';
  const pattern = text === null || input.shape === null ? null : parsePattern(text, input.shape.length);
  if (pattern === null || input.shape === null) return onUnknownShape(input, text, given, name, context);
  const lengths = lengthsOf(input.shape, pattern.left, given, () => {
    const trial = currentTrial();
    if (trial !== null) trial.misfits++;
    else context.note(`einops.${name} cannot divide the axes of ${text}`);
  });
  const before = pattern.left.flat();
  const after = pattern.right.flat();
  const kept = after.filter((axis) => before.includes(axis));
  const dropped = before.filter((axis) => !after.includes(axis));
  const dims = (axes: readonly string[]): Shape => axes.map((axis) => lengths.get(axis) ?? null);

  let result = viewed(input, dims(before), context);
  const order = [...kept, ...dropped].map((axis) => before.indexOf(axis));
  if (order.some((place, index) => place !== index)) result = permute(result, order, context);
  if (dropped.length > 0) {
    const axes = dropped.map((_, index) => kept.length + index);
    const fn = reduction === 'mean' || reduction === 'sum' || reduction === 'max' ? reduction : null;
    result =
      fn === null
        ? applyUnknown(name, [result], dims(kept), context)
        : apply({ op: { kind: 'reduce', fn, axes, keepDims: false }, inputs: [result], name: fn }, context);
  }
  if (kept.length < after.length) {
    const single = after.map((axis) => (kept.includes(axis) ? (lengths.get(axis) ?? null) : 1));
    result = expand(viewed(result, single, context), dims(after), context);
  }
  return viewed(
    result,
    pattern.right.map((group) => productOf(group, lengths)),
    context,
  );
}

/** The shape before is asked for where the shape after gets known: a dense layer behind it tells the channels of its patches. */
function onUnknownShape(
  input: TensorValue,
  text: string | null,
  given: ReadonlyMap<string, Dim>,
  name: string,
  context: NativeContext,
): TensorValue {
  const sides = text?.split('->') ?? [];
  const left = sides.length === 2 && !text?.includes('...') ? parseSide(sides[0] ?? '') : null;
  const right = left === null ? null : parseSide(sides[1] ?? '');
  const op = { kind: 'unknown', name } as const;
  if (left === null || right === null) return apply({ op, inputs: [input], shape: null, name }, context);
  const restore = (after: Shape): Shape => {
    const rest = right.length - after.length;
    const whole = rest < 0 ? after.slice(0, right.length) : [...after.slice(0, -1), ...open(rest), ...after.slice(-1)];
    const lengths = lengthsOf(whole, right, given);
    return left.map((group) => (group.length === 0 ? 1 : productOf(group, lengths)));
  };
  return apply({ op, inputs: [input], shape: right.map(() => null), name, restore }, context);
}

const open = (count: number): Shape => Array.from({ length: count }, () => null);

/** Nothing happens where the shape is the same. */
function viewed(input: TensorValue, shape: Shape, context: NativeContext): TensorValue {
  const same =
    input.shape?.length === shape.length && shape.every((dim, axis) => dim === (input.shape?.[axis] ?? null));
  return same ? input : reshape(input, shape, context);
}

function lengthsGiven(given: BoundArguments): ReadonlyMap<string, Dim> {
  return new Map([...given.keywordRest].map(([name, { value }]) => [name, dimOf(value)]));
}

function operation(name: 'rearrange' | 'reduce' | 'repeat'): Value {
  const parameters = name === 'reduce' ? 'tensor, pattern, reduction, **axes' : 'tensor, pattern, **axes';
  return nativeFunction(`einops.${name}`, parameters, (given, context) => {
    const first = given.get('tensor');
    const listed = first.type === 'list' || first.type === 'tuple' ? context.iterate(first) : null;
    const parts = listed?.filter((item) => item.type === 'tensor') ?? [];
    // Several tensors have one more axis, the first.
    const input = listed !== null && parts.length === listed.length ? stack(parts, 0, context) : first;
    const reduction = name === 'reduce' ? (stringOf(given.get('reduction')) ?? 'reduce') : null;
    return onTensor(input, context, (tensor) =>
      run(tensor, stringOf(given.get('pattern')), lengthsGiven(given), reduction, context),
    );
  });
}

/** The same as a layer: `Rearrange('b c h w -> b (h w) c')`. */
function layer(name: 'Rearrange' | 'Reduce'): ClassValue {
  return nativeClass(`einops.layers.torch.${name}`, {
    bases: [moduleClass],
    parameters: name === 'Reduce' ? 'pattern, reduction, **axes' : 'pattern, **axes',
    construct: (instance, given, context) => {
      moduleClass.native?.construct(instance, given, context);
      instance.attributes.set('pattern', given.get('pattern'));
      instance.attributes.set('reduction', name === 'Reduce' ? given.get('reduction') : none);
      const axes = [...given.keywordRest].map(([axis, { value }]) => [axis, value] as const);
      instance.attributes.set('axes_lengths', dictOf(axes));
    },
    methods: {
      forward: method('input', (self, given, context) =>
        onTensor(given.get('input'), context, (input) => {
          const axes = self.attributes.get('axes_lengths');
          const entries = axes?.type === 'dict' ? [...axes.entries.values()] : [];
          const lengths = new Map(entries.map(({ key, value }) => [stringOf(key) ?? '', dimOf(value)]));
          const [pattern, reduction] = ['pattern', 'reduction'].map((key) =>
            stringOf(self.attributes.get(key) ?? none),
          );
          return run(input, pattern ?? null, lengths, name === 'Reduce' ? (reduction ?? 'reduce') : null, context);
        }),
      ),
    },
  });
}

/** The axes' names as the single letters of `torch.einsum`. */
function inLetters(pattern: string): string | null {
  const names = [...new Set(pattern.match(/\w+/g) ?? [])];
  if (names.length > 52 || pattern.includes('(')) return null;
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return pattern.replace(/\w+/g, (name) => letters.charAt(names.indexOf(name))).replaceAll(' ', '');
}

const members: Readonly<Record<string, Value>> = {
  rearrange: operation('rearrange'),
  reduce: operation('reduce'),
  repeat: operation('repeat'),
  einsum: nativeFunction('einops.einsum', '*operands', (given, context) => {
    const values = given.rest.map((item) => item.value);
    const pattern = values.pop();
    const text = pattern === undefined ? null : stringOf(pattern);
    const letters = text === null ? null : inLetters(text);
    return letters === null ? unknown('einsum') : einsumOf({ type: 'string', value: letters }, values, context);
  }),
};

const layers: Readonly<Record<string, Value>> = { Rearrange: layer('Rearrange'), Reduce: layer('Reduce') };

/** `einops` and `einops.layers.torch`, also where they are installed: how they parse their patterns need not be followed. */
export function einopsModule(name: string): ((member: string) => Value | null) | null {
  const table = name === 'einops' ? members : name === 'einops.layers.torch' ? layers : null;
  if (table !== null) return (member) => (Object.hasOwn(table, member) ? (table[member] ?? null) : null);
  return name.startsWith('einops.') ? (member) => unknown(`${name}.${member}`) : null;
}
