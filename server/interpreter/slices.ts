import { numberOf } from './read.ts';
import type { SliceValue, Value } from './values.ts';

/** The places that a slice takes out of a sequence of `length` items, in order (Python's rules); `null` where a bound is not known. */
export function sliceBounds(slice: SliceValue, length: number): readonly number[] | null {
  const step = bound(slice.step, 1);
  if (step === null || step === 0) return null;
  const lower = bound(slice.lower, step > 0 ? 0 : length - 1);
  const upper = bound(slice.upper, step > 0 ? length : -1 - length);
  if (lower === null || upper === null) return null;
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const start = clamp(lower < 0 ? lower + length : lower, least, most);
  const stop = clamp(upper < 0 ? upper + length : upper, least, most);
  const places: number[] = [];
  for (let place = start; step > 0 ? place < stop : place > stop; place += step) places.push(place);
  return places;
}

function bound(value: Value, fallback: number): number | null {
  return value.type === 'none' ? fallback : numberOf(value);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
