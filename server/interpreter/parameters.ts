import { findMember } from './members.ts';
import type { FunctionValue, Value } from './values.ts';

/** The user's function that a call runs, and whether its first parameter is filled in already; `null` for the framework's. */
export function constructorParameters(
  callee: Value,
): { readonly function_: FunctionValue; readonly isBound: boolean } | null {
  switch (callee.type) {
    case 'function':
      // The signature of what a decorator wraps is the one that `inspect` tells.
      return { function_: callee.wraps ?? callee, isBound: false };
    case 'bound':
      return callee.function.type === 'function' ? { function_: callee.function, isBound: true } : null;
    case 'class': {
      const member = findMember(callee, '__init__');
      return member?.type === 'function' ? { function_: member, isBound: true } : null;
    }
    default:
      return null;
  }
}
