import { ownerOf } from './attribute-views.ts';
import { setPlainAttribute } from './attributes.ts';
import { maxItems } from './budget.ts';
import { keyOf } from './keys.ts';
import type { Machine, Site } from './machine.ts';
import { mayFail } from './raise.ts';
import { numberOf } from './read.ts';
import { noteEffect, noteEntry } from './read-log.ts';
import { positional } from './signature.ts';
import { sliceBounds } from './slices.ts';
import {
  type DictValue,
  type InstanceValue,
  list,
  none,
  number,
  type SliceValue,
  string,
  type TensorValue,
  unknown,
  type Value,
} from './values.ts';

/** `object[index]`. */
export function getItem(machine: Machine, object: Value, index: Value, site: Site): Value {
  switch (object.type) {
    case 'list':
    case 'tuple':
    case 'string':
    case 'range':
      if (object.type === 'list') noteEffect();
      return sequenceItem(machine, object, index, site);
    case 'dict': {
      const key = keyOf(index);
      const entry = key === null ? undefined : object.entries.get(key);
      noteEntry(object, key);
      if (entry !== undefined) return entry.value;
      noteEffect();
      if (object.factory !== undefined) return missingEntry(machine, object, index, object.factory, site);
      if (key !== null && machine.missing(object, index)) {
        const late = object.entries.get(key);
        if (late !== undefined) return late.value;
      }
      if (key === null || object.open) return unknown('entry of a dictionary');
      if (site.module.language === 'javascript') return none;
      return mayFail(machine, 'KeyError', 'key is not in the dictionary');
    }
    case 'tensor':
      noteEffect();
      return tensorItem(machine, object, index, site);
    case 'instance':
      return instanceItem(machine, object, index, site);
    case 'class':
      // `Optional[int]`, `list[int]`, `Registry[Module]`: a type is as good as its plain form. An enum has items.
      return index.type === 'string' && object.members.has('__members__')
        ? (object.members.get(index.value) ?? unknown(index.value))
        : object;
    case 'dimension': {
      const place = numberOf(index);
      return place === null ? unknown(object.name) : { type: 'dimension', name: `${object.name}[${place}]` };
    }
    default:
      return unknown('item');
  }
}

/** An entry that a `defaultdict` makes when it is first asked for. */
function missingEntry(machine: Machine, dict: DictValue, index: Value, factory: Value, site: Site): Value {
  const value = machine.call(factory, positional(), site);
  machine.setItem(dict, index, value, site);
  return dict.open ? unknown('entry of a dictionary') : value;
}

type Sequence = Extract<Value, { type: 'list' | 'tuple' | 'string' | 'range' }>;

function sequenceItem(machine: Machine, sequence: Sequence, index: Value, site: Site): Value {
  if (index.type === 'slice') return sliceOf(sequence, index);
  const place = numberOf(index);
  if (place === null) return index.type === 'string' ? none : unknown('item at an unknown place');
  const isPython = site.module.language === 'python';
  const { length } = itemList(sequence);
  const isOpen = sequence.type === 'list' && sequence.open;
  if (isOpen && place < 0) return unknown('last item of a list of unknown length');
  const item = itemList(sequence).at(isPython && place < 0 ? place + length : place);
  if (item !== undefined && place < length && place >= (isPython ? -length : 0)) return item;
  if (isOpen) return unknown('item of a list of unknown length');
  return isPython ? mayFail(machine, 'IndexError', 'index out of range') : none;
}

/** Items of a sequence; a range is only spread out up to the limit. */
function itemList(sequence: Sequence): readonly Value[] {
  switch (sequence.type) {
    case 'string':
      return [...sequence.value.slice(0, maxItems)].map(string);
    case 'range':
      return rangeItems(sequence);
    default:
      return sequence.items;
  }
}

function rangeItems(range: Extract<Value, { type: 'range' }>): readonly Value[] {
  const items: Value[] = [];
  const length = rangeLength(range);
  for (let index = 0; index < Math.min(length, maxItems); index++) items.push(number(range.start + index * range.step));
  return items;
}

export function rangeLength(range: Extract<Value, { type: 'range' }>): number {
  return range.step === 0 ? 0 : Math.max(0, Math.ceil((range.stop - range.start) / range.step));
}

