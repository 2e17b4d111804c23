import type { ClassValue, Value } from './values.ts';

/** A member of a class or of what it inherits from, user code only; `null` where none has it. */
export function findMember(class_: ClassValue, name: string): Value | null {
  for (const candidate of class_.order) {
    const member = candidate.members.get(name);
    if (member !== undefined) return member;
  }
  return null;
}

/** Where a property's setter is kept among the members of its class. */
export function setterName(property: string): string {
  return `${property}.setter`;
}
