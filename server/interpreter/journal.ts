import { attempt } from './attempt.ts';
import { tick } from './clock.ts';
import { noteChange, noteEffect, readLog } from './read-log.ts';
import type { ClassValue, DictValue, InstanceValue, ListValue, Scope, SetValue, Storage } from './values.ts';

/** Everything that code can change in place. */
export type Mutable = Scope | ListValue | SetValue | DictValue | InstanceValue | ClassValue | Storage;

/**
 * Remembers the state of things before a branch that may not have run changes them, so that both sides of a condition can
 * be evaluated from the same start and then joined.
 */
export interface Journal {
  /** Explorations that are running, one inside of the other. */
  readonly depth: number;
  /** Must be called before `target` is changed. What was made during an exploration needs no undoing by it. */
  touch(target: Mutable): void;
  /** Runs `body`, undoes what it changed, and returns what it had made of each thing it changed. */
  explore(body: () => void): ReadonlyMap<Mutable, Snapshot>;
  /** Runs `body` and undoes what it changed, unless what it returns is good. */
  attempt<T>(body: () => T, isGood: (value: T) => boolean): T;
  /** Runs `body` and undoes what it changed, for good: an analysis leaves no trace in the modules that it imports. */
  temporarily<T>(body: () => T): T;
  /** Runs `body` and says which older things it left otherwise than it had found them. */
  watch<T>(body: () => T): { readonly value: T; readonly changed: readonly Mutable[] };
  /** Runs `body` for good: a module that is imported inside of a branch stays imported, and so does what it has registered. */
  suspend<T>(body: () => T): T;
}

export function createJournal(): Journal {
  let frames: JournalFrame[] = [];
  return {
    get depth() {
      return frames.length;
    },
    touch(target) {
      const born = bornOf(target);
      noteChange(born);
      if ('members' in target) readLog.classes++;
      let before: Snapshot | null = null;
      for (let index = frames.length - 1; index >= 0; index--) {
        const frame = frames[index];
        if (frame === undefined || born >= frame.since || frame.changed.has(target)) return;
        before ??= takeSnapshot(target);
        frame.changed.set(target, before);
      }
    },
    explore(body) {
      noteEffect();
      const frame = newFrame();
      frames.push(frame);
      try {
        body();
      } finally {
        frames.pop();
      }
      const after = new Map<Mutable, Snapshot>();
      for (const [target, before] of frame.changed) {
        after.set(target, takeSnapshot(target));
        restore(target, before);
      }
      return after;
    },
    attempt(body, isGood) {
      const frame = newFrame();
      const framed = () => {
        frames.push(frame);
        try {
          return body();
        } finally {
          frames.pop();
        }
      };
      return attempt(framed, isGood, () => {
        for (const [target, before] of frame.changed) restore(target, before);
      });
    },
    temporarily(body) {
      return this.attempt(body, () => false);
    },
    watch(body) {
      const frame = newFrame();
      frames.push(frame);
      try {
        const value = body();
        const changed = [...frame.changed].filter(([target, before]) => differs(before, takeSnapshot(target)));
        return { value, changed: changed.map(([target]) => target) };
      } finally {
        frames.pop();
      }
    },
    suspend(body) {
      const outer = frames;
      const frame = newFrame(true);
      frames = [frame];
      try {
        return body();
      } finally {
        frames = outer;
        for (const [target, before] of frame.changed) keepChange(outer, target, before);
      }
    },
  };

  function newFrame(isImport = false): JournalFrame {
    return { since: tick(), changed: new Map(), isImport };
  }
}

/** Whoever undoes what came before a change that stays must not undo the change as well. */
function keepChange(frames: readonly JournalFrame[], target: Mutable, before: Snapshot): void {
  const now = takeSnapshot(target);
  for (const { changed } of frames) {
    const older = changed.get(target);
    if (older !== undefined) changed.set(target, withChange(older, before, now));
  }
  // An import within an import: those around the outer one are told by it.
  const [outermost] = frames;
  if (outermost?.isImport && !outermost.changed.has(target)) outermost.changed.set(target, before);
}

/** `older` with what `now` has more than `before`. */
function withChange(older: Snapshot, before: Snapshot, now: Snapshot): Snapshot {
  if (older.of === 'dict' && before.of === 'dict' && now.of === 'dict')
    return { ...older, entries: withAdded(older.entries, before.entries, now.entries), open: older.open || now.open };
  if (older.of === 'scope' && before.of === 'scope' && now.of === 'scope')
    return { ...older, variables: withAdded(older.variables, before.variables, now.variables) };
  if (older.of === 'instance' && before.of === 'instance' && now.of === 'instance')
    return { ...older, attributes: withAdded(older.attributes, before.attributes, now.attributes) };
  if (older.of === 'class' && before.of === 'class' && now.of === 'class')
    return { ...older, members: withAdded(older.members, before.members, now.members) };
  if (older.of === 'list' && before.of === 'list' && now.of === 'list')
    return { ...older, items: [...older.items, ...now.items.slice(before.items.length)] };
  return older;
}

