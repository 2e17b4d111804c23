import type { Dim, Shape } from '../../core/graph/shape.ts';
import { batchCount, batchSymbol, dimOfFormula } from './batches.ts';
import { none, number, tuple, unknown, type Value } from './values.ts';

/* Reading plain data out of values, and back. What is not known, or of another type, reads as `null`. */

export function numberOf(value: Value): number | null {
  if (value.type === 'number') return value.value;
  if (value.type === 'boolean') return value.value ? 1 : 0;
  return null;
}

export function stringOf(value: Value): string | null {
  return value.type === 'string' ? value.value : null;
}

export function booleanOf(value: Value): boolean | null {
  if (value.type === 'boolean') return value.value;
  if (value.type === 'number') return value.value !== 0;
  return value.type === 'none' ? false : null;
}

export function isNone(value: Value): boolean {
  return value.type === 'none';
}

/** A size: a number, a symbolic dimension's name, or `null`. */
export function dimOf(value: Value): Dim {
  if (value.type === 'dimension') return dimOfFormula(value.name);
  return value.type === 'number' && Number.isFinite(value.value) ? Math.trunc(value.value) : null;
}

export function valueOfDim(dim: Dim): Value {
  if (typeof dim === 'number') return number(dim);
  return typeof dim === 'string' ? { type: 'dimension', name: dim } : unknown('size');
}

/** A size of a tensor's shape: what is not known of it is the batch. */
export function valueOfSize(dim: Dim): Value {
  const count = batchCount(dim);
  return count === null ? valueOfDim(dim) : batchSymbol(count);
}

/** Items of a list or tuple whose length is known. */
export function itemsOf(value: Value): readonly Value[] | null {
  if (value.type === 'tuple') return value.items;
  if (value.type === 'list') return value.open ? null : value.items;
  return null;
}

/** A shape from a tuple or list of sizes, or from one size. */
export function shapeOf(value: Value): Shape | null {
  const items = itemsOf(value);
  if (items !== null) return items.map(dimOf);
  return value.type === 'number' || value.type === 'dimension' ? [dimOf(value)] : null;
}

export function valueOfShape(shape: Shape | null): Value {
  return shape === null ? unknown('shape') : tuple(shape.map(valueOfSize));
}

/**
 * A kernel size or stride: one number for all axes, or one per axis. `null` where a number is missing or not known.
 */
export function numbersOf(value: Value, count: number): readonly number[] | null {
  const single = numberOf(value);
  if (single !== null) return Array.from({ length: count }, () => single);
  const items = itemsOf(value)?.map(numberOf);
  if (items === undefined || items.length === 0) return null;
  const all = items.length === 1 ? Array.from({ length: count }, () => items[0] ?? null) : items;
  return all.every((item) => item !== null) ? all : null;
}

/** Plain JSON data (`--args`) as a value. */
export function valueOfJson(json: unknown): Value {
  if (json === null || json === undefined) return none;
  if (typeof json === 'number') return number(json);
  if (typeof json === 'string') return { type: 'string', value: json };
  if (typeof json === 'boolean') return { type: 'boolean', value: json };
  if (Array.isArray(json)) return { type: 'list', items: json.map(valueOfJson), open: false };
  const entries = Object.entries(json).map(
    ([key, value]) => [`s${key}`, { key: string(key), value: valueOfJson(value) }] as const,
  );
  return { type: 'dict', entries: new Map(entries), open: false };
}

function string(value: string): Value {
  return { type: 'string', value };
}
