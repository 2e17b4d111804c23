import type { ModuleRecord } from '../machine.ts';
import { string, unknown, type Value } from '../values.ts';
import { javascriptGlobal } from './javascript/globals.ts';
import { functions } from './python/functions.ts';
import {
  boolClass,
  dictClass,
  exceptionClasses,
  floatClass,
  frozensetClass,
  intClass,
  listClass,
  objectClass,
  plainClasses,
  propertyClass,
  rangeClass,
  setClass,
  sliceClass,
  strClass,
  tupleClass,
  typeClass,
} from './types.ts';

/** A name that no scope has: the language's own; `null` where the language has none. */
export function builtin(name: string, module: ModuleRecord): Value | null {
  if (module.language === 'javascript') return javascriptGlobal(name);
  if (name === '__name__') return string(module.name);
  if (name === '__file__') return string(module.path);
  return classes.get(name) ?? functions.get(name) ?? exceptionClasses.get(name) ?? constants.get(name) ?? null;
}

const classes: ReadonlyMap<string, Value> = new Map(
  [
    objectClass,
    intClass,
    boolClass,
    floatClass,
    strClass,
    listClass,
    tupleClass,
    setClass,
    frozensetClass,
    dictClass,
    sliceClass,
    rangeClass,
    typeClass,
    propertyClass,
    ...plainClasses,
  ].map((class_) => [class_.name, class_]),
);

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['Ellipsis', { type: 'ellipsis' }],
  ['NotImplemented', unknown('NotImplemented')],
  ['__debug__', { type: 'boolean', value: true }],
]);
