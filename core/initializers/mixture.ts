import type { Initializer, Region, Write } from '../graph/initializer.ts';
import { isKnown, type Shape, sizeOf } from '../graph/shape.ts';

/** More pieces than this are not told apart. */
const maxPieces = 4096;

/** A part this large gives the whole its distribution: one padding row among thousands changes nothing. */
const nearlyAll = 0.98;

export interface Piece {
  readonly region: Region;
  /** The write that shows there; `null` where none reached. */
  readonly write: Write | null;
}

/**
 * A tensor cut into boxes in each of which one write shows, the last one there. `null` where it is not known which part a
 * write covers.
 */
export function piecesOf(shape: Shape, writes: readonly Write[]): readonly Piece[] | null {
  if (!shape.every(isKnown)) return null;
  const whole = writes.findLastIndex((write) => write.partial !== true);
  const shown = writes.slice(Math.max(whole, 0));
  if (shown.some((write) => write.partial === true && write.region?.length !== shape.length)) return null;
  const cuts = shape.map((size, axis) => {
    const bounds = shown.flatMap(({ region }) => region?.[axis] ?? []);
    return [...new Set([0, ...bounds, size])].filter((at) => at >= 0 && at <= size).sort((a, b) => a - b);
  });
  if (cuts.reduce((product, { length }) => product * Math.max(length - 1, 0), 1) > maxPieces) return null;
  return boxes(cuts).map((region) => ({ region, write: shown.findLast((write) => covers(write, region)) ?? null }));
}

/**
 * The distribution of a tensor whose parts were written differently: mean and second moment weighted by the share of each
 * part. `null` where a part is not known.
 */
export function mixtureOf(shape: Shape, writes: readonly Write[]): Initializer | null {
  const size = sizeOf(shape);
  const pieces = piecesOf(shape, writes);
  if (size === null || size === 0 || pieces === null) return null;
  const parts = pieces.flatMap(({ region, write }) =>
    write === null ? [] : [{ held: write.initializer, size: volumeOf(region) }],
  );
  return parts.length < pieces.length ? null : unionOf(parts);
}

/** What parts hold together, each with its number of elements; `null` where one is not known. */
export function unionOf(
  parts: readonly { readonly held: Initializer; readonly size: number | null }[],
): Initializer | null {
  const all = parts.reduce((sum, { size }) => sum + (size ?? Number.NaN), 0);
  if (!(all > 0)) return null;
  const alike = (a: Initializer, b: Initializer) =>
    a.family === b.family && a.mean === b.mean && a.std === b.std && a.low === b.low && a.high === b.high;
  const shares = new Map<Initializer, number>();
  for (const { held, size } of parts) {
    const same = [...shares.keys()].find((one) => alike(one, held)) ?? held;
    shares.set(same, (shares.get(same) ?? 0) + (size ?? 0) / all);
  }
  return mixed(shares);
}

function mixed(shares: ReadonlyMap<Initializer, number>): Initializer | null {
  let mean = 0;
  let second = 0;
  for (const [initializer, share] of shares) {
    if (share >= nearlyAll) return initializer;
    if (initializer.mean === null || initializer.std === null) return null;
    mean += share * initializer.mean;
    second += share * (initializer.std ** 2 + initializer.mean ** 2);
  }
  const std = Math.sqrt(Math.max(second - mean * mean, 0));
  const [first] = shares.keys();
  // Every part holds the same number.
  if (first !== undefined && [...shares.keys()].every((held) => held.std === 0 && held.mean === first.mean))
    return first;
  return { family: 'mixture', scheme: 'other', mean, std, low: null, high: null, scaling: null };
}

function boxes(cuts: readonly (readonly number[])[]): readonly Region[] {
  return cuts.reduce<readonly Region[]>(
    (made, bounds) =>
      made.flatMap((region) =>
        bounds.slice(1).map((stop, index): Region => [...region, [bounds[index] ?? 0, stop] as const]),
      ),
    [[]],
  );
}

function covers({ partial, region }: Write, box: Region): boolean {
  if (partial !== true) return true;
  return (
    region?.every(([start, stop], axis) => start <= (box[axis]?.[0] ?? 0) && stop >= (box[axis]?.[1] ?? 0)) ?? false
  );
}

function volumeOf(region: Region): number {
  return region.reduce((product, [start, stop]) => product * (stop - start), 1);
}
