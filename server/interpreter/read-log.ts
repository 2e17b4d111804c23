import { ownerOf } from './attribute-views.ts';
import { tick } from './clock.ts';
import type { DictValue, Scope, Value } from './values.ts';

/*
 * What a piece of code reads, so that its answer holds for as long as all of it is the same: a `__getattribute__` of the
 * user's runs at every access to every attribute. The evaluator tells of reads by `noteRead`, and of all that is more than
 * reading names, attributes and dictionaries by `noteEffect`; an answer with effects is not kept.
 */

interface ReadLog {
  /** What is made from now on belongs to the code itself. */
  readonly since: number;
  readonly classes: number;
  readonly reads: Read[];
  hasEffects: boolean;
}

interface Read {
  readonly from: Pick<ReadonlyMap<string, unknown>, 'get'>;
  readonly key: string;
  readonly found: unknown;
  /** Where it is the name of a variable. */
  readonly scope: Scope | null;
}

/** An answer with what it depends on. */
export interface KeptAnswer {
  /** `null`: there is no such attribute. */
  readonly value: Value | null;
  readonly reads: readonly Read[];
  readonly classes: number;
}

/** Set while reads are logged. The evaluator is synchronous: there is one at a time. */
export const readLog: Readings = { current: null, classes: 0 };

interface Readings {
  current: ReadLog | null;
  /** Changes of classes so far. */
  classes: number;
}

export function noteRead(from: Read['from'], key: string, found: unknown, scope: Scope | null = null): void {
  const log = readLog.current;
  if (log === null || (scope?.born ?? -1) >= log.since) return;
  log.reads.push({ from, key, found, scope });
}

/** The entry that a dictionary has for a key, or that it has none; no key where that is not known. */
export function noteEntry(dict: DictValue, key: string | null): void {
  if (readLog.current === null) return;
  const owner = ownerOf(dict);
  if (key === null || (owner !== null && !key.startsWith('s'))) noteEffect();
  else if (owner !== null) noteRead(owner.attributes, key.slice(1), owner.attributes.get(key.slice(1)));
  else {
    noteRead(dict.entries, key, dict.entries.get(key));
    noteRead({ get: () => dict.open }, 'open', dict.open);
  }
}

/** Its contents cannot change. */
export function isPlain({ type }: Value): boolean {
  return type === 'none' || type === 'boolean' || type === 'number' || type === 'string';
}

export function noteEffect(): void {
  if (readLog.current !== null) readLog.current.hasEffects = true;
}

/** Something that was made at this time is about to be changed. */
export function noteChange(born: number): void {
  if (readLog.current !== null && born < readLog.current.since) readLog.current.hasEffects = true;
}

/** Evaluates `body`; the answer can be kept where nothing but reading was done for it. */
export function logReads(body: () => Value | null): { readonly value: Value | null; readonly kept: KeptAnswer | null } {
  const outer = readLog.current;
  const log: ReadLog = { since: tick(), classes: readLog.classes, reads: [], hasEffects: false };
  readLog.current = log;
  try {
    const value = body();
    const isNew = value !== null && 'born' in value && (value.born ?? -1) >= log.since;
    const isPure = !log.hasEffects && !isNew && log.classes === readLog.classes;
    return { value, kept: isPure ? { value, reads: log.reads, classes: log.classes } : null };
  } finally {
    readLog.current = outer;
    outer?.reads.push(...log.reads);
    if (log.hasEffects) noteEffect();
  }
}

/** Whether the code would read the same again. Whoever asks has then read it too. */
export function stillHolds({ reads, classes }: KeptAnswer): boolean {
  if (classes !== readLog.classes) return false;
  for (const { from, key, found } of reads) if (from.get(key) !== found) return false;
  for (const { scope, key } of reads) scope?.reads?.add(key);
  readLog.current?.reads.push(...reads);
  return true;
}
