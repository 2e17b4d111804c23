import type { Journal } from './journal.ts';
import type { CallArguments, Value } from './values.ts';

/** Notes the state of everything that a native function may change through its arguments. */
export function touchArguments(journal: Journal, arguments_: CallArguments): void {
  for (const argument of arguments_.positional) touchValue(journal, argument.value);
  for (const argument of arguments_.keyword.values()) touchValue(journal, argument.value);
}

export function touchValue(journal: Journal, value: Value): void {
  switch (value.type) {
    case 'list':
    case 'set':
    case 'dict':
    case 'instance':
    case 'class':
      journal.touch(value);
      return;
    case 'tensor':
      if (value.storage !== null) journal.touch(value.storage);
      return;
    case 'bound':
      touchValue(journal, value.self);
  }
}
