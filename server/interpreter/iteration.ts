import { maxItems } from './budget.ts';
import { nativeItems, rangeLength } from './items.ts';
import type { Machine, Site } from './machine.ts';
import { findMember } from './members.ts';
import { numberOf } from './read.ts';
import { isPlain, noteEffect } from './read-log.ts';
import { positional } from './signature.ts';
import { type InstanceValue, number, string, type TensorValue, type Value } from './values.ts';

/** Python's older protocol: an object with a length and items by number. */
function sequenceItems(machine: Machine, value: InstanceValue, site: Site): Value[] | null {
  const [length, item] = ['__len__', '__getitem__'].map((name) => findMember(value.class, name));
  if (length?.type !== 'function' || item?.type !== 'function') return null;
  const count = numberOf(machine.callFunction(length, value, positional(), site));
  if (count === null || count > maxItems) return null;
  return Array.from({ length: count }, (_, index) =>
    machine.callFunction(item, value, positional(number(index)), site),
  );
}

/** The items of anything that can be iterated, newly made; `null` where they are not all known. */
export function iterate(machine: Machine, value: Value, site: Site): Value[] | null {
  if (value.type !== 'tuple') noteEffect();
  switch (value.type) {
    case 'list':
      return value.open ? null : [...value.items];
    case 'tuple':
    case 'set':
      return [...value.items];
    case 'dict':
      if (value.open || site.module.language === 'javascript') return null;
      return [...value.entries.values()].map((entry) => entry.key);
    case 'string':
      return value.value.length > maxItems ? null : [...value.value].map(string);
    case 'range': {
      const length = rangeLength(value);
      if (length > maxItems) return null;
      return Array.from({ length }, (_, index) => number(value.start + index * value.step));
    }
    case 'instance': {
      const method = findMember(value.class, '__iter__');
      if (method?.type === 'function') {
        return iterate(machine, machine.callFunction(method, value, positional(), site), site);
      }
      return nativeItems(machine, value, site) ?? sequenceItems(machine, value, site);
    }
    case 'tensor': {
      // Along the first axis: `q, k, v = qkv`.
      const length = value.shape?.[0];
      if (typeof length !== 'number' || length > 64) return null;
      return Array.from({ length }, (_, index) => machine.getItem(value, number(index), site));
    }
    case 'class': {
      const members = value.members.get('__members__');
      return members?.type === 'dict' ? [...members.entries.values()].map((entry) => entry.value) : null;
    }
    default:
      return null;
  }
}

/** Is the value taken as true by a condition? `null` where that is not known. */
export function truth(machine: Machine, value: Value, site: Site): boolean | null {
  const isPython = site.module.language === 'python';
  if (!isPlain(value)) noteEffect();
  switch (value.type) {
    case 'none':
      return false;
    case 'boolean':
      return value.value;
    case 'number':
      return value.value !== 0 && !(Number.isNaN(value.value) && !isPython);
    case 'string':
      return value.value !== '';
    case 'list':
      if (!isPython) return true;
      // What an open list holds may have been added under a condition that is not known.
      return value.open ? null : value.items.length > 0;
    case 'tuple':
    case 'set':
      return isPython ? value.items.length > 0 : true;
    case 'dict':
      if (!isPython) return true;
      return value.open && value.entries.size === 0 ? null : value.entries.size > 0;
    case 'range':
      return rangeLength(value) > 0;
    case 'instance':
      return instanceTruth(machine, value, site);
    case 'tensor':
      return tensorTruth(machine, value);
    case 'unknown':
    case 'dimension':
    case 'lazy':
      return null;
    default:
      return true;
  }
}

function tensorTruth({ frameworks }: Machine, value: TensorValue): boolean | null {
  for (const framework of frameworks) {
    const number = framework.onlyNumber?.(value) ?? null;
    if (number !== null) return number !== 0;
  }
  return null;
}

function instanceTruth(machine: Machine, value: Extract<Value, { type: 'instance' }>, site: Site): boolean | null {
  if (site.module.language !== 'python') return true;
  for (const name of ['__bool__', '__len__']) {
    const method = findMember(value.class, name);
    if (method?.type === 'function') {
      return truth(machine, machine.callFunction(method, value, positional(), site), site);
    }
  }
  const items = nativeItems(machine, value, site);
  return items === null ? true : items.length > 0;
}
