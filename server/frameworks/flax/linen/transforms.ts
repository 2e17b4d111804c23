import type { BoundArguments, NativeContext } from '../../../interpreter/native.ts';
import { createClass } from '../../../interpreter/order.ts';
import { isNone, itemsOf, numberOf } from '../../../interpreter/read.ts';
import { bind, signature } from '../../../interpreter/signature.ts';
import { method, nativeFunction } from '../../../interpreter/table.ts';
import {
  type CallArguments,
  type ClassValue,
  type InstanceValue,
  list,
  type NativeValue,
  none,
  type TensorValue,
  tuple,
  unknown,
  type Value,
} from '../../../interpreter/values.ts';
import { select } from '../../torch/rearrange.ts';
import { carryOf, cellKind, runCell } from '../layers/recurrent.ts';
import { repeated } from '../rnn.ts';
import { activeLayer } from './layer-classes.ts';
import { currentRun, type Stack } from './scope.ts';

/*
 * `flax.linen.transforms`: a transformed class is a subclass under another name (`ScanBlock`), whose call runs the original's
 * several times, or with parameters that have one axis more.
 */

type Call = (self: InstanceValue, target: ClassValue, given: BoundArguments, context: NativeContext) => Value;

/** Transforms that change nothing that is known here. */
const plain: Readonly<Record<string, string>> = { remat: 'Checkpoint', checkpoint: 'Checkpoint', jit: 'Jit' };

export const transforms: Readonly<Record<string, NativeValue>> = {
  ...Object.fromEntries(
    Object.entries(plain).map(([name, prefix]) => [
      name,
      nativeFunction(`flax.linen.${name}`, 'target, *args, **kwargs', (given) =>
        transformed(given.get('target'), prefix, (self, target, { raw }, context) =>
          callAs(self, target, raw, context),
        ),
      ),
    ]),
  ),
  named_call: nativeFunction('flax.linen.named_call', 'target, *args, **kwargs', (given) => given.get('target')),
  scan: nativeFunction(
    'flax.linen.scan',
    'target, variable_axes=None, variable_broadcast=None, variable_carry=None, split_rngs=None, in_axes=0, out_axes=0, length=None, reverse=False, unroll=1, data_transform=None, metadata_params=None, methods=None, _split_transpose=False, check_constancy_invariants=True',
    (options) =>
      transformed(options.get('target'), 'Scan', (self, target, { raw }, context) => {
        const run = (arguments_: CallArguments) => callAs(self, target, arguments_, context);
        return scan(options, self, raw, run, context);
      }),
  ),
  vmap: nativeFunction(
    'flax.linen.vmap',
    'target, variable_axes=None, split_rngs=None, in_axes=0, out_axes=0, axis_size=None, axis_name=None, spmd_axis_name=None, metadata_params=None, methods=None',
    (options) =>
      transformed(options.get('target'), 'Vmap', (self, target, { raw }, context) => {
        const run = (arguments_: CallArguments) => callAs(self, target, arguments_, context);
        return vmap(options, raw, run, context);
      }),
  ),
};

/** A class gets a subclass; a function (a method that is decorated) one that does the same. */
function transformed(target: Value, prefix: string, call: Call): Value {
  if (target.type === 'partial' && target.callee.type === 'class')
    return { ...target, callee: subclass(target.callee, prefix, call) };
  return target.type === 'class' ? subclass(target, prefix, call) : target;
}

function subclass(target: ClassValue, prefix: string, call: Call): ClassValue {
  const name = `${prefix}${target.name}`;
  return createClass({
    name,
    bases: [target],
    open: target.open,
    members: new Map(),
    native: {
      name: `flax.linen.transforms.${name}`,
      signature: signature('*args, **kwargs'),
      construct: (instance, { raw }, context) => {
        const base = target.order.find(({ native }) => native !== null)?.native;
        if (base != null) base.construct(instance, bind(base.signature, raw), context);
      },
      methods: {
        __call__: method('*args, **kwargs', (self, given, context) => call(self, target, given, context)),
      },
    },
    at: target.at,
    nameAt: target.nameAt,
  });
}

/** Calls an instance as if it were one of the original class. */
function callAs(self: InstanceValue, target: ClassValue, arguments_: CallArguments, context: NativeContext): Value {
  for (const class_ of target.order) {
    const member = class_.members.get('__call__');
    if (member?.type === 'function') return context.callWith({ type: 'bound', self, function: member }, arguments_);
    const native = class_.native?.methods.__call__;
    if (native !== undefined) return native.evaluate(self, bind(native.signature, arguments_), context);
  }
  return unknown('call');
}

/** The axis that the transform adds to the parameters; `null` where all steps share them. */
function parameterAxis(options: BoundArguments): number | null {
  const axes = options.get('variable_axes');
  const entry = axes.type === 'dict' ? axes.entries.get('sparams')?.value : undefined;
  return entry === undefined ? null : numberOf(entry);
}

/** More steps than these are not followed one by one. */
const maxSteps = 64;

