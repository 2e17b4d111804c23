import { type Machine, Raised } from './machine.ts';
import { noteEffect } from './read-log.ts';
import { unknown, type Value } from './values.ts';

/**
 * An operation that would raise in the language itself (a missing key). What the analyzer knows is not perfect, so it only
 * raises where the code around is prepared for just this exception; otherwise the result is unknown.
 */
export function mayFail(machine: Machine, exception: string, message: string): Value {
  noteEffect();
  if (isCaught(machine.state.caught, exception)) throw new Raised(ancestry(exception));
  return unknown(message);
}

/**
 * Handlers for everything (`except Exception`) count for imports alone: around other code they are there for the unforeseen.
 */
function isCaught(caught: readonly string[], exception: string): boolean {
  if (caught.length === 0) return false;
  const names = ancestry(exception);
  return caught.some((name) => names.includes(name) && (!everything.has(name) || names.includes('ImportError')));
}

export function catches(handler: string, raised: Raised): boolean {
  return everything.has(handler) || raised.names.includes(handler);
}

const everything = new Set(['Exception', 'BaseException']);

/** An exception's class and what it inherits from, by name. */
export function ancestry(exception: string): readonly string[] {
  const names = [exception];
  for (let parent = parents[exception]; parent !== undefined; parent = parents[parent]) names.push(parent);
  return names;
}

/** Python's built-in exceptions (the class hierarchy of the language reference, as far as model code meets it). */
export const parents: Readonly<Record<string, string>> = {
  Exception: 'BaseException',
  KeyboardInterrupt: 'BaseException',
  SystemExit: 'BaseException',
  GeneratorExit: 'BaseException',
  ArithmeticError: 'Exception',
  ZeroDivisionError: 'ArithmeticError',
  OverflowError: 'ArithmeticError',
  AssertionError: 'Exception',
  AttributeError: 'Exception',
  EOFError: 'Exception',
  ImportError: 'Exception',
  ModuleNotFoundError: 'ImportError',
  LookupError: 'Exception',
  IndexError: 'LookupError',
  KeyError: 'LookupError',
  NameError: 'Exception',
  UnboundLocalError: 'NameError',
  OSError: 'Exception',
  IOError: 'OSError',
  FileNotFoundError: 'OSError',
  FileExistsError: 'OSError',
  PermissionError: 'OSError',
  ConnectionError: 'OSError',
  TimeoutError: 'OSError',
  RuntimeError: 'Exception',
  NotImplementedError: 'RuntimeError',
  RecursionError: 'RuntimeError',
  StopIteration: 'Exception',
  SyntaxError: 'Exception',
  TypeError: 'Exception',
  ValueError: 'Exception',
  UnicodeDecodeError: 'ValueError',
  Warning: 'Exception',
  UserWarning: 'Warning',
  DeprecationWarning: 'Warning',
  FutureWarning: 'Warning',
  RuntimeWarning: 'Warning',
};
