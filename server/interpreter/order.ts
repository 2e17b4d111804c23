import type { ClassValue, Value } from './values.ts';

/**
 * Python's method resolution order (C3) of a class without the class itself. Bases that are not classes are left out;
 * an order that Python would refuse falls back to depth first.
 */
function linearize(bases: readonly Value[]): readonly ClassValue[] {
  const classes = bases.filter((base) => base.type === 'class');
  if (classes.length === 1) return classes[0]?.order ?? [];
  const sequences = [...classes.map((base) => [...base.order]), [...classes]];
  const order: ClassValue[] = [];
  for (;;) {
    const open = sequences.filter((sequence) => sequence.length > 0);
    if (open.length === 0) return order;
    const next = open
      .map((sequence) => sequence[0])
      .find((head) => head !== undefined && !open.some((sequence) => sequence.indexOf(head) > 0));
    if (next === undefined) return [...new Set(classes.flatMap((base) => base.order))];
    order.push(next);
    for (const sequence of sequences) if (sequence[0] === next) sequence.shift();
  }
}

/** Builds a class; `order` starts with the class itself, so it can only be set once the object exists. */
export function createClass(parts: Omit<ClassValue, 'type' | 'order'>): ClassValue {
  const order: ClassValue[] = [];
  const class_: ClassValue = { type: 'class', ...parts, order };
  order.push(class_, ...linearize(parts.bases));
  return class_;
}

export function isSubclass(class_: ClassValue, base: ClassValue): boolean {
  return class_.order.includes(base);
}