function sliceOf(sequence: Sequence, slice: SliceValue): Value {
  if (sequence.type === 'list' && sequence.open) return { type: 'list', items: [...sequence.items], open: true };
  const items = itemList(sequence);
  // Nothing can be taken out of nothing, whatever the bounds.
  if (items.length === 0) return sequence;
  const bounds = sliceBounds(slice, items.length);
  if (bounds === null) return unknown('slice with unknown bounds');
  const taken: Value[] = [];
  for (const place of bounds) {
    const item = items[place];
    if (item !== undefined) taken.push(item);
  }
  switch (sequence.type) {
    case 'string':
      return string(taken.map((item) => (item.type === 'string' ? item.value : '')).join(''));
    case 'tuple':
      return { type: 'tuple', items: taken };
    default:
      return list(taken);
  }
}

function tensorItem(machine: Machine, tensor: TensorValue, index: Value, site: Site): Value {
  const context = machine.context(site);
  for (const framework of machine.frameworks) {
    const value = framework.tensorIndex(tensor, index, context);
    if (value !== null) return value;
  }
  return unknown('item of a tensor');
}

function instanceItem(machine: Machine, instance: InstanceValue, index: Value, site: Site): Value {
  const method = machine.getAttribute(instance, '__getitem__', site);
  if (method !== null && method.type !== 'unknown') return machine.call(method, positional(index), site);
  const items = nativeItems(machine, instance, site);
  if (items !== null) return sequenceItem(machine, list(items), index, site);
  if (site.module.language === 'javascript' && index.type === 'string') {
    return machine.getAttribute(instance, index.value, site) ?? none;
  }
  return unknown(`item of ${instance.class.name}`);
}

export function nativeItems(machine: Machine, instance: InstanceValue, site: Site): Value[] | null {
  for (const class_ of instance.class.order) {
    const items = class_.native?.items?.(instance, machine.context(site)) ?? null;
    if (items !== null) return items;
  }
  return null;
}

/** `object[index] = value`. */
export function setItem(machine: Machine, object: Value, index: Value, value: Value, site: Site): Value | null {
  switch (object.type) {
    case 'list': {
      machine.journal.touch(object);
      const place = numberOf(index);
      if (place === null) setSlice(machine, object, index, value, site);
      else if (place >= -object.items.length && place < object.items.length) {
        object.items[place < 0 ? place + object.items.length : place] = value;
      } else if (place === object.items.length) object.items.push(value);
      return null;
    }
    case 'dict': {
      machine.journal.touch(object);
      const key = keyOf(index);
      if (key === null) object.open = true;
      else object.entries.set(key, { key: index, value });
      const owner = ownerOf(object);
      if (owner !== null && index.type === 'string') setPlainAttribute(machine, owner, index.value, value, site);
      return null;
    }
    case 'tensor': {
      const context = machine.context(site);
      const changed = machine.frameworks.map((framework) => framework.setTensorIndex?.(object, index, value, context));
      return changed.find((tensor) => tensor != null) ?? null;
    }
    case 'instance': {
      const method = machine.getAttribute(object, '__setitem__', site);
      if (method !== null && method.type !== 'unknown') machine.call(method, positional(index, value), site);
      return null;
    }
    default:
      return null;
  }
}

function setSlice(
  machine: Machine,
  target: Extract<Value, { type: 'list' }>,
  index: Value,
  value: Value,
  site: Site,
): void {
  const bounds = index.type === 'slice' ? sliceBounds(index, target.items.length) : null;
  const items = machine.iterate(value, site);
  if (bounds === null || items === null) {
    target.open = true;
    return;
  }
  // An extended slice takes one item for each place.
  if (index.type === 'slice' && index.step.type !== 'none') {
    for (const [at, place] of bounds.entries()) {
      const item = items[at];
      if (item !== undefined) target.items[place] = item;
    }
    return;
  }
  const [start = numberOf(index.type === 'slice' ? index.lower : none) ?? target.items.length] = bounds;
  target.items.splice(start, bounds.length, ...items);
}

/** `del object[index]`. */
export function removeItem(machine: Machine, object: Value, index: Value, site: Site): void {
  if (object.type === 'list') {
    machine.journal.touch(object);
    const place = numberOf(index);
    if (place !== null) object.items.splice(place < 0 ? place + object.items.length : place, 1);
    else if (index.type === 'slice') setSlice(machine, object, index, list([]), site);
  } else if (object.type === 'dict') {
    machine.journal.touch(object);
    const key = keyOf(index);
    if (key === null) object.open = true;
    else object.entries.delete(key);
  } else if (object.type === 'instance') {
    const method = machine.getAttribute(object, '__delitem__', site);
    if (method !== null && method.type !== 'unknown') machine.call(method, positional(index), site);
  }
}
