import type { Write } from '../../../core/graph/initializer.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import { unknownInitializer } from '../../../core/initializers/make.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { Storage, TensorValue } from '../../interpreter/values.ts';
import type { Step } from './apply.ts';
import { sectionOf } from './views.ts';

/*
 * Memory that a forward pass fills section by section with what it computes (`keys[..., :n] = a`, `keys[..., n:].copy_(b)`) is
 * these tensors side by side. What was written is kept with the write, so that it goes where a write is undone.
 */
interface Piece {
  readonly source: TensorValue;
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly shape: TensorValue['shape'];
}

const pieces = new WeakMap<Write, Piece>();

/** A computed tensor is written into memory. */
export function writePiece(target: TensorValue, source: TensorValue, context: NativeContext): void {
  const { storage, shape } = target;
  if (storage === null) return;
  const section = sectionOf(target);
  const count = storage.writes.length;
  const initializer = unknownInitializer();
  context.write({ ...target, isPart: true }, { initializer, by: context.calleeText, callee: context.calleeText });
  const write = storage.writes[count];
  if (section !== null && write !== undefined) pieces.set(write, { source, ...section, shape });
}

/** What fills all of the memory, side by side along one axis; `null` where that is not known. */
export function assembled(
  { storage, shape, isPart }: TensorValue,
  apply: (step: Step) => TensorValue,
): TensorValue | null {
  if (storage === null || storage.overwrittenByUnknown || isPart || shape?.length !== storage.shape?.length)
    return null;
  const found = piecesOf(storage);
  const [first] = found;
  if (first === undefined) return null;
  const size = storage.shape?.[first.axis];
  let end = 0;
  for (const { axis, start, length } of found) {
    if (axis !== first.axis || start !== end) return null;
    end += length;
  }
  if (!isKnown(size) || end !== size) return null;
  const inputs = found.map(({ source, shape: to }) =>
    `${source.shape}` === `${to}`
      ? source
      : apply({ op: { kind: 'reshape' }, inputs: [source], shape: to, name: 'expand' }),
  );
  return apply({ op: { kind: 'concat', axis: first.axis }, inputs, name: 'cat' });
}

/** From the front; none where something else was written after the memory was made. */
function piecesOf({ writes }: Storage): readonly Piece[] {
  const [made, ...later] = writes;
  const found = later.map((write) => pieces.get(write));
  if (made?.partial === true || !found.every((piece) => piece !== undefined)) return [];
  return found.toSorted((a, b) => a.start - b.start);
}