function withAdded<K, V>(older: ReadonlyMap<K, V>, before: ReadonlyMap<K, V>, now: ReadonlyMap<K, V>): Map<K, V> {
  const added = [...now].filter(([key, value]) => before.get(key) !== value);
  return new Map([...older, ...added]);
}

interface JournalFrame {
  readonly since: number;
  /** What was changed, as it was before. */
  readonly changed: Map<Mutable, Snapshot>;
  /** What it changes stays. */
  readonly isImport: boolean;
}

/** Two snapshots of one thing. The contents are compared by identity. */
function differs(left: unknown, right: unknown): boolean {
  if (left === right) return false;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return true;
  const [one, other] = [entriesOf(left), entriesOf(right)];
  if (one.length !== other.length) return true;
  return one.some(([key, value], index) => {
    const [otherKey, otherValue] = other[index] ?? [];
    if (key !== otherKey) return true;
    // What a snapshot has copied: lists, maps and sets, and the state of a native instance, which holds some in turn.
    const isCopy = isContainer(value) || key === 'state';
    return isCopy ? differs(value, otherValue) : value !== otherValue;
  });
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

function entriesOf(value: object): readonly (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value].map((item) => [item, item] as const);
  return Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
}

function bornOf(target: Mutable): number {
  return 'born' in target && target.born !== undefined ? target.born : -1;
}

/** A copy of a thing's changeable parts, one level deep. */
export type Snapshot =
  | { readonly of: 'scope'; readonly variables: Scope['variables'] }
  | { readonly of: 'list'; readonly items: ListValue['items']; readonly open: boolean }
  | { readonly of: 'set'; readonly items: SetValue['items'] }
  | { readonly of: 'dict'; readonly entries: DictValue['entries']; readonly open: boolean }
  | { readonly of: 'instance'; readonly attributes: InstanceValue['attributes']; readonly state: unknown }
  | { readonly of: 'class'; readonly members: ClassValue['members'] }
  | ({ readonly of: 'storage' } & Omit<Storage, 'id' | 'born' | 'shape'>);

export function takeSnapshot(target: Mutable): Snapshot {
  if ('variables' in target) return { of: 'scope', variables: new Map(target.variables) };
  if ('writes' in target) {
    const { trainable, role, fanIn, fanOut, overwrittenByUnknown } = target;
    return { of: 'storage', writes: [...target.writes], trainable, role, fanIn, fanOut, overwrittenByUnknown };
  }
  switch (target.type) {
    case 'list':
      return { of: 'list', items: [...target.items], open: target.open };
    case 'set':
      return { of: 'set', items: [...target.items] };
    case 'dict':
      return { of: 'dict', entries: new Map(target.entries), open: target.open };
    case 'instance':
      return { of: 'instance', attributes: new Map(target.attributes), state: copyState(target.state) };
    case 'class':
      return { of: 'class', members: new Map(target.members) };
  }
}

/** Puts the state of a snapshot of this very target back. */
export function restore(target: Mutable, snapshot: Snapshot): void {
  if (snapshot.of === 'class') readLog.classes++;
  if (snapshot.of === 'scope' && 'variables' in target) refill(target.variables, snapshot.variables);
  else if (snapshot.of === 'storage' && 'writes' in target) {
    target.writes.splice(0, target.writes.length, ...snapshot.writes);
    target.trainable = snapshot.trainable;
    target.role = snapshot.role;
    target.fanIn = snapshot.fanIn;
    target.fanOut = snapshot.fanOut;
    target.overwrittenByUnknown = snapshot.overwrittenByUnknown;
  } else if (!('type' in target)) return;
  else if (snapshot.of === 'list' && target.type === 'list') {
    target.items.splice(0, target.items.length, ...snapshot.items);
    target.open = snapshot.open;
  } else if (snapshot.of === 'set' && target.type === 'set') {
    target.items.splice(0, target.items.length, ...snapshot.items);
  } else if (snapshot.of === 'dict' && target.type === 'dict') {
    refill(target.entries, snapshot.entries);
    target.open = snapshot.open;
  } else if (snapshot.of === 'instance' && target.type === 'instance') {
    refill(target.attributes, snapshot.attributes);
    target.state = snapshot.state;
  } else if (snapshot.of === 'class' && target.type === 'class') refill(target.members, snapshot.members);
}

function refill<K, V>(map: Map<K, V>, contents: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of contents) map.set(key, value);
}

/** The state of a native instance is plain data of its class: an object whose arrays and maps may be changed in place. */
function copyState(state: unknown): unknown {
  if (typeof state !== 'object' || state === null || Object.getPrototypeOf(state) !== Object.prototype) return state;
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, copyContainer(value)]));
}

function copyContainer(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  if (value instanceof Map) return new Map(value);
  return value instanceof Set ? new Set(value) : value;
}
