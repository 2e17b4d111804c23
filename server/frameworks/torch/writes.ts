import type { Initializer, Region, Write } from '../../../core/graph/initializer.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import { torchFans } from '../../../core/initializers/fans.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import { mixtureOf, piecesOf } from '../../../core/initializers/mixture.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { storage, tensor } from '../../interpreter/table.ts';
import type { Storage, TensorValue } from '../../interpreter/values.ts';
import { writePiece } from './assembled.ts';
import { keepNumbers, numbersIn } from './known-numbers.ts';
import { regionOf } from './views.ts';

/* Initial values: who writes what into a tensor's memory, and how values pass from one tensor to another. */

/** Fills a tensor in place, by a function or method of the user's call (`nn.init.zeros_(w)`, `w.fill_(0)`). */
export function fill(target: TensorValue, initializer: Initializer, by: string, context: NativeContext): void {
  context.write(target, { initializer, by, callee: context.calleeText, region: regionOf(target) });
}

/** New memory with initial values: `torch.zeros(3)`. */
export function allocate(shape: Shape | null, initializer: Initializer, context: NativeContext): TensorValue {
  const made = tensor({ shape, storage: storage(shape, torchFans(shape ?? [])) });
  context.write(made, { initializer, by: context.calleeText, callee: context.calleeText });
  return made;
}

/** The writes that still show: the last one that covered the whole tensor and what came after it. */
function visibleWrites(memory: Storage): readonly Write[] {
  const last = memory.writes.findLastIndex((write) => write.partial !== true);
  return memory.writes.slice(Math.max(last, 0));
}

/** What a tensor holds as a whole: a mixture where parts of it were written differently. */
export function contentsOf(memory: Storage): Initializer {
  if (memory.overwrittenByUnknown) return unknownInitializer();
  const visible = visibleWrites(memory);
  const [only, ...others] = visible;
  if (only !== undefined && !only.partial && others.length === 0) return only.initializer;
  return (memory.shape === null ? null : mixtureOf(memory.shape, visible)) ?? unknownInitializer();
}

/** The one number that all elements are. */
export function constantIn({ storage: memory }: TensorValue): number | null {
  if (memory === null) return null;
  const { mean, std } = contentsOf(memory);
  return std === 0 ? mean : null;
}

/** The number in a tensor of one element. */
export function onlyNumber(tensor: TensorValue): number | null {
  const [only] = numbersIn(tensor) ?? [];
  if (tensor.layer !== null || !tensor.shape?.every((dim) => dim === 1)) return null;
  return only ?? constantIn(tensor);
}

/**
 * Rewrites what the tensor holds, piece by piece: a view changes only what shows in it. Where the pieces are not known,
 * every write counts as one.
 */
export function rewrite(
  target: TensorValue,
  change: (held: Initializer) => Initializer,
  by: string,
  context: NativeContext,
): void {
  const { storage: memory } = target;
  if (memory === null) return;
  const visible = visibleWrites(memory);
  const seen = regionOf(target);
  const pieces = seen === null || memory.shape === null ? null : piecesOf(memory.shape, visible);
  const write = (held: Initializer, isPart: boolean, region: Region | null) =>
    context.write({ ...target, isPart }, { initializer: change(held), by, callee: context.calleeText, region });
  if (seen === null || pieces === null || visible.length === 1) {
    for (const { initializer, partial, region } of visible)
      write(initializer, target.isPart || partial === true, target.isPart ? seen : (region ?? null));
    return;
  }
  for (const piece of pieces) {
    const region = intersection(piece.region, seen);
    if (region !== null && piece.write !== null) write(piece.write.initializer, true, region);
  }
}

function intersection(one: Region, other: Region): Region | null {
  const common = one.map(([start, stop], axis) => {
    const [from, to] = other[axis] ?? [0, 0];
    return [Math.max(start, from), Math.min(stop, to)] as const;
  });
  return common.every(([start, stop]) => start < stop) ? common : null;
}

/** `target.copy_(source)`: the target starts with what the source holds, written where the source was written. */
export function copyInto(target: TensorValue, source: TensorValue | null, context: NativeContext): void {
  const { storage: into } = target;
  if (into === null) return;
  const from = source?.storage ?? null;
  if (from === into) return;
  if (source !== null && source.layer !== null && target.isPart) {
    writePiece(target, source, context);
    return;
  }
  if (from === null || from.overwrittenByUnknown || source?.isPart) {
    context.touch(into);
    if (!target.isPart) into.overwrittenByUnknown = true;
    return;
  }
  const visible = visibleWrites(from);
  for (const write of visible) {
    const part = target.isPart || write.partial === true;
    // Where a piece of the source lands in a part of the target is not followed.
    const region = !target.isPart ? write.region : visible.length === 1 ? regionOf(target) : null;
    context.write({ ...target, isPart: part }, { ...passedOn(write), region: region ?? null });
  }
  if (source !== null && !target.isPart && `${source.shape}` === `${target.shape}`) keepNumbers(source, target);
}

/** Memory of its own with the contents of another tensor, changed by `change`: `w * 0.02`, `w.clone()`. */
export function derived(
  source: TensorValue,
  context: NativeContext,
  change: ((initializer: Initializer) => Initializer) | null = null,
): TensorValue {
  const { shape } = source;
  const from = source.storage;
  const memory = storage(shape, torchFans(shape ?? []));
  const made = tensor({ shape, storage: memory });
  if (from === null) return { ...made, storage: null };
  memory.overwrittenByUnknown = from.overwrittenByUnknown;
  const isTurned = !source.isPart && `${shape}` !== `${from.shape}`;
  for (const write of source.isPart ? partOf(from) : isTurned ? asOne(from) : visibleWrites(from)) {
    context.write(
      { ...made, isPart: write.partial === true },
      {
        ...passedOn(write),
        initializer: change?.(write.initializer) ?? write.initializer,
        region: write.region ?? null,
      },
    );
  }
  return change === null ? keepNumbers(source, made) : made;
}

/** A part of a tensor that was filled in one go holds what the whole holds. */
function partOf(memory: Storage): readonly Write[] {
  const visible = visibleWrites(memory);
  const [only] = visible;
  if (only === undefined || visible.length === 1) return visible;
  return [{ ...only, initializer: unknownInitializer() }];
}

/** Parts lie elsewhere in another shape. */
function asOne(memory: Storage): readonly Write[] {
  const visible = visibleWrites(memory);
  const [only] = visible;
  if (only === undefined || visible.length === 1) return visible;
  const { partial: _, region: __, ...write } = only;
  return [{ ...write, initializer: contentsOf(memory) }];
}

function passedOn(write: Write) {
  const { initializer, by, at, callee, origin } = write;
  return { initializer, by, at, callee, ...(origin === 'default' ? { origin } : {}) };
}
