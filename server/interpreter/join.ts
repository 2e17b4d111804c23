import type { Initializer, Write } from '../../core/graph/initializer.ts';
import { equalValues } from './equality.ts';
import { type Journal, type Mutable, restore, type Snapshot, takeSnapshot } from './journal.ts';
import { type DictEntry, type InstanceValue, none, unknown, type Value } from './values.ts';

/** What two branches of a condition made of the same start. */
type Side = ReadonlyMap<Mutable, Snapshot>;

/**
 * Gives everything that either side changed the state that holds whichever of them ran. Returns whether the two differ in
 * something that a model is made of (a tensor, a layer, an initializer).
 */
export function joinSides(journal: Journal, left: Side, right: Side): boolean {
  let differs = false;
  const report = () => {
    differs = true;
  };
  for (const target of new Set([...left.keys(), ...right.keys()])) {
    const now = takeSnapshot(target);
    const joined = joinSnapshots(left.get(target) ?? now, right.get(target) ?? now, report);
    journal.touch(target);
    restore(target, joined);
  }
  return differs;
}

/** Gives everything the state that one side made. */
export function takeSide(journal: Journal, side: Side): void {
  for (const [target, snapshot] of side) {
    journal.touch(target);
    restore(target, snapshot);
  }
}

function joinSnapshots(left: Snapshot, right: Snapshot, report: () => void): Snapshot {
  if (left.of === 'scope' && right.of === 'scope') {
    return { of: 'scope', variables: joinMaps(left.variables, right.variables, report) };
  }
  if (left.of === 'list' && right.of === 'list') return { of: 'list', ...joinItems(left, right, report) };
  if (left.of === 'set' && right.of === 'set')
    return { of: 'set', items: [...new Set([...left.items, ...right.items])] };
  if (left.of === 'dict' && right.of === 'dict') return { of: 'dict', ...joinEntries(left, right, report) };
  if (left.of === 'instance' && right.of === 'instance') {
    return { of: 'instance', attributes: joinMaps(left.attributes, right.attributes, report), state: left.state };
  }
  if (left.of === 'class' && right.of === 'class') {
    return { of: 'class', members: joinMaps(left.members, right.members, report) };
  }
  if (left.of === 'storage' && right.of === 'storage') {
    if (sameDistribution(left.writes, right.writes) && left.overwrittenByUnknown === right.overwrittenByUnknown)
      return left;
    report();
    const longer = left.writes.length >= right.writes.length ? left : right;
    return { ...longer, trainable: left.trainable && right.trainable, overwrittenByUnknown: true };
  }
  return left;
}

/** Optimistic where only one side has a name: code that reads it later is meant to run after that side. */
function joinMaps(
  left: ReadonlyMap<string, Value>,
  right: ReadonlyMap<string, Value>,
  report: () => void,
): Map<string, Value> {
  const joined = new Map(left);
  for (const [name, value] of right) {
    const other = left.get(name);
    joined.set(name, other === undefined ? value : joinValues(other, value, report));
  }
  return joined;
}

/**
 * The value that is right whichever of two it is. Unlike in a proof, tensors and layers are not given up: of two tensors of
 * one shape, of two layers of one class, and of something and `None` the first (the something) is kept, and reported.
 */
export function joinValues(left: Value, right: Value, report: () => void = () => {}, depth = 0): Value {
  if (left === right) return left;
  // Lists inside of lists may share their parts, or go in circles.
  if (depth > 6) return unknown('one of two values');
  if (left.type === 'none' && isPartOfModel(right)) return reported(right);
  if (right.type === 'none' && isPartOfModel(left)) return reported(left);
  if (left.type === 'tensor' && right.type === 'tensor') return reported(left);
  if (left.type === 'tensor' && right.type === 'unknown') return reported(left);
  if (right.type === 'tensor' && left.type === 'unknown') return reported(right);
  if (left.type === 'instance' && right.type === 'instance') {
    report();
    if (left.class === right.class) return left;
    // Dropout or nothing: the one that does something, since it has no parameters to be wrong about.
    if (isPassive(left) && isBare(right)) return right;
    return isPassive(right) && isBare(left) ? left : unknown('one of two objects');
  }
  if (left.type === 'list' && right.type === 'list') return { type: 'list', ...joinItems(left, right, report, depth) };
  if (left.type === 'dict' && right.type === 'dict')
    return { type: 'dict', ...joinEntries(left, right, report, depth) };
  if (left.type === 'tuple' && right.type === 'tuple' && left.items.length === right.items.length) {
    return {
      ...left,
      items: left.items.map((item, index) => joinValues(item, right.items[index] ?? none, report, depth + 1)),
    };
  }
  return equalValues(left, right) === true ? left : unknown('one of two values');

  function reported(value: Value): Value {
    report();
    return value;
  }
}

function isPassive(value: InstanceValue): boolean {
  return value.class.name === 'Identity';
}

/** Holds no parameters and no other modules. */
function isBare(value: InstanceValue): boolean {
  return [...value.attributes.values()].every(
    (attribute) => attribute.type !== 'tensor' && attribute.type !== 'instance',
  );
}

function isPartOfModel(value: Value): boolean {
  return value.type === 'tensor' || value.type === 'instance' || value.type === 'list';
}

interface Items {
  readonly items: Value[];
  readonly open: boolean;
}

function joinItems(left: Items, right: Items, report: () => void, depth = 0): Items {
  const [short, long] = left.items.length <= right.items.length ? [left, right] : [right, left];
  const items = long.items.map((item, index) => {
    const other = short.items[index];
    return other === undefined ? item : joinValues(item, other, report, depth + 1);
  });
  return { items, open: left.open || right.open || short.items.length < long.items.length };
}

interface Entries {
  readonly entries: Map<string, DictEntry>;
  readonly open: boolean;
}

function joinEntries(left: Entries, right: Entries, report: () => void, depth = 0): Entries {
  const entries = new Map(left.entries);
  for (const [key, entry] of right.entries) {
    const other = left.entries.get(key);
    entries.set(
      key,
      other === undefined ? entry : { ...entry, value: joinValues(other.value, entry.value, report, depth + 1) },
    );
  }
  const sameKeys = entries.size === left.entries.size && entries.size === right.entries.size;
  return { entries, open: left.open || right.open || !sameKeys };
}

/** The last writes count: what an earlier one left is gone. */
function sameDistribution(left: readonly Write[], right: readonly Write[]): boolean {
  const one = left.at(-1);
  const other = right.at(-1);
  if (one === other) return true;
  if (one === undefined || other === undefined || one.partial || other.partial) return false;
  return sameInitializer(one.initializer, other.initializer);
}

function sameInitializer(left: Initializer, right: Initializer): boolean {
  const { scaling: scaleLeft, ...restLeft } = left;
  const { scaling: scaleRight, ...restRight } = right;
  const keys = new Set([...Object.keys(restLeft), ...Object.keys(restRight)]) as Set<keyof typeof restLeft>;
  return (
    scaleLeft?.scale === scaleRight?.scale &&
    scaleLeft?.mode === scaleRight?.mode &&
    [...keys].every((key) => restLeft[key] === restRight[key])
  );
}
