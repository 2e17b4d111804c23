import type { BoundArguments } from '../../interpreter/native.ts';
import { booleanOf, dimOf, isNone, numberOf, numbersOf, stringOf } from '../../interpreter/read.ts';
import { none, type Value } from '../../interpreter/values.ts';
import type { Config } from './layer-spec.ts';

/** Reads a layer's arguments; `renamed` maps a parameter to what older releases call it. */
export function configOf(given: BoundArguments, renamed: Readonly<Record<string, string>> = {}): Config {
  const argument = (name: string) => {
    const old = renamed[name];
    return given.given(name) ?? (old === undefined ? null : (given.keywordRest.get(old) ?? null));
  };
  const value = (name: string): Value => argument(name)?.value ?? given.get(name);
  return {
    value,
    given: argument,
    dim: (name) => dimOf(value(name)),
    number: (name) => numberOf(value(name)),
    numbers: (name, count) => numbersOf(value(name), count),
    text: (name) => stringOf(value(name)),
    flag: (name) => booleanOf(value(name)) ?? false,
  };
}

/** Nothing was given: every argument is missing. */
export const emptyConfig: Config = {
  value: () => none,
  given: () => null,
  dim: () => null,
  number: () => null,
  numbers: () => null,
  text: () => null,
  flag: () => false,
};

/** Pool sizes and strides: strides default to the pool size. */
export function numbersOr(config: Config, name: string, count: number, fallback: readonly number[] | null) {
  return isNone(config.value(name)) ? fallback : config.numbers(name, count);
}