function scan(
  options: BoundArguments,
  self: InstanceValue,
  raw: CallArguments,
  run: (arguments_: CallArguments) => Value,
  context: NativeContext,
): Value {
  const [carry, ...xs] = raw.positional.map(({ value }) => value);
  const axis = parameterAxis(options);
  const inAxes = xs.map((_, index) => axisFor(options.get('in_axes'), index));
  const outAxis = axisFor(options.get('out_axes'), 0) ?? 0;
  const sized = xs.flatMap((value, index) => lengthAlong(value, inAxes[index] ?? null));
  const length = numberOf(options.get('length')) ?? sized[0] ?? null;
  if (axis === null) return broadcastScan({ self, carry: carry ?? none, xs, inAxes, outAxis, length, run, context });
  const stacks = currentRun()?.stacks;
  const stack: Stack = { axis, length, step: 0 };
  stacks?.push(stack);
  try {
    let state: Value = carry ?? none;
    const outputs: Value[] = [];
    const steps = Math.min(length ?? 1, maxSteps);
    for (let step = 0; step < Math.max(steps, 1); step++) {
      stack.step = step;
      const slices = xs.map((value, index) => sliced(value, inAxes[index] ?? null, step, context));
      const result = run({ ...raw, positional: [state, ...slices].map((value) => ({ value, at: null })) });
      const items = itemsOf(result);
      state = items?.[0] ?? unknown('carry');
      outputs.push(items?.[1] ?? none);
    }
    const [first] = outputs;
    return tuple([
      state,
      first === undefined || isNone(first) ? none : mapTensors(first, (one) => repeated(one, outAxis, length, context)),
    ]);
  } finally {
    stacks?.pop();
  }
}

interface Broadcast {
  readonly self: InstanceValue;
  readonly carry: Value;
  readonly xs: readonly Value[];
  readonly inAxes: readonly (number | null)[];
  readonly outAxis: number;
  readonly length: number | null;
  readonly run: (arguments_: CallArguments) => Value;
  readonly context: NativeContext;
}

/** The same parameters at every step: a cell of linen's is a recurrent layer, anything else runs on one step for all. */
function broadcastScan({ self, carry, xs, inAxes, outAxis, length, run, context }: Broadcast): Value {
  const [sequence] = xs;
  const [axis] = inAxes;
  const kind = cellKind(self.class.name.replace(/^Scan/, ''));
  if (kind !== undefined && sequence?.type === 'tensor' && (axis === 0 || axis === 1) && axis === outAxis) {
    const layer = activeLayer(self, sequence.shape, context);
    if (layer !== null) {
      const outputs = runCell(kind, layer, sequence, true, context, axis === 0);
      const last = outputs.shape === null ? outputs : select(outputs, axis, -1, context);
      return tuple([carryOf(kind, last, context), outputs]);
    }
  }
  const slices = xs.map((value, index) => sliced(value, inAxes[index] ?? null, 0, context));
  const result = run({
    positional: [carry, ...slices].map((value) => ({ value, at: null })),
    keyword: new Map(),
    open: false,
  });
  const items = itemsOf(result);
  const output = items?.[1] ?? none;
  return tuple([items?.[0] ?? unknown('carry'), mapTensors(output, (one) => repeated(one, outAxis, length, context))]);
}

function vmap(
  options: BoundArguments,
  raw: CallArguments,
  run: (arguments_: CallArguments) => Value,
  context: NativeContext,
): Value {
  const axis = parameterAxis(options);
  const values = raw.positional.map(({ value }) => value);
  const inAxes = values.map((_, index) => axisFor(options.get('in_axes'), index));
  const outAxis = axisFor(options.get('out_axes'), 0) ?? 0;
  const sized = values.flatMap((value, index) => lengthAlong(value, inAxes[index] ?? null));
  const length = numberOf(options.get('axis_size')) ?? sized[0] ?? null;
  const stacks = currentRun()?.stacks;
  if (axis !== null) stacks?.push({ axis, length, step: 0 });
  try {
    const slices = values.map((value, index) => sliced(value, inAxes[index] ?? null, 0, context));
    const result = run({ ...raw, positional: slices.map((value) => ({ value, at: null })) });
    return mapTensors(result, (one) => repeated(one, outAxis, length, context));
  } finally {
    if (axis !== null) stacks?.pop();
  }
}

/** One axis for all arguments, or one for each; `None` and `nn.broadcast` leave the argument as it is. */
function axisFor(axes: Value, index: number): number | null {
  const items = itemsOf(axes);
  return numberOf(items === null ? axes : (items[index] ?? none));
}

function lengthAlong(value: Value, axis: number | null): readonly number[] {
  if (value.type !== 'tensor' || axis === null) return [];
  const size = value.shape?.at(axis);
  return typeof size === 'number' ? [size] : [];
}

function sliced(value: Value, axis: number | null, step: number, context: NativeContext): Value {
  return axis === null ? value : mapTensors(value, (one) => select(one, axis, step, context));
}

function mapTensors(value: Value, change: (one: TensorValue) => Value, depth = 0): Value {
  if (value.type === 'tensor') return change(value);
  if (depth > 4) return value;
  if (value.type === 'tuple') return tuple(value.items.map((item) => mapTensors(item, change, depth + 1)));
  return value.type === 'list' ? list(value.items.map((item) => mapTensors(item, change, depth + 1))) : value;
}
