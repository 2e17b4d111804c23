import type { Argument, Expression } from '../syntax/ast.ts';
import { type Source, textOf } from './source.ts';

type Call = Extract<Expression, { type: 'Call' }>;

/** The argument given by name or, failing that, by position. */
export function argumentOf(call: Call, name: string, position: number): Argument | null {
  const named = call.arguments.find((argument) => argument.name === name);
  if (named !== undefined) return named;
  const positional = call.arguments[position];
  return positional !== undefined && positional.name === null && positional.spread === null ? positional : null;
}

/** `name=value` of the keyword arguments that are kept. */
export function keptKeywords(call: Call, kept: ReadonlySet<string>, source: Source): readonly string[] {
  return call.arguments.flatMap((argument) =>
    argument.name !== null && kept.has(argument.name) ? [`${argument.name}=${textOf(source, argument.value)}`] : [],
  );
}

/** `nn.init.` of `nn.init.zeros_`, empty for a bare name; `null` where the callee is something else. */
export function prefixOf(callee: Expression, source: Source): string | null {
  if (callee.type === 'Name') return '';
  return callee.type === 'Attribute' ? source.text.slice(callee.object.start, callee.nameAt.start) : null;
}
