import { maxItems } from './budget.ts';
import type { ListValue, Value } from './values.ts';

/** Adds items at the end of a list; where they are not known, or too many, the list is open from then on. */
export function extend(target: ListValue, items: readonly Value[] | null): void {
  if (items === null || target.items.length + items.length > maxItems) target.open = true;
  else for (const item of items) target.items.push(item);
}
