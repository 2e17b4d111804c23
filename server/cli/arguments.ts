import path from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Shape } from '../../core/graph/shape.ts';
import { type CommandIo, UsageError } from './io.ts';

/** Options that every command takes. */
export const commonOptions = {
  'search-path': { type: 'string', multiple: true },
  python: { type: 'string' },
  config: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** `parseArgs`, with its errors as usage errors. */
export function parse<T extends ParseArgsOptionsConfig>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `net.py:Net` -> absolute path and symbol; a colon in the path itself is kept when no symbol follows it. */
export function parseTarget(
  target: string,
  io: CommandIo,
): { readonly path: string; readonly symbol: string | undefined } {
  const match = /^(.*[^:\\]):([\p{L}_$][\p{L}\p{N}_$]*)$/u.exec(target);
  const [file, symbol] = match?.[1] !== undefined ? [match[1], match[2]] : [target, undefined];
  return { path: path.resolve(io.cwd, file), symbol };
}

/** `3x224x224` -> [3, 224, 224]; whether that holds the batch is for the analyzer to tell. */
export function parseShape(text: string): Shape {
  const dims = text.split(/[x×,]/).map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (dims.length === 0 || dims.some((dim) => !(dim > 0)))
    throw new UsageError(`not a shape: ${text} (expected 3x224x224)`);
  return dims;
}

/** `{"num_classes": 10}` or `[3, 64]`. */
export function parseConstructorArguments(text: string): Readonly<Record<string, unknown>> | readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--args is not JSON: ${text}`);
  }
  if (typeof value !== 'object' || value === null) throw new UsageError('--args must be a JSON object or array');
  return value as Readonly<Record<string, unknown>> | readonly unknown[];
}

/** One of `choices`, or a usage error that lists them. */
export function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new UsageError(`--${option} must be one of ${choices.join(', ')}, not ${value}`);
  return found;
}
